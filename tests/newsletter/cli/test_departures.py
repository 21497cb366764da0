"""`newsletter departures`."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from newsletter.cli.exits import Exit
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.people.withdraw import withdraw
from newsletter.tables.mail import delivery
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.harness import mailroom, people
from tests.harness.lookout import look
from tests.harness.terminal import Terminal

STAFF = ("ann", "bob", "cem", "dee", "eve")


def a_burst(url: str) -> None:
    """Let a whole house leave within minutes of a letter."""
    database, keyring, now = Database(url), Keyring(SECRET), datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
    with database.write() as tx:
        mailroom.open_mailroom(tx, keyring, now, STAFF)
        tx.execute(update(delivery).values(state="accepted", settled_at=now))
        for name in STAFF:
            withdraw(tx, keyring, mailroom.subscription_of(tx, name).id, now + timedelta(minutes=1), people.LINK)
    look(database, now + timedelta(minutes=2))
    database.close()


def test_a_burst_is_shown_and_undone(terminal: Terminal, sqlite_url: str) -> None:
    """By the words of the alert."""
    a_burst(sqlite_url)
    [burst] = terminal.ok("departures", "bursts")["bursts"]
    undone = terminal.ok("departures", "undo", "1", "--yes")

    assert (5, "January 2020", None) == (burst["people"], burst["subject"], burst["undone_at"])
    assert (5, 0) == (undone["restored"], undone["left_alone"])
    assert terminal.ok("departures", "bursts")["bursts"][0]["undone_at"]
    assert Exit.REFUSED == terminal("departures", "undo", "1", "--yes").code
    assert Exit.NOT_FOUND == terminal("departures", "undo", "2", "--yes").code


def test_reasons_are_counted(terminal: Terminal, sqlite_url: str) -> None:
    """Those who said nothing too."""
    assert "There was no burst." in terminal("departures", "bursts").out
    a_burst(sqlite_url)
    days = (system_clock() - datetime(2020, 2, 1, tzinfo=UTC)).days + 1
    found = terminal.ok("departures", "reasons", "Readers", "--days", str(min(days, 3650)))

    assert 5 == found["people"]
    assert 5 == found["reasons"]["nothing"]
    assert 0 == found["reasons"]["too-often"]
