"""Links to everything that is kept of a person: mailed to them, good for a day."""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from subscribers.tables.errands import data_link
from subscribers.transaction import Transaction

# The link in every issue works for ever and may be forwarded with it; what is kept of a person is shown by a fresh one only.
LIFE = timedelta(days=1)


def make(tx: Transaction, subscriber_id: int, now: datetime) -> int:
    """Make a link; gives the number that stands in it."""
    statement = insert(data_link).values(subscriber_id=subscriber_id, asked_at=now)
    number: int = tx.execute(statement.returning(data_link.c.id)).scalar_one()
    return number


def owner(tx: Transaction, number: int, now: datetime) -> int | None:
    """Give whose data a link shows; None when it has run out or the person is not known any more."""
    good = (data_link.c.id == number, data_link.c.asked_at > now - LIFE)
    return tx.execute(select(data_link.c.subscriber_id).where(*good)).scalar_one_or_none()


def end(tx: Transaction, subscriber_id: int) -> None:
    """Let no link to a person's data work any more: they may have been mailed to somebody else."""
    tx.execute(delete(data_link).where(data_link.c.subscriber_id == subscriber_id))
