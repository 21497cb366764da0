"""The calendar in SQL: schedules, their slots, and what is due; restarts and second schedulers change nothing.

A slot is the newsletter and a nominal local date-time, inserted once and never again, so whoever computes it a second time
finds it there. A worker that drafts holds it by a lease with a token; one that lost its lease cannot finish it any more.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert as insert_if_new

from newsletter.issues import schedulebook, timetable
from newsletter.issues.model import Issue, IssueState, Month
from newsletter.issues.practice import Milestone, milestones
from newsletter.issues.recurrence import instant
from newsletter.issues.schedule import Covers, Due, Schedule, Slot, SlotState, WhenEmpty, covered_month
from newsletter.issues.schedulebook import PRACTICE, lateness, practice_of
from newsletter.tables.issues import issue, schedule, slot
from subscribers.transaction import Transaction

# Longer than gathering a slow feed and drafting take together; a worker killed meanwhile is replaced after it.
LEASE = timedelta(seconds=120)

# Between two tries to draft a slot: a feed that is down is not asked at every tick.
PAUSE_BETWEEN_TRIES = timedelta(minutes=5)

# Between the clocks of two hosts.
TOLERANCE = timedelta(minutes=1)

# Issues that go out when their time comes, if they are approved; what is further on has gone out already.
_WAITING = (IssueState.DRAFT, IssueState.IN_REVIEW, IssueState.APPROVED, IssueState.SCHEDULED)
_UNDRAFTED = (SlotState.PLANNED, SlotState.DRAFTING)
_WITHOUT_ISSUE = (SlotState.SKIPPED, SlotState.MISSED)
_SLOTS = select(slot, schedule.c.covers, schedule.c.when_empty, schedule.c.zone, *PRACTICE).join(
    schedule, schedule.c.id == slot.c.schedule_id
)


# Whoever looks at a calendar wants to know what became of the last issues, not of all.
REMEMBERED = timedelta(days=93)


def upcoming(tx: Transaction, newsletter_id: int, now: datetime, count: int = 12) -> tuple[Slot, ...]:
    """Give the next slots of a newsletter, recorded or still to come, in order of sending."""
    recorded = _slots(tx, slot.c.newsletter_id == newsletter_id, slot.c.send_at > now)
    current = schedulebook.schedule_of(tx, newsletter_id)
    # A recorded slot may stand in the way of one.
    new = [] if current is None else _without_slot(tx, current, timetable.coming(current, now, count=count + 1))
    return tuple(sorted((*recorded, *new), key=lambda one: one.send_at)[:count])


def without_issue(tx: Transaction, newsletter_id: int, now: datetime) -> tuple[Slot, ...]:
    """Give the slots of the last months that were skipped or missed, in order of sending."""
    lately = (slot.c.send_at <= now, slot.c.send_at > now - REMEMBERED)
    return _slots(tx, slot.c.newsletter_id == newsletter_id, slot.c.state.in_(_WITHOUT_ISSUE), *lately)


def record_slots(tx: Transaction, now: datetime) -> int:
    """Write down every slot whose time of drafting has come, of all newsletters; gives how many were new.

    Slots before a schedule was made are never made up; slots that passed while nobody was there are recorded all the same.
    """
    return sum(_record(tx, one, now) for one in schedulebook.running(tx))


def follow_zones(tx: Transaction, now: datetime) -> int:
    """Move what is still to come to the moment its nominal time means by now; gives how many slots were moved.

    Parliaments change the rules of their zones at short notice. What people agreed on is the time on their clocks.
    """
    waiting = _slots(tx, slot.c.state.in_((*_UNDRAFTED, SlotState.DRAFTED)), slot.c.send_at > now)
    moved = [(one, at) for one in waiting if (at := instant(datetime.fromisoformat(one.slot_key), one.zone)) != one.send_at]
    for one, at in moved:
        tx.execute(update(slot).where(*_is(one.newsletter_id, one.slot_key)).values(send_at=at))
        is_its_time = (issue.c.id == one.issue_id, issue.c.send_at == one.send_at)
        tx.execute(update(issue).where(*is_its_time).values(send_at=at))
    return len(moved)


def claim_draft(tx: Transaction, now: datetime, token: str) -> Slot | None:
    """Take the next slot to be drafted, for the length of a lease; None when there is none, or another was faster."""
    is_free = and_(
        slot.c.state.in_(_UNDRAFTED),
        slot.c.draft_at <= now,
        or_(
            slot.c.lease_until.is_(None),
            slot.c.lease_until <= now,
            # No lease and no pause reaches so far: the clock of this machine was set back since, and whoever held it waits for
            # nothing. One that still works on it loses it, as its token is another's.
            slot.c.lease_until > now + PAUSE_BETWEEN_TRIES + TOLERANCE,
        ),
    )
    found = next((one for one in _slots(tx, is_free) if not one.is_overdue(now)), None)
    if found is None:
        return None
    taken = tx.execute(
        update(slot)
        .where(*_is(found.newsletter_id, found.slot_key), is_free)
        .values(state=SlotState.DRAFTING, lease_token=token, lease_until=now + LEASE, attempts=slot.c.attempts + 1),
    )
    return _one(tx, found.newsletter_id, found.slot_key) if taken.rowcount else None


def renew_claim(tx: Transaction, claimed: Slot, token: str, now: datetime) -> bool:
    """Hold a claimed slot for another lease, and against everybody until the transaction ends; False when it was lost."""
    return _change_claimed(tx, claimed, token, lease_until=now + LEASE)


def finish_draft(tx: Transaction, claimed: Slot, token: str, state: SlotState, issue_id: int | None, note: str = "") -> bool:
    """Say what became of a claimed slot; False when the lease was lost, and then nothing is changed."""
    return _change_claimed(tx, claimed, token, state=state, issue_id=issue_id, note=note, lease_token="", lease_until=None)


def release_draft(tx: Transaction, claimed: Slot, token: str, now: datetime, note: str) -> bool:
    """Give a claimed slot back, to be tried again after a pause; False when the lease was lost."""
    again_at = now + PAUSE_BETWEEN_TRIES
    return _change_claimed(tx, claimed, token, state=SlotState.PLANNED, note=note, lease_token="", lease_until=again_at)


def overdue(tx: Transaction, now: datetime) -> tuple[Slot, ...]:
    """Give the slots that nobody drafted in time, so late that a person must decide."""
    return tuple(one for one in _slots(tx, slot.c.state.in_(_UNDRAFTED), slot.c.send_at < now) if one.is_overdue(now))


def undrafted(tx: Transaction, now: datetime) -> tuple[Slot, ...]:
    """Give the slots whose time of sending has come and that nobody drafted."""
    return _slots(tx, slot.c.state.in_(_UNDRAFTED), slot.c.send_at <= now)


def skipped_before(tx: Transaction, of: Slot) -> Month | None:
    """Give the month of the first of the slots just before this one that were skipped, whose posts are still to be carried."""
    earlier = _slots(tx, slot.c.newsletter_id == of.newsletter_id, slot.c.send_at < of.send_at)
    skipped = list(takewhile(lambda one: one.state is SlotState.SKIPPED, reversed(earlier)))
    return skipped[-1].month if skipped else None


def due(tx: Transaction, now: datetime) -> tuple[Due, ...]:
    """Give the issues whose time of sending has come, whether they are approved or not."""
    rows = tx.execute(
        select(issue.c.id, issue.c.newsletter_id, issue.c.slot_key, issue.c.send_at, schedule.c.most_late_minutes)
        .outerjoin(slot, and_(slot.c.newsletter_id == issue.c.newsletter_id, slot.c.slot_key == issue.c.slot_key))
        .outerjoin(schedule, schedule.c.id == slot.c.schedule_id)
        .where(issue.c.state.in_(_WAITING), issue.c.send_at <= now)
        .order_by(issue.c.send_at, issue.c.id),
    )
    return tuple(Due(row.id, row.newsletter_id, row.slot_key, row.send_at, lateness(row.most_late_minutes)) for row in rows)


def dates_of_issue(tx: Transaction, of: Issue) -> tuple[Milestone, ...]:
    """Give the dates on the way of an issue: its slot's, or by a time that was given by hand; none where it has no time."""
    slots = _slots(tx, *_is(of.newsletter_id, of.slot_key)) if of.slot_key is not None else ()
    if slots and slots[0].state is not SlotState.DONE:
        return slots[0].milestones
    current = schedulebook.schedule_of(tx, of.newsletter_id)
    if current is None or of.send_at is None:
        return ()
    sending = of.send_at.astimezone(ZoneInfo(current.zone)).replace(tzinfo=None)
    return milestones(current.practice, sending, current.zone, None)


