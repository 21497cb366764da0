"""A mailer's relays: in step with what is written of them, whatever that is."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.errors import RelayMissing, RelayUnreachable
from newsletter.mail import allowances, relaybook
from newsletter.mail.delivery import Phase, Reply
from newsletter.mail.limits import Limits
from newsletter.mail.relays import Relay, Tls
from newsletter.mail.routes import Routes
from newsletter.mail.scribe import Scribe
from newsletter.mail.transactions import Patience
from newsletter.strongbox import Strongbox
from subscribers.tokens import Keyring

HERE = Relay("127.0.0.1", 25, Tls.NONE, name="here", connections=2)
LOST = Reply(Phase.CONNECT, 0, "", "nobody answers")


class Signpost:
    """A database with relays, and the routes of a mailer over them."""

    def __init__(self, database: Database, keyring: Keyring, now: datetime, setting: Relay | None = None) -> None:
        self.database = database
        self.now = now
        self.strongbox = Strongbox.of(keyring)
        self.routes = Routes(database, lambda: now, self.strongbox, setting, Patience())

    def add(self, relay: Relay) -> None:
        """Write a relay down."""
        with self.database.write() as tx:
            relaybook.add(tx, relay, self.strongbox, self.now)

    def change(self, relay: Relay) -> None:
        """Write down what is different in it."""
        with self.database.write() as tx:
            relaybook.change(tx, relay, self.strongbox, self.now)

    def look(self) -> list[str]:
        """Look; gives the relays that take mail."""
        asyncio.run(self.routes.look())
        return list(self.routes.pool.relays)

    def used(self) -> int:
        """Give what the relay here was given today."""
        with self.database.read() as tx:
            relays = [entry.relay for entry in relaybook.entries(tx, None)]
            return allowances.used_today(tx, relays, self.now)["here"]

    def with_scribe(self, act: Callable[[Scribe], Awaitable[None]]) -> None:
        """Do something for which the ledger is written."""

        async def run() -> None:
            scribe = Scribe(self.database, lambda: self.now, "one")
            await act(scribe)
            await scribe.close()

        asyncio.run(run())


@pytest.fixture
def signpost(database: Database, keyring: Keyring, now: datetime) -> Signpost:
    """Give a ledger without any relay."""
    return Signpost(database, keyring, now)


def test_relays_are_taken_up_and_given_up_as_they_are_written(signpost: Signpost) -> None:
    """Added, disabled, enabled, removed; who uses one that is gone hears of it."""
    none = signpost.look()
    signpost.add(HERE)
    added = signpost.look()
    pace = signpost.routes.pool.pace("here")
    with signpost.database.write() as tx:
        entry = relaybook.find(tx, "here", None)
        relaybook.enable(tx, entry, signpost.now, is_enabled=False)
    disabled = signpost.look()
    was_away = pace.is_away
    with signpost.database.write() as tx:
        relaybook.enable(tx, entry, signpost.now, is_enabled=True)
    enabled = signpost.look()
    with signpost.database.write() as tx:
        relaybook.remove(tx, entry)

    assert ([], ["here"], [], ["here"], []) == (none, added, disabled, enabled, signpost.look())
    assert was_away
    assert "here" in signpost.routes.posts


def test_connections_are_counted_over_all(signpost: Signpost) -> None:
    """As many as they bear together."""
    signpost.add(HERE)
    signpost.add(replace(HERE, name="there", connections=3))
    signpost.look()

    assert 5 == signpost.routes.connections


def test_new_password_ends_the_trouble_with_the_old_one(signpost: Signpost) -> None:
    """Nobody waits half a minute for a relay that was mended; another weight mends nothing."""
    signpost.add(replace(HERE, username="user", password="old"))
    signpost.look()
    pace = signpost.routes.pool.pace("here")
    for _ in range(9):
        pace.slow(LOST)
    signpost.change(replace(HERE, username="user", password="old", weight=7))
    signpost.look()
    still = pace.grant()
    signpost.change(replace(HERE, username="user", password="new", weight=7))
    signpost.look()

    assert still > 0
    assert 0.0 == pace.grant()
    assert "new" == signpost.routes.posts["here"].relay.password


def test_relay_that_cannot_be_used_is_named_with_the_reason(signpost: Signpost) -> None:
    """The others are used all the same."""
    signpost.add(replace(HERE, ca_file="/nowhere/ca.pem", tls=Tls.IMPLICIT))
    alone = signpost.look()
    why = signpost.routes.why_none()
    signpost.add(replace(HERE, name="there"))

    assert [] == alone
    assert isinstance(why, RelayUnreachable)
    assert "/nowhere/ca.pem" in str(why)
    assert ["there"] == signpost.look()


def test_without_any_relay_that_is_the_reason(signpost: Signpost) -> None:
    """Also when one that could not be used is gone again."""
    signpost.add(replace(HERE, ca_file="/nowhere/ca.pem", tls=Tls.IMPLICIT))
    signpost.look()
    with signpost.database.write() as tx:
        relaybook.remove(tx, relaybook.find(tx, "here", None))
    signpost.look()

    assert isinstance(signpost.routes.why_none(), RelayMissing)


def test_database_that_is_away_changes_nothing(signpost: Signpost, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Mail goes on by what was known."""
    signpost.add(HERE)
    signpost.look()
    away = Database(f"sqlite:///{tmp_path_factory.mktemp('away')}/newsletter.db")
    signpost.routes._database = away  # noqa: SLF001 -- what a restart of the database looks like from here
    known = signpost.look()
    away.close()

    assert ["here"] == known


def test_permits_that_were_not_used_are_given_back(sqlite_url: str, keyring: Keyring, now: datetime) -> None:
    """A mailer that ends keeps nothing of the day's cap; on SQLite, where the day is that of our own clock."""
    database = Database(sqlite_url)
    signpost = Signpost(database, keyring, now)
    signpost.add(replace(HERE, limits=Limits(daily_cap=100)))
    signpost.look()
    counts: list[int] = []

    async def act(scribe: Scribe) -> None:
        await signpost.routes.fill(scribe, has_mail=True)
        counts.append(signpost.used())
        signpost.routes.pool.pace("here").grant()
        await signpost.routes.fill(scribe, has_mail=False)
        counts.append(signpost.used())

    signpost.with_scribe(act)
    database.close()

    assert counts[0] > 1
    assert 1 == counts[1]


def test_relay_whose_password_does_not_open_holds_up_no_other(signpost: Signpost) -> None:
    """It was sealed with another key; the others take mail, and it is said why this one does not."""
    signpost.add(HERE)
    with signpost.database.write() as tx:
        locked = Relay("mail.example.org", 587, Tls.STARTTLS, "news", "secret", name="locked")
        relaybook.add(tx, locked, Strongbox(bytes(32)), signpost.now)
    both = signpost.look()
    with signpost.database.write() as tx:
        relaybook.enable(tx, relaybook.find(tx, "here", None), signpost.now, is_enabled=False)

    assert (["here"], []) == (both, signpost.look())
    assert "mail.example.org" in str(signpost.routes.why_none())
