"""The relays that were added, on either database."""

from dataclasses import replace
from datetime import datetime
from threading import Thread

import pytest
from sqlalchemy import text, update

from newsletter.database import Database
from newsletter.errors import AlreadyThere, BadValue, RelayNotFound, SealBroken
from newsletter.mail import relaybook
from newsletter.mail.limits import Limits, Rate, parse_warm_up
from newsletter.mail.relays import FROM_SETTING, Relay, Tls
from newsletter.strongbox import Strongbox
from newsletter.tables.relays import relay as table
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.conftest import SECRET
from tests.harness.postgres import waiting_for_locks

MAIN = Relay("mail.example.org", 587, Tls.STARTTLS, "news", "s3cret: p@ss", name="main", timeouts={"dot": 900.0})
SPARE = Relay("127.0.0.1", 25, Tls.NONE, name="spare", weight=2)
SETTING = Relay("mx.example.org", 465, Tls.IMPLICIT, "me", "other")


@pytest.fixture
def strongbox(keyring: Keyring) -> Strongbox:
    """Give the strongbox of the tests' instance."""
    return Strongbox.of(keyring)


@pytest.fixture
def kept(database: Database, strongbox: Strongbox, now: datetime) -> Database:
    """Give a database with two relays."""
    with database.write() as tx:
        for relay in (SPARE, MAIN):
            relaybook.add(tx, relay, strongbox, now)
    return database


def working(tx: Transaction, setting: Relay | None, strongbox: Strongbox) -> tuple[Relay, ...]:
    """Give the relays that are enabled, ready to be used."""
    return tuple(relaybook.opened(one, strongbox) for one in relaybook.entries(tx, setting) if one.is_enabled)


def test_relays_come_back_as_they_were(kept: Database, strongbox: Strongbox) -> None:
    """With their passwords, for whoever has the key."""
    with kept.read() as tx:
        assert (MAIN, SPARE) == working(tx, None, strongbox)


def test_two_that_change_one_relay_at_once_both_count(postgres_url: str, strongbox: Strongbox, now: datetime) -> None:
    """The later one waits, and does not write back what the first one changed."""
    database = Database(postgres_url)
    with database.write() as tx:
        relaybook.add(tx, MAIN, strongbox, now)

    def weigh() -> None:
        with database.write() as tx:
            known = relaybook.find_to_change(tx, "Main", None)
            relaybook.change(tx, replace(relaybook.opened(known, strongbox), weight=7), strongbox, now)

    other = Thread(target=weigh)
    with database.write() as tx:
        known = relaybook.find_to_change(tx, "main", None)
        other.start()
        while not waiting_for_locks(database):
            assert other.is_alive()
        relaybook.change(tx, replace(relaybook.opened(known, strongbox), connections=9), strongbox, now)
    other.join()

    with database.read() as tx:
        assert (replace(MAIN, weight=7, connections=9),) == working(tx, None, strongbox)
    database.close()


def test_what_is_missing_is_named(kept: Database, now: datetime) -> None:
    """No relay at all, or those that are disabled; None when one takes mail."""
    with kept.write() as tx:
        assert relaybook.missing(tx, None) is None
        for name in ("main", "spare"):
            relaybook.enable(tx, relaybook.find(tx, name, None), now, is_enabled=False)
        missing = relaybook.missing(tx, None)
        assert relaybook.missing(tx, SETTING) is None
        for name in ("main", "spare"):
            relaybook.remove(tx, relaybook.find(tx, name, None))
        nothing = relaybook.missing(tx, None)

    assert missing is not None
    assert ("main", "spare") == missing.disabled
    assert nothing is not None
    assert "NEWSLETTER_RELAY_URL" in str(nothing)


def test_every_property_is_kept(database: Database, strongbox: Strongbox, now: datetime) -> None:
    """None falls back to what is usual."""
    odd = replace(
        MAIN,
        connections=7,
        weight=9,
        limits=Limits(Rate(1, "day"), 5, None, parse_warm_up("5 x 2", now.date()), "Asia/Tokyo"),
        messages=3,
        idle=44,
        ca_file="/etc/ca.pem",
        pipelining=False,
        chunking=False,
        dsn=False,
    )
    with database.write() as tx:
        relaybook.add(tx, odd, strongbox, now)
        assert (odd,) == working(tx, None, strongbox)


