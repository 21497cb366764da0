"""The books of an issue on both databases: healthy at every moment, and each kind of damage is seen."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from newsletter.errors import IssueNotFound, WrongState
from newsletter.mail import bookkeeping, conservation, dispatch, doubts, gate, leases, rest, workers
from newsletter.mail.conservation import Fault
from newsletter.mail.delivery import DeliveryState
from newsletter.people import erase
from newsletter.tables.mail import attempt, delivery, mailing, worker
from subscribers import register
from subscribers.address import parse
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.mailed import Mailed, being_mailed
from tests.newsletter.mail.conftest import Ledger

S = DeliveryState


@pytest.fixture
def mailed(book: Ledger) -> Mailed:
    """Give an issue for Ann, Bob and Cem that is being mailed."""
    return being_mailed(book.database, book.room, book.now)


def faults(mailed: Mailed, after: timedelta = timedelta()) -> list[Fault]:
    """Look at the books; gives the rules that do not hold."""
    with mailed.database.read() as tx:
        books = bookkeeping.books(tx, mailed.issue_id, mailed.now + after)
    return [finding.fault for finding in conservation.findings(books)]


def test_books_are_in_order_all_along(mailed: Mailed, keyring: Keyring) -> None:
    """Planned, leased, on the wire, deferred, lost, settled by a word, sent to the rest, erased."""
    assert [] == faults(mailed)
    with mailed.database.write() as tx:
        workers.register(tx, "one", "here", mailed.now)
        claimed = leases.claim(tx, "one", mailed.now, 10)
        gate.mark(tx, "one", [claimed[0]], mailed.now)
    assert [] == faults(mailed)
    with mailed.database.write() as tx:
        workers.release(tx, "one", mailed.now)
    mailed.mail({"bob": S.DEFERRED, "cem": S.REFUSED})
    assert [] == faults(mailed)
    with mailed.database.write() as tx:
        doubts.call_sent(tx, mailed.doubts, "ann", mailed.now)
    mailed.now += timedelta(hours=1)
    mailed.mail()
    assert [] == faults(mailed)
    with mailed.database.write() as tx:
        rest.send_rest(tx, mailed.issue_id, mailed.now, also_new=True)
    assert [] == faults(mailed)
    mailed.mail()
    with mailed.database.write() as tx:
        erase.erase(tx, keyring, register.find(tx, parse("bob@example.net")).id, mailed.now)
    assert [] == faults(mailed)
    assert {S.ACCEPTED} == set(mailed.states.values())


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ({"code": 0, "reply": "", "note": ""}, Fault.NO_WORD),
        ({"code": 450, "note": ""}, Fault.NO_WORD),
        ({"settled_at": None}, Fault.TIMES),
        ({"sending_at": None}, Fault.TIMES),
        ({"attempts": 0}, Fault.ATTEMPTS),
        ({"attempts": 7}, Fault.ATTEMPTS),
        ({"state": S.PENDING, "settled_at": None, "attempts": 0}, Fault.LEFT_BEHIND),
    ],
)
def test_damaged_row_is_seen(mailed: Mailed, damage: dict[str, Any], fault: Fault) -> None:
    """Whatever hand it was."""
    mailed.mail()
    assert [] == faults(mailed)
    with mailed.database.write() as tx:
        one = select(delivery.c.id).where(delivery.c.letter_id == mailed.letter_id).limit(1).scalar_subquery()
        tx.execute(update(delivery).where(delivery.c.id == one).values(**damage))

    found = faults(mailed)
    assert fault in found
    # Where the state is another, the figure that was kept of it tells as well.
    assert set(found) <= {fault, *([Fault.COUNTERS] if "state" in damage else [])}


def test_lost_row_is_seen(mailed: Mailed) -> None:
    """The audience was written down when it was frozen."""
    mailed.mail()
    with mailed.database.write() as tx:
        tx.execute(delete(delivery).where(delivery.c.email == "bob@example.net"))

    assert [Fault.SUM, Fault.COUNTERS] == faults(mailed)


def test_lost_attempt_is_seen(mailed: Mailed) -> None:
    """A refusal of which nobody knows the words."""
    mailed.mail({"bob": S.REFUSED})
    with mailed.database.write() as tx:
        tx.execute(delete(attempt))

    assert [Fault.ATTEMPTS] == faults(mailed)


def test_person_with_two_rows_is_seen(mailed: Mailed) -> None:
    """The unique key keeps addresses apart, and no key keeps people."""
    mailed.mail()
    with mailed.database.write() as tx:
        bob = select(delivery.c.subscriber_id).where(delivery.c.email == "bob@example.net", delivery.c.state == S.ACCEPTED)
        tx.execute(update(delivery).where(delivery.c.email == "ann@example.net").values(subscriber_id=bob.scalar_subquery()))

    assert [Fault.TWICE] == faults(mailed)


def test_rows_of_a_dead_worker_are_seen_once_they_are_late(mailed: Mailed) -> None:
    """Not while it may be alive, nor while the next one is about to take them back."""
    with mailed.database.write() as tx:
        workers.register(tx, "one", "here", mailed.now)
        tx.execute(update(worker).values(lease_until=mailed.now + workers.LEASE))
        leases.claim(tx, "one", mailed.now, 10)

    assert [] == faults(mailed, workers.LEASE * 2 - timedelta(seconds=1))
    assert [Fault.DEAD_WORKER] == faults(mailed, workers.LEASE * 2 + timedelta(seconds=1))


def test_mailing_that_says_otherwise_than_its_issue_is_seen(mailed: Mailed) -> None:
    """Paused here and open there."""
    with mailed.database.write() as tx:
        tx.execute(update(mailing).where(mailing.c.letter_id == mailed.letter_id).values(state="paused"))

    assert [Fault.ISSUE] == faults(mailed)


def test_only_a_mailed_issue_has_books(mailed: Mailed, book: Ledger) -> None:
    """And every mailed one is known."""
    with mailed.database.write() as tx:
        draft = mailroom.approved_issue(tx, book.room.newsletter_id, mailed.now, "February 2020")
        with pytest.raises(WrongState, match="cannot be verified"):
            bookkeeping.books(tx, draft, mailed.now)
        with pytest.raises(IssueNotFound):
            bookkeeping.books(tx, 404, mailed.now)
        assert (mailed.issue_id,) == bookkeeping.mailed_issues(tx)
        dispatch.send_issue(tx, draft, mailed.now)
        assert (mailed.issue_id, draft) == bookkeeping.mailed_issues(tx)
