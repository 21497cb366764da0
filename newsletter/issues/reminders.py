"""Who was told of what is owed to an issue, in SQL: nobody is told of the same thing twice."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, false, select

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.issues.duties import OF_OWNERS, Duty, Owed
from newsletter.tables.issues import staff_reminder
from subscribers.transaction import Transaction


def was_told(tx: Transaction, issue_id: int, owed: Owed, account_id: int) -> bool:
    """Whether somebody was told already."""
    query = select(staff_reminder.c.duty).where(*_of(issue_id, owed, account_id), ~_is_past(owed))
    return tx.execute(query).one_or_none() is not None


def begin(tx: Transaction, issue_id: int, owed: Owed, account_id: int, now: datetime) -> bool:
    """Write down that somebody is told; False when they were already."""
    tx.execute(delete(staff_reminder).where(*_of(issue_id, owed, account_id), _is_past(owed)))
    told = insert(staff_reminder).values(issue_id=issue_id, duty=owed.duty, account_id=account_id, told_at=now)
    return tx.execute(told.on_conflict_do_nothing().returning(staff_reminder.c.duty)).one_or_none() is not None


def forget(tx: Transaction, issue_id: int, duties: Collection[Duty], account_id: int) -> None:
    """Let somebody be told anew: what they were told of is another now."""
    told = staff_reminder.c
    tx.execute(delete(staff_reminder).where(told.issue_id == issue_id, told.duty.in_(duties), told.account_id == account_id))


def _of(issue_id: int, owed: Owed, account_id: int) -> tuple[ColumnElement[bool], ...]:
    told = staff_reminder.c
    return told.issue_id == issue_id, told.duty == owed.duty, told.account_id == account_id


def _is_past(owed: Owed) -> ColumnElement[bool]:
    """Give the condition that what was told was of a section that is there by now: this one is owed only since then."""
    return staff_reminder.c.told_at < owed.since if owed.duty in OF_OWNERS else false()
