"""Sending from the desk can be taken back for a minute, and then stands, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, update

from newsletter.errors import BadValue, NotAdopted, WrongState
from newsletter.issues import agenda, alerts, calendar, editing, orderbook, schedulebook, store, timetable
from newsletter.issues.model import Issue, IssueState
from newsletter.issues.recurrence import parse_recurrence, parse_wall_time
from newsletter.issues.schedule import SlotState, WhenEmpty
from newsletter.mail import dispatch, orders
from newsletter.tables.instance import instance
from newsletter.tables.issues import issue as issue_table
from newsletter.tables.issues import slot
from subscribers.transaction import Transaction
from tests.harness import mailroom
from tests.newsletter.mail.conftest import Ledger

S = IssueState
SECOND = timedelta(seconds=1)
# A slot of the calendar, some days ahead of `book.now`.
LATER = timedelta(days=3)


@pytest.fixture
def approved(book: Ledger) -> Issue:
    """Give an approved issue without a time."""
    with book.database.write() as tx:
        return store.load(tx, mailroom.approved_issue(tx, book.room.newsletter_id, book.now))


def with_slot(tx: Transaction, issue: Issue, at: datetime) -> None:
    """Give an issue the slot of a schedule, in three days."""
    when = (parse_recurrence("first monday"), parse_wall_time("09:00"), "UTC", timedelta(days=2), None, WhenEmpty.SKIP)
    made = schedulebook.set_schedule(tx, timetable.propose(issue.newsletter_id, *when, at))
    key = (at + LATER).isoformat(timespec="minutes")[:16]
    values = {"state": SlotState.DRAFTED, "draft_at": at, "send_at": at + LATER, "issue_id": issue.id}
    tx.execute(insert(slot).values(newsletter_id=issue.newsletter_id, slot_key=key, schedule_id=made.id, **values))
    tx.execute(update(issue_table).where(issue_table.c.id == issue.id).values(slot_key=key, send_at=at + LATER))


def due(book: Ledger, at: datetime) -> list[int]:
    """Give the issues whose time has come at *at*."""
    with book.database.read() as tx:
        return [one.issue_id for one in calendar.due(tx, at)]


def taken_back(book: Ledger, issue: Issue, at: datetime) -> Issue:
    """Take the order for an issue back."""
    with book.database.write() as tx:
        return orders.take_back(tx, issue.id, at)


def standing(book: Ledger, issue: Issue) -> tuple[object, ...]:
    """Give everything that an order changes."""
    with book.database.read() as tx:
        known = store.load(tx, issue.id)
        before = orderbook.before(tx, known)
        return (before, known.letter_id, [one.key for one in alerts.open_alerts(tx)])


def test_nothing_is_mailed_before_the_minute_is_over(book: Ledger, approved: Issue) -> None:
    """And then it is the worker's, like every issue whose time has come."""
    with book.database.write() as tx:
        given = orders.send(tx, approved.id, "Ann", book.now)

    assert [] == due(book, given.until - SECOND)
    assert [approved.id] == due(book, given.until)
    with book.database.write() as tx:
        assert 3 == dispatch.send_issue(tx, approved.id, given.until).audience


def test_taken_back_it_stands_as_it_stood(book: Ledger, approved: Issue) -> None:
    """With its slot, its time, its approval, and what waited for somebody."""
    with book.database.write() as tx:
        with_slot(tx, approved, book.now)
        alerts.raise_alert(tx, "issue-comments:1", "Somebody commented.", book.now, issue_id=approved.id)
    before = standing(book, approved)
    with book.database.write() as tx:
        orders.send(tx, approved.id, "Ann", book.now + SECOND)

    assert before != standing(book, approved)
    assert S.APPROVED is taken_back(book, approved, book.now + orders.UNDO).state
    assert before == standing(book, approved)


