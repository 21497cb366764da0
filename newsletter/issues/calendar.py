"""The calendar in SQL: schedules, their slots, and what is due; restarts and second schedulers change nothing.

A slot is the newsletter and a nominal local date-time, inserted once and never again, so whoever computes it a second time
finds it there. A worker that drafts holds it by a lease with a token; one that lost its lease cannot finish it any more.
"""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert as insert_if_new

from newsletter.errors import BadValue
from newsletter.issues.model import IssueState
from newsletter.issues.recurrence import (
    MOST_OCCURRENCES,
    Occurrence,
    Recurrence,
    instant,
    occurrences,
    parse_recurrence,
    parse_wall_time,
    parse_zone,
)
from newsletter.issues.schedule import (
    MOST_LATENESS,
    Covers,
    Due,
    Schedule,
    Slot,
    SlotState,
    WhenEmpty,
    covered_month,
    usual_cover,
)
from newsletter.tables.issues import issue, schedule, slot
from subscribers.transaction import Transaction

# Longer than gathering a slow feed and drafting take together; a worker killed meanwhile is replaced after it.
LEASE = timedelta(seconds=120)

# Between two tries to draft a slot: a feed that is down is not asked at every tick.
PAUSE_BETWEEN_TRIES = timedelta(minutes=5)

# A draft made earlier would miss most of its month.
LONGEST_DRAFT_BEFORE = timedelta(days=28)

# Between a draft and its sending clocks may be changed; the largest change there was skipped a day (Apia, 2011).
LARGEST_CLOCK_CHANGE = timedelta(days=1)

# Issues that go out when their time comes, if they are approved; what is further on has gone out already.
_WAITING = (IssueState.DRAFT, IssueState.IN_REVIEW, IssueState.APPROVED, IssueState.SCHEDULED)
_UNDRAFTED = (SlotState.PLANNED, SlotState.DRAFTING)
_SLOTS = select(slot, schedule.c.covers, schedule.c.when_empty).join(schedule, schedule.c.id == slot.c.schedule_id)


def set_schedule(
    tx: Transaction,
    newsletter_id: int,
    recurrence: Recurrence,
    at: time,
    zone: str,
    draft_before: timedelta,
    covers: Covers | None,
    when_empty: WhenEmpty,
    now: datetime,
) -> Schedule:
    """Say when the issues of a newsletter are due from *now* on; a different schedule before it ends.

    Slots already recorded stay what they were. The same schedule said again changes nothing. `covers` None leaves the
    month to the rule: up to the 15th an issue looks back on the month before.

    Raises:
        BadValue: the zone is not known, or the draft would be made after the sending or too long before.

    """
    if not timedelta() <= draft_before <= LONGEST_DRAFT_BEFORE:
        raise BadValue("draft before", draft_before, f"between 0 and {LONGEST_DRAFT_BEFORE.days} days")
    wanted = {
        "recurrence": str(recurrence),
        "at": at.isoformat(timespec="minutes"),
        "zone": parse_zone(zone),
        "draft_before_minutes": draft_before // timedelta(minutes=1),
        "covers": covers or usual_cover(recurrence),
        "when_empty": when_empty,
    }
    known = schedule_of(tx, newsletter_id)
    if known is None or not _is_as(tx, known.id, wanted):
        tx.execute(update(schedule).where(*_running(newsletter_id)).values(ended_at=now))
        tx.execute(insert(schedule).values(newsletter_id=newsletter_id, created_at=now, **wanted))
    made = schedule_of(tx, newsletter_id)
    assert made is not None
    return made


def schedule_of(tx: Transaction, newsletter_id: int) -> Schedule | None:
    """Give the schedule that a newsletter has now."""
    row = tx.execute(select(schedule).where(*_running(newsletter_id)).order_by(schedule.c.id.desc()).limit(1)).one_or_none()
    return _schedule(row) if row is not None else None


def upcoming(tx: Transaction, newsletter_id: int, now: datetime, count: int = 12) -> tuple[Slot, ...]:
    """Give the next slots of a newsletter, recorded or still to come, in order of sending."""
    recorded = _slots(tx, slot.c.newsletter_id == newsletter_id, slot.c.send_at > now)
    keys = {one.slot_key for one in recorded}
    current = schedule_of(tx, newsletter_id)
    coming = [] if current is None else [_planned(current, one) for one in _occurrences(current, now, count=count)]
    new = [one for one in coming if one.slot_key not in keys]
    return tuple(sorted((*recorded, *new), key=lambda one: one.send_at)[:count])


