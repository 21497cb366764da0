"""The acts of each day, counted behind the evidence."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.database import Database
from subscribers import daybook, register
from subscribers.address import parse
from subscribers.consent import Act, Door, Evidence
from subscribers.daybook import Kind
from subscribers.model import MailingList
from subscribers.tokens import Keyring
from tests.harness.people import LINK, ask, join

NOW = datetime(2020, 1, 31, 23, 30, tzinfo=UTC)
BEGIN = (NOW - timedelta(days=40)).date()
CONFIRMED = Kind(Act.CONFIRMED, Door.LINK)


@pytest.fixture
def list_(database: Database) -> MailingList:
    """Give a list."""
    with database.write() as tx:
        return register.create_list(tx, "Readers", NOW - timedelta(days=90))


def acts(database: Database, list_: MailingList) -> dict[str, Counter[Kind]]:
    """Give what the book says of a list, by month."""
    with database.read() as tx:
        return dict(daybook.of_list(tx, list_.id, BEGIN).by_month)


def busy(database: Database, keyring: Keyring, list_: MailingList) -> None:
    """Let two people join and one of them leave, at the turn of a month."""
    with database.write() as tx:
        join(tx, keyring, list_.id, "ann@example.org", NOW)
        ben = join(tx, keyring, list_.id, "ben@example.org", NOW + timedelta(hours=1))
        ask(tx, keyring, list_.id, "new@example.org", NOW)
        register.withdraw(tx, keyring, ben.subscription.id, NOW + timedelta(hours=2), LINK)


def test_what_is_not_counted_yet_is_there_all_the_same(database: Database, keyring: Keyring, list_: MailingList) -> None:
    """The book says the same before and after it was counted."""
    busy(database, keyring, list_)
    before = acts(database, list_)

    assert daybook.count(database.write, 10) > 0
    assert before == acts(database, list_)
    assert {"2020-01": 1, "2020-02": 1} == {month: found[CONFIRMED] for month, found in before.items()}


def test_counting_again_counts_nothing(database: Database, keyring: Keyring, list_: MailingList) -> None:
    """However often, and at whichever chunk it was left."""
    busy(database, keyring, list_)
    before = acts(database, list_)

    counted = [daybook.count(database.write, 1) for _ in range(3)]

    assert 0 == sum(counted[1:])
    assert before == acts(database, list_)


def test_a_chunk_at_a_time_makes_the_same_book(
    database: Database, keyring: Keyring, list_: MailingList, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was said between two chunks is in none of them twice."""
    monkeypatch.setattr(daybook, "CHUNK", 2)
    busy(database, keyring, list_)
    daybook.count(database.write, 1)
    with database.write() as tx:
        join(tx, keyring, list_.id, "ida@example.org", NOW)
    before = acts(database, list_)

    assert 0 < daybook.count(database.write, 100)
    assert before == acts(database, list_)
    assert 2 == before["2020-01"][CONFIRMED]


def test_other_lists_and_earlier_days_are_left_out(database: Database, keyring: Keyring, list_: MailingList) -> None:
    """Counted or not."""
    with database.write() as tx:
        other = register.create_list(tx, "Others", NOW)
        join(tx, keyring, other.id, "ann@example.org", NOW)
        join(tx, keyring, list_.id, "ben@example.org", NOW - timedelta(days=50))

    assert {} == acts(database, list_)
    daybook.count(database.write, 10)
    assert {} == acts(database, list_)


def test_much_that_is_not_counted_is_said_to_be_missing(
    database: Database, keyring: Keyring, list_: MailingList, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page does not walk a million acts; it says that the figures are not whole."""
    monkeypatch.setattr(daybook, "MOST_UNCOUNTED", 1)
    busy(database, keyring, list_)
    with database.read() as tx:
        assert daybook.is_due(tx, 2)
        assert not daybook.of_list(tx, list_.id, BEGIN).is_complete
    daybook.count(database.write, 10)

    with database.read() as tx:
        assert daybook.of_list(tx, list_.id, BEGIN).is_complete
        assert not daybook.is_due(tx, 1)


def test_an_act_about_no_list_is_in_no_book(database: Database, keyring: Keyring, list_: MailingList) -> None:
    """A no to everything names no list, and is passed over."""
    with database.write() as tx:
        ann = join(tx, keyring, list_.id, "ann@example.org", NOW)
        register.record_no_to_all(tx, keyring, ann.subscriber.id, NOW, Evidence(Door.LINK, "no"))
        assert register.find(tx, parse("ann@example.org")).id == ann.subscriber.id
    daybook.count(database.write, 10)

    assert not any(kind.act is Act.WITHDRAWN for found in acts(database, list_).values() for kind in found)
