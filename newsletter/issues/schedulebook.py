"""Schedules in SQL: a changed one is a new row, and the old one ended."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update

from newsletter.issues.practice import MOST_LATENESS, Lead, Practice, parse_lead
from newsletter.issues.recurrence import parse_recurrence, parse_wall_time
from newsletter.issues.schedule import Covers, Schedule, WhenEmpty
from newsletter.issues.workdays import Shift, Workdays
from newsletter.tables.issues import schedule
from subscribers.transaction import Transaction

# What `practice_of` reads.
PRACTICE = (
    schedule.c.contributions_before,
    schedule.c.review_before,
    schedule.c.approval_before,
    schedule.c.shift,
    schedule.c.country,
    schedule.c.least,
    schedule.c.most_late_minutes,
)


def set_schedule(tx: Transaction, proposed: Schedule) -> Schedule:
    """Let a schedule hold from its moment on; a different one before it ends.

    Slots already recorded stay what they were. The same schedule said again changes nothing.
    """
    newsletter_id, now = proposed.newsletter_id, proposed.created_at
    wanted = {
        "recurrence": str(proposed.recurrence),
        "at": proposed.at.isoformat(timespec="minutes"),
        "zone": proposed.zone,
        "draft_before_minutes": proposed.draft_before // timedelta(minutes=1),
        "covers": proposed.covers,
        "when_empty": proposed.when_empty,
        **_practice_columns(proposed.practice),
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


def running(tx: Transaction) -> tuple[Schedule, ...]:
    """Give the schedules that hold now, of all newsletters."""
    rows = tx.execute(select(schedule).where(schedule.c.ended_at.is_(None)).order_by(schedule.c.id))
    return tuple(map(_schedule, rows))


def practice_of(row: Row[Any]) -> Practice:
    """Read what a row with the columns of `PRACTICE` says."""
    return Practice(
        contributions=_lead(row.contributions_before),
        review=_lead(row.review_before),
        approval=_lead(row.approval_before),
        shift=Shift(row.shift),
        workdays=Workdays(row.country),
        least=row.least,
        most_lateness=lateness(row.most_late_minutes),
    )


def lateness(minutes: int | None) -> timedelta:
    """Read how late an issue may be; one without a slot has nothing of its own."""
    return MOST_LATENESS if minutes is None else timedelta(minutes=minutes)


def _practice_columns(practice: Practice) -> dict[str, Any]:
    return {
        "contributions_before": str(practice.contributions or ""),
        "review_before": str(practice.review or ""),
        "approval_before": str(practice.approval or ""),
        "shift": practice.shift,
        "country": practice.workdays.country,
        "least": practice.least,
        "most_late_minutes": practice.most_lateness // timedelta(minutes=1),
    }


def _lead(text: str) -> Lead | None:
    return parse_lead(text) if text else None


def _is_as(tx: Transaction, schedule_id: int, wanted: dict[str, Any]) -> bool:
    same = [schedule.c[name] == value for name, value in wanted.items()]
    return tx.execute(select(schedule.c.id).where(schedule.c.id == schedule_id, *same)).one_or_none() is not None


def _running(newsletter_id: int) -> tuple[ColumnElement[bool], ...]:
    return (schedule.c.newsletter_id == newsletter_id, schedule.c.ended_at.is_(None))


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
        practice=practice_of(row),
    )