def test_another_time_is_taken_back_to_the_one_before(book: Ledger, approved: Issue) -> None:
    """Scheduled twice, undone once."""
    first, second = book.now + timedelta(days=1), book.now + timedelta(days=2)
    with book.database.write() as tx:
        orders.schedule(tx, approved.id, first, "Ann", book.now)
        orders.schedule(tx, approved.id, second, "Ann", book.now + SECOND)

    back = taken_back(book, approved, book.now + 2 * SECOND)

    assert (S.SCHEDULED, first) == (back.state, back.send_at)


def test_a_time_that_passed_meanwhile_does_not_come_back(book: Ledger, approved: Issue) -> None:
    """It would be sent by it at once, by whoever just took sending back."""
    soon = book.now + timedelta(seconds=90)
    with book.database.write() as tx:
        orders.schedule(tx, approved.id, soon, "Ann", book.now)
        orders.send(tx, approved.id, "Ann", book.now + timedelta(seconds=50))

    back = taken_back(book, approved, book.now + timedelta(seconds=100))

    assert (S.APPROVED, None) == (back.state, back.send_at)


def test_a_time_within_the_minute_waits_for_its_end(book: Ledger, approved: Issue) -> None:
    """Nothing is mailed that could still be taken back."""
    with book.database.write() as tx:
        given = orders.schedule(tx, approved.id, book.now + 5 * SECOND, "Ann", book.now)

    assert given.until == given.send_at == book.now + orders.UNDO


def test_after_the_minute_it_stands(book: Ledger, approved: Issue) -> None:
    """Whether it is mailed already or not."""
    with book.database.write() as tx:
        given = orders.schedule(tx, approved.id, book.now + LATER, "Ann", book.now)

    with pytest.raises(WrongState, match="taken back"):
        taken_back(book, approved, given.until)
    with book.database.read() as tx:
        assert S.SCHEDULED is store.load(tx, approved.id).state


@pytest.mark.parametrize("change", ["edited", "moved", "sent", "nothing ordered"])
def test_what_was_changed_since_is_left_alone(book: Ledger, approved: Issue, change: str) -> None:
    """An order is about the issue as it stood when it was given."""
    with book.database.write() as tx:
        if change != "nothing ordered":
            orders.send(tx, approved.id, "Ann", book.now)
        if change == "edited":
            editing.edit_issue(tx, approved.id, book.now, subject="Another subject")
        if change == "moved":
            agenda.schedule_issue(tx, approved.id, book.now + LATER, book.now)
        if change == "sent":
            dispatch.send_issue(tx, approved.id, book.now)

    with pytest.raises(WrongState, match="taken back"):
        taken_back(book, approved, book.now + SECOND)


def test_what_would_keep_it_from_going_out_is_said_at_once(book: Ledger, approved: Issue) -> None:
    """Not by an alert a minute later."""
    with book.database.write() as tx:
        tx.execute(update(instance).values(is_adopted=0))

    with pytest.raises(NotAdopted), book.database.write() as tx:
        orders.send(tx, approved.id, "Ann", book.now)


def test_what_nobody_approved_is_not_ordered(book: Ledger, approved: Issue) -> None:
    """An edit ended the approval."""
    with book.database.write() as tx:
        editing.edit_issue(tx, approved.id, book.now, subject="Another subject")

    with pytest.raises(WrongState), book.database.write() as tx:
        orders.send(tx, approved.id, "Ann", book.now)


def test_a_time_that_has_passed_is_refused(book: Ledger, approved: Issue) -> None:
    """It is not taken for one a minute from now."""
    with pytest.raises(BadValue), book.database.write() as tx:
        orders.schedule(tx, approved.id, book.now, "Ann", book.now)


def test_a_time_is_taken_away(book: Ledger, approved: Issue) -> None:
    """The issue stays approved, its slot is done, and the worker has nothing to do with it."""
    with book.database.write() as tx:
        with_slot(tx, approved, book.now)
        left = agenda.unschedule(tx, approved.id, book.now)

    assert (S.APPROVED, None) == (left.state, left.send_at)
    assert [] == due(book, book.now + 2 * LATER)
    with book.database.write() as tx:
        dispatch.send_issue(tx, approved.id, book.now)
    with pytest.raises(WrongState), book.database.write() as tx:
        agenda.unschedule(tx, approved.id, book.now)