def settle(tx: Transaction, of: Slot | Due, state: SlotState, note: str = "") -> None:
    """Say what became of a slot. An issue that has none is no error."""
    if of.slot_key is not None:
        tx.execute(update(slot).where(*_is(of.newsletter_id, of.slot_key)).values(state=state, note=note))


def _record(tx: Transaction, of: Schedule, now: datetime) -> int:
    newest = _newest(tx, of)
    # Strictly later than the newest one, but a slot at the very moment the schedule was made still counts.
    after = newest if newest is not None else of.created_at - timedelta.resolution
    coming = timetable.coming(of, after, until=now + of.draft_before + timetable.LARGEST_CLOCK_CHANGE)
    planned = [one for one in coming if one.draft_at <= now]
    return sum(_insert(tx, one) for one in _without_slot(tx, of, planned)) if planned else 0


def _newest(tx: Transaction, of: Schedule) -> datetime | None:
    moment: datetime | None = tx.execute(select(func.max(slot.c.send_at)).where(slot.c.schedule_id == of.id)).scalar_one()
    return moment


def _without_slot(tx: Transaction, of: Schedule, planned: Sequence[Slot]) -> list[Slot]:
    """Give those of *planned* whose month has no slot yet.

    A changed schedule makes no second issue of a month, and neither does a table of holidays that was corrected meanwhile.
    """
    known = _slots(tx, slot.c.newsletter_id == of.newsletter_id)
    keys = {one.slot_key for one in known}
    months = {one.month for one in known if one.schedule_id == of.id or one.state not in _WITHOUT_ISSUE}
    return [one for one in planned if one.slot_key not in keys and one.month not in months]


