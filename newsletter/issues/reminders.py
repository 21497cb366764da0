"""Who was told of what is owed to an issue, in SQL: nobody is told of the same thing twice."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.issues.duties import Duty
from newsletter.tables.issues import staff_reminder
from subscribers.transaction import Transaction


def was_told(tx: Transaction, issue_id: int, duty: Duty, account_id: int) -> bool:
    """Whether somebody was told already."""
    told = staff_reminder.c
    query = select(told.duty).where(told.issue_id == issue_id, told.duty == duty, told.account_id == account_id)
    return tx.execute(query).one_or_none() is not None


def begin(tx: Transaction, issue_id: int, duty: Duty, account_id: int, now: datetime) -> bool:
    """Write down that somebody is told; False when they were already."""
    told = insert(staff_reminder).values(issue_id=issue_id, duty=duty, account_id=account_id, told_at=now)
    return tx.execute(told.on_conflict_do_nothing().returning(staff_reminder.c.duty)).one_or_none() is not None


def forget(tx: Transaction, issue_id: int, duties: Collection[Duty], account_id: int) -> None:
    """Let somebody be told anew: what they were told of is another now."""
    told = staff_reminder.c
    tx.execute(delete(staff_reminder).where(told.issue_id == issue_id, told.duty.in_(duties), told.account_id == account_id))
