"""Looking people up: by the beginning of address and name, filtered, a page at a time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from newsletter.database import Database
from subscribers import directory, register, suppression, topicbook
from subscribers.address import parse
from subscribers.consent import Door, Evidence
from subscribers.directory import Line
from subscribers.model import EVERY_LIST, Reason, SubscriptionState
from subscribers.narrowing import Kept, Source, Wanted, Way
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import crowd, plans
from tests.harness.people import join

BY_STAFF = Evidence(Door.COMMAND, "Told us on the telephone.")

# Addresses and names; the list they are on follows from the place.
PEOPLE = (
    ("ann@example.org", "Ann Other"),
    ("anna.berg@example.org", "Änna Bérg"),
    ("ben@example.org", "Ben Annable"),
    ("catharina@example.org", "Catharina Isberg"),
    ("isberg@example.net", ""),
)


@pytest.fixture
def lists(database: Database, keyring: Keyring, now: datetime) -> tuple[int, int]:
    """Let five people be on two lists in turn; gives the lists."""
    with database.write() as tx:
        made = (register.create_list(tx, "Readers", now).id, register.create_list(tx, "Jobs", now).id)
        for place, (address, name) in enumerate(PEOPLE):
            _add(tx, keyring, made[place % 2], address, name, now + timedelta(days=place))
    return made


def _add(tx: Transaction, keyring: Keyring, list_id: int, address: str, name: str, now: datetime) -> None:
    register.add(tx, keyring, list_id, parse(address), name, now, BY_STAFF, is_confirmed=True)


def _everybody(tx: Transaction, wanted: Wanted, window: int = directory.WINDOW) -> Iterator[Line]:
    """Give the people of all pages."""
    found = directory.look(tx, wanted, None, window)
    yield from found.people
    while found.more is not None:
        found = directory.look(tx, wanted, found.more, window)
        yield from found.people


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ann", ["ann", "anna.berg"]),
        ("ANN@", ["ann"]),
        ("anna b", ["anna.berg"]),
        ("berg", ["anna.berg"]),
        ("isberg", ["isberg", "catharina"]),
        ("annable", ["ben"]),
        ("Änna", ["anna.berg", "ben"]),
        ("zoe", []),
        ("%", []),
        ("' OR 1=1 --", []),
    ],
)
def test_beginnings_find_people(database: Database, lists: tuple[int, int], text: str, found: list[str]) -> None:
    """Addresses first, then names, then last names; each person once."""
    with database.read() as tx:
        people = list(_everybody(tx, Wanted(text=text)))
        number = directory.count(tx, Wanted(text=text))

    expected = [*found, "ben"] if text == "ann" else found
    assert expected == [one.email.partition("@")[0] for one in people]
    assert len(expected) == number


@pytest.mark.parametrize("window", [1, 2, directory.WINDOW])
def test_windows_leave_nobody_out(database: Database, lists: tuple[int, int], window: int) -> None:
    """However little is looked at with one question, the next one goes on behind it."""
    wanted = Wanted(text="ann", state=SubscriptionState.CONFIRMED)
    with database.read() as tx:
        people = [one.email for one in _everybody(tx, wanted, window)]

    assert ["ann@example.org", "anna.berg@example.org", "ben@example.org"] == people


@pytest.mark.parametrize("order", [Way.NEWEST, Way.OLDEST, Way.ADDRESS])
def test_pages_follow_each_other(database: Database, keyring: Keyring, now: datetime, order: Way) -> None:
    """Everybody stands on one page, in the order that was asked for."""
    with database.write() as tx:
        list_id = register.create_list(tx, "Readers", now).id
        for number in range(120):
            _add(tx, keyring, list_id, f"p{(number * 7) % 120:03}@example.org", "", now)
    with database.read() as tx:
        whole = [(one.id, one.email) for one in _everybody(tx, Wanted(order=order))]
        of_list = [(one.id, one.email) for one in _everybody(tx, Wanted(order=order, list_id=list_id))]

    expected = {
        Way.NEWEST: sorted(whole, reverse=True),
        Way.OLDEST: sorted(whole),
        Way.ADDRESS: sorted(whole, key=lambda one: one[1]),
    }
    assert 120 == len(whole)
    assert expected[order] == whole == of_list


def test_filters_leave_those_of_whom_they_are_true(
    database: Database, keyring: Keyring, lists: tuple[int, int], now: datetime
) -> None:
    """Each by itself; what nobody is true of gives nobody."""
    readers, jobs = lists
    with database.write() as tx:
        topic = topicbook.add(tx, jobs, "Work").id
        person = register.find(tx, parse("ben@example.org"))
        register.edit(tx, person.id, language="fr")
        suppression.suppress(tx, keyring.hash_address("ben@example.org"), Reason.BOUNCED, now, list_id=EVERY_LIST)
        join(tx, keyring, jobs, "zoe@example.org", now)
    with database.read() as tx:

        def found(**filters: object) -> list[str]:
            wanted = replace(Wanted(order=Way.ADDRESS), **filters)  # type: ignore[arg-type]  # the names are checked by replace
            people = [one.email.partition("@")[0] for one in _everybody(tx, wanted)]
            assert len(people) == directory.count(tx, wanted)
            return people

        assert ["ann", "ben", "isberg"] == found(list_id=readers)
        assert [] == found(list_id=readers, state=SubscriptionState.WITHDRAWN)
        assert ["anna.berg", "catharina", "zoe"] == found(topic_id=topic, topic_list_id=jobs)
        assert ["ben"] == found(language="fr")
        assert ["zoe"] == found(source=Source.FORM)
        assert [] == found(source=Source.IMPORT_)
        assert ["isberg"] == found(since=now + timedelta(days=4))
        assert ["ben"] == found(kept=Kept.BOUNCED)
        assert ["ben"] == found(kept=Kept.OUT)
        assert [] == found(kept=Kept.COMPLAINED)
        assert 5 == len(found(kept=Kept.NOT))


def test_asker_sees_the_people_of_their_lists(database: Database, lists: tuple[int, int]) -> None:
    """Nobody else, and of these no other list."""
    readers, jobs = lists
    with database.read() as tx:
        mine = Wanted(lists=frozenset({jobs}))
        people = list(_everybody(tx, mine))
        foreign = directory.look(tx, replace(mine, list_id=readers))
        searched = directory.look(tx, replace(mine, text="ann"))
        ann = register.find(tx, parse("ann@example.org"))

        assert not directory.is_seen(tx, ann.id, frozenset({jobs}))
        assert directory.is_seen(tx, ann.id, None)
        assert 0 == directory.count(tx, replace(mine, list_id=readers))
    assert ["catharina@example.org", "anna.berg@example.org"] == [one.email for one in people]
    assert {jobs} == {standing.list_id for one in people for standing in one.standings}
    assert () == foreign.people
    assert ["anna.berg@example.org"] == [one.email for one in searched.people]


def test_nothing_walks_or_sorts_a_table(database: Database, keyring: Keyring) -> None:
    """With a million people a page costs what it costs with a thousand."""
    made = crowd.gather(database, keyring, 20_000)
    every = (
        Wanted(),
        Wanted(order=Way.ADDRESS),
        Wanted(text="person12"),
        Wanted(text="person 12"),
        Wanted(text="12"),
        Wanted(list_id=made.list_id),
        Wanted(list_id=made.list_id, state=SubscriptionState.CONFIRMED, language="fr", kept=Kept.OUT, source=Source.FORM),
        Wanted(lists=frozenset({made.list_id}), text="person1", topic_id=1, topic_list_id=made.list_id),
    )
    with database.read() as tx:
        found = {wanted: steps for wanted in every if (steps := _walks(tx, wanted))}

    assert {} == found


def _walks(tx: Transaction, wanted: Wanted) -> list[str]:
    """Give the walks of a second page: a first one may begin at the end of a table, where a limit ends it."""
    more = directory.look(tx, wanted).more
    assert more is not None
    # What is sorted, and walked once more, is a window and no table.
    steps = plans.walks(tx, lambda: directory.look(tx, wanted, more), may_sort=True)
    return [step for step in steps if step.split()[1] not in {"who", "merged", "ids"} and "anon_" not in step]