def test_relay_of_the_setting_stands_first(kept: Database, strongbox: Strongbox) -> None:
    """Under its own name."""
    with kept.read() as tx:
        assert [FROM_SETTING, "main", "spare"] == [one.name for one in working(tx, SETTING, strongbox)]


def test_password_is_not_in_the_database(kept: Database) -> None:
    """A copy of it alone is of no use; nor is it in what commands show."""
    with kept.read() as tx:
        rows = [str(row) for row in tx.execute(text("SELECT * FROM relay"))]
        entries = relaybook.entries(tx, None)

    assert not any("p@ss" in row for row in rows)
    assert ["", ""] == [one.relay.password for one in entries]
    assert [True, False] == [one.has_password for one in entries]


def test_password_moved_to_another_row_does_not_open(kept: Database, strongbox: Strongbox) -> None:
    """Whoever can write into the database cannot send it to a server of their own."""
    with kept.write() as tx:
        [sealed] = [one.sealed for one in relaybook.entries(tx, None) if one.sealed]
        tx.execute(update(table).where(table.c.name == "spare").values(password_sealed=sealed))
        with pytest.raises(SealBroken):
            working(tx, None, strongbox)


def test_password_of_another_key_does_not_open(kept: Database) -> None:
    """And says so."""
    with kept.read() as tx, pytest.raises(SealBroken, match="relay main"):
        working(tx, None, Strongbox.of(Keyring(SECRET + " of somebody else")))


def test_name_is_taken_once(kept: Database, strongbox: Strongbox, now: datetime) -> None:
    """The first stays as it is."""
    with kept.write() as tx, pytest.raises(AlreadyThere):
        relaybook.add(tx, replace(SPARE, name="main"), strongbox, now)


def test_change_is_kept(kept: Database, strongbox: Strongbox, now: datetime) -> None:
    """Of this relay and no other."""
    other = replace(MAIN, limits=Limits(rate=Rate(100, "min")), password="new", weight=4)
    with kept.write() as tx:
        relaybook.change(tx, other, strongbox, now)
    with kept.read() as tx:
        assert (other, SPARE) == working(tx, None, strongbox)


def test_setting_keeps_weight_and_limits_here(kept: Database, strongbox: Strongbox, now: datetime) -> None:
    """And its address where it is; no login of it is written down."""
    limits = Limits(rate=Rate(1, "s"))
    with kept.write() as tx:
        relaybook.change(tx, replace(SETTING, weight=8, limits=limits), strongbox, now)
    moved = replace(SETTING, host="new.example.org")
    with kept.read() as tx:
        own = working(tx, moved, strongbox)[0]
        assert ("new.example.org", "other", 8, limits) == (own.host, own.password, own.weight, own.limits)
        assert ["main", "spare"] == [one.name for one in relaybook.entries(tx, None)]
        assert "me" not in tx.execute(text("SELECT username FROM relay")).scalars().all()


@pytest.mark.parametrize("name", ["main", FROM_SETTING])
def test_disabled_relay_does_not_work(kept: Database, strongbox: Strongbox, now: datetime, name: str) -> None:
    """Until it is enabled again."""
    with kept.write() as tx:
        everybody = working(tx, SETTING, strongbox)
        relaybook.enable(tx, relaybook.find(tx, name, SETTING), now, is_enabled=False)
        left = working(tx, SETTING, strongbox)
        relaybook.enable(tx, relaybook.find(tx, name, SETTING), now, is_enabled=True)
        again = working(tx, SETTING, strongbox)

    assert {name} == {one.name for one in everybody} - {one.name for one in left}
    assert [one.name for one in everybody] == [one.name for one in again]


def test_removed_relay_is_gone(kept: Database) -> None:
    """That of the setting cannot be removed here."""
    with kept.write() as tx:
        relaybook.remove(tx, relaybook.find(tx, " MAIN ", SETTING))
        with pytest.raises(RelayNotFound):
            relaybook.find(tx, "main", SETTING)
        with pytest.raises(BadValue, match="NEWSLETTER_RELAY_URL"):
            relaybook.remove(tx, relaybook.find(tx, FROM_SETTING, SETTING))