def _insert(tx: Transaction, planned: Slot) -> int:
    statement = insert_if_new(slot).values(
        newsletter_id=planned.newsletter_id,
        slot_key=planned.slot_key,
        schedule_id=planned.schedule_id,
        draft_at=planned.draft_at,
        send_at=planned.send_at,
        state=planned.state,
    )
    return len(tx.execute(statement.on_conflict_do_nothing().returning(slot.c.slot_key)).all())


def _change_claimed(tx: Transaction, claimed: Slot, token: str, **values: object) -> bool:
    result = tx.execute(
        update(slot)
        .where(
            *_is(claimed.newsletter_id, claimed.slot_key),
            slot.c.state == SlotState.DRAFTING,
            slot.c.lease_token == token,
        )
        .values(**values),
    )
    return bool(result.rowcount)


def _is(newsletter_id: int, slot_key: str) -> tuple[ColumnElement[bool], ...]:
    return (slot.c.newsletter_id == newsletter_id, slot.c.slot_key == slot_key)


def _one(tx: Transaction, newsletter_id: int, slot_key: str) -> Slot:
    return _slot(tx.execute(_SLOTS.where(*_is(newsletter_id, slot_key))).one())


def _slots(tx: Transaction, *conditions: ColumnElement[bool]) -> tuple[Slot, ...]:
    return tuple(_slot(row) for row in tx.execute(_SLOTS.where(*conditions).order_by(slot.c.send_at, slot.c.newsletter_id)))


def _slot(row: Row[Any]) -> Slot:
    return Slot(
        newsletter_id=row.newsletter_id,
        slot_key=row.slot_key,
        schedule_id=row.schedule_id,
        month=covered_month(row.slot_key, Covers(row.covers)),
        when_empty=WhenEmpty(row.when_empty),
        draft_at=row.draft_at,
        send_at=row.send_at,
        state=SlotState(row.state),
        issue_id=row.issue_id,
        attempts=row.attempts,
        note=row.note,
        zone=row.zone,
        practice=practice_of(row),
    )