def record_slots(tx: Transaction, now: datetime) -> int:
    """Write down every slot whose time of drafting has come, of all newsletters; gives how many were new.

    Slots before a schedule was made are never made up; slots that passed while nobody was there are recorded all the same.
    """
    rows = tx.execute(select(schedule).where(schedule.c.ended_at.is_(None)).order_by(schedule.c.id)).all()
    return sum(_record(tx, _schedule(row), now) for row in rows)


def claim_draft(tx: Transaction, now: datetime, token: str) -> Slot | None:
    """Take the next slot to be drafted, for the length of a lease; None when there is none, or another was faster."""
    is_free = and_(
        slot.c.state.in_(_UNDRAFTED),
        slot.c.draft_at <= now,
        slot.c.send_at >= now - MOST_LATENESS,
        or_(slot.c.lease_until.is_(None), slot.c.lease_until <= now),
    )
    found = tx.execute(_SLOTS.where(is_free).order_by(slot.c.send_at, slot.c.newsletter_id).limit(1)).one_or_none()
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
    return _slots(tx, slot.c.state.in_(_UNDRAFTED), slot.c.send_at < now - MOST_LATENESS)


def due(tx: Transaction, now: datetime) -> tuple[Due, ...]:
    """Give the issues whose time of sending has come, whether they are approved or not."""
    rows = tx.execute(
        select(issue.c.id, issue.c.newsletter_id, issue.c.slot_key, issue.c.send_at)
        .where(issue.c.state.in_(_WAITING), issue.c.send_at <= now)
        .order_by(issue.c.send_at, issue.c.id),
    )
    return tuple(Due(*row) for row in rows)


def settle(tx: Transaction, of: Slot | Due, state: SlotState, note: str = "") -> None:
    """Say what became of a slot. An issue that has none is no error."""
    if of.slot_key is not None:
        tx.execute(update(slot).where(*_is(of.newsletter_id, of.slot_key)).values(state=state, note=note))


def _record(tx: Transaction, of: Schedule, now: datetime) -> int:
    newest = tx.execute(select(func.max(slot.c.send_at)).where(slot.c.schedule_id == of.id)).scalar_one()
    # Strictly later than the newest one, but a slot at the very moment the schedule was made still counts.
    after = newest if newest is not None else of.created_at - timedelta.resolution
    coming = _occurrences(of, after, until=now + of.draft_before + LARGEST_CLOCK_CHANGE)
    planned = (_planned(of, one) for one in coming)
    return sum(_insert(tx, one) for one in planned if one.draft_at <= now)


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


def _occurrences(
    of: Schedule, after: datetime, *, until: datetime | None = None, count: int = MOST_OCCURRENCES
) -> tuple[Occurrence, ...]:
    return occurrences(of.recurrence, of.at, of.zone, after=after, until=until, count=count)


def _planned(of: Schedule, occurrence: Occurrence) -> Slot:
    return Slot(
        newsletter_id=of.newsletter_id,
        slot_key=occurrence.slot_key,
        schedule_id=of.id,
        month=covered_month(occurrence.slot_key, of.covers),
        when_empty=of.when_empty,
        draft_at=_draft_at(of, occurrence),
        send_at=occurrence.send_at,
        state=SlotState.PLANNED,
        issue_id=None,
        attempts=0,
        note="",
    )


def _draft_at(of: Schedule, occurrence: Occurrence) -> datetime:
    """Give the moment of drafting: so many days before by the calendar, at the same hour whatever the clocks did since."""
    nominal = datetime.fromisoformat(occurrence.slot_key) - of.draft_before
    return min(instant(nominal, of.zone), occurrence.send_at)


def _is_as(tx: Transaction, schedule_id: int, wanted: dict[str, Any]) -> bool:
    same = [schedule.c[name] == value for name, value in wanted.items()]
    return tx.execute(select(schedule.c.id).where(schedule.c.id == schedule_id, *same)).one_or_none() is not None


def _running(newsletter_id: int) -> tuple[ColumnElement[bool], ...]:
    return (schedule.c.newsletter_id == newsletter_id, schedule.c.ended_at.is_(None))


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
    )


def _schedule(row: Row[Any]) -> Schedule:
    return Schedule(
        id=row.id,
        newsletter_id=row.newsletter_id,
        recurrence=parse_recurrence(row.recurrence),
        at=parse_wall_time(row.at),
        zone=row.zone,
        draft_before=timedelta(minutes=row.draft_before_minutes),
        covers=Covers(row.covers),
        when_empty=WhenEmpty(row.when_empty),
        created_at=row.created_at,
        ended_at=row.ended_at,
    )
