"""Who has an issue open right now, in whichever process."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from newsletter.database import Database
from newsletter.issues import draft
from newsletter.staff import accounts
from newsletter.staff.permissions import LOCAL_OPERATOR, Role
from newsletter.staff.windows import Key, Window
from newsletter.tables.presence import open_window
from newsletter.web.presence import EVERY, GONE_AFTER, LEAST, MOST_OF_ONE, Presence
from tests.harness.newsroom import a_newsletter
from tests.newsletter.web.desk.conftest import overheard

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class People:
    """An issue, and who edits it."""

    issue_id: int
    accounts: dict[str, int]
    now: datetime

    def window(self, name: str, place: str = "", after: timedelta = timedelta(), window: str = "w") -> Window:
        """Give a window of somebody, as it says after a while where it is."""
        return Window(Key(self.accounts[name], window), name, self.issue_id, place, self.now + after)


@pytest.fixture
def people(database: Database, now: datetime) -> People:
    """Give an issue with two editors, the second of whom is not the last administrator."""
    with database.write() as tx:
        made = draft.draft_empty(tx, a_newsletter(tx), "Spring", now)
        found = {name: accounts.add(tx, name, Role.ADMIN, now).id for name in ("Ann", "Bo")}
    return People(made.id, found, now)


def seen(presence: Presence, people: People, after: timedelta = timedelta()) -> list[tuple[str, str]]:
    """Give who is where."""
    return [(one.name, one.place) for one in presence.others(people.issue_id, people.now + after)]


def test_others_are_seen_by_every_process(database: Database, people: People) -> None:
    """Where they are, and oneself is not."""
    here, there = Presence(database), Presence(database)
    here.enter(people.window("Ann", "a1"))
    found = there.enter(people.window("Bo", "s2"))

    assert [("Ann", "a1")] == [(one.name, one.place) for one in found]
    assert [("Ann", "a1"), ("Bo", "s2")] == seen(here, people) == seen(there, people)


def test_whoever_says_nothing_is_gone(database: Database, people: People) -> None:
    """A minute after their last word, also where the process that knew them is gone; nothing of them stays."""
    here, there = Presence(database), Presence(database)
    here.enter(people.window("Ann"))
    later = GONE_AFTER + SECOND
    there.enter(people.window("Bo", after=later))

    assert [("Bo", "")] == seen(there, people, later)
    with database.read() as tx:
        assert [people.accounts["Bo"]] == list(tx.execute(select(open_window.c.account_id)).scalars())


def test_a_window_that_is_closed_is_gone_at_once(database: Database, people: People) -> None:
    """In its own process; in others when they are told, and it is not brought back by what was said before."""
    here, there = Presence(database), Presence(database)
    here.enter(people.window("Ann"))
    there.enter(people.window("Bo"))
    here.leave(people.window("Ann").key, people.now + LEAST)

    assert [("Bo", "")] == seen(here, people, LEAST) == seen(there, people, LEAST)


def test_a_window_is_where_it_was_last(database: Database, people: People) -> None:
    """Whichever process it told that: an older word is never put over a newer one."""
    here, there = Presence(database), Presence(database)
    here.enter(people.window("Ann", "a1"))
    there.enter(people.window("Ann", "a2", after=LEAST))
    here.enter(people.window("Bo", after=EVERY))

    assert [("Ann", "a2")] == seen(there, people, EVERY)[:1] == seen(here, people, EVERY)[:1]


def test_it_writes_rarely(database: Database, people: People) -> None:
    """Forty windows, each telling every 20 seconds where it is, for ten minutes: once in twenty seconds, for all of them."""
    presence = Presence(database)
    for number in range(40):
        presence.enter(people.window("Ann" if number % 2 else "Bo", "a1", timedelta(seconds=number / 100), str(number)))
    with overheard() as asked:
        for second in range(10, 610):
            for number in range(second % 20, 40, 20):
                presence.enter(people.window("Ann" if number % 2 else "Bo", "a1", second * SECOND, str(number)))

    assert writes(asked) <= 600 / EVERY.total_seconds() + 2


def test_somebody_who_looks_through_all_cards_writes_rarely(database: Database, people: People) -> None:
    """At most once in five seconds, whatever changes."""
    presence = Presence(database)
    with overheard() as asked:
        for second in range(60):
            presence.enter(people.window("Ann", f"a{second}", second * SECOND))

    assert writes(asked) == 60 / LEAST.total_seconds()
    assert [("Ann", "a59")] == seen(presence, people, 59 * SECOND)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_waits_for_it(database: Database, people: People) -> None:
    """While somebody else writes, it is kept for later, and a page is answered all the same."""
    here, there = Presence(database), Presence(database)
    with database.write():
        here.enter(people.window("Ann", "a1"))
        assert [("Ann", "a1")] == seen(here, people)
        assert [] == seen(there, people)
    here.enter(people.window("Ann", "a1", LEAST))

    assert [("Ann", "a1")] == seen(there, people, LEAST)


def test_whoever_is_taken_off_the_staff_is_gone(database: Database, people: People) -> None:
    """And takes nobody else's word with them."""
    presence = Presence(database)
    presence.enter(people.window("Ann"))
    with database.write() as tx:
        accounts.remove(tx, LOCAL_OPERATOR, accounts.by_id(tx, people.accounts["Ann"]))
    presence.enter(people.window("Ann", after=LEAST))
    presence.enter(people.window("Bo", after=2 * LEAST))

    assert [("Bo", "")] == seen(Presence(database), people, 2 * LEAST)


def test_no_crowd_fills_the_table(database: Database, people: People) -> None:
    """Of one person so many windows are seen; who comes after is not, and sees the others."""
    presence = Presence(database)
    for number in range(MOST_OF_ONE + 10):
        presence.enter(people.window("Ann", f"a{number}", window=str(number)))

    assert MOST_OF_ONE == len(seen(presence, people))


def writes(asked: list[str]) -> int:
    """Give how often it was written down where windows are."""
    return sum(text.startswith("DELETE FROM open_window") for text in asked)
