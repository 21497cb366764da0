"""Challenges of the door, in SQL: each is answered once, however often its answer is shown."""

from datetime import datetime, timedelta

from sqlalchemy import delete

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.staff.secrets import remembered
from newsletter.tables.staff import spent_challenge
from subscribers.transaction import Transaction

# Longer than any step at the door lasts: behind that its challenge is refused anyhow.
KEPT = timedelta(hours=1)


def spend(tx: Transaction, challenge: str, now: datetime) -> bool:
    """Use a challenge up; gives whether it was still good."""
    tx.execute(delete(spent_challenge).where(spent_challenge.c.spent_at < now - KEPT))
    values = {"challenge_hash": remembered(challenge), "spent_at": now}
    made = insert(spent_challenge).values(values).on_conflict_do_nothing()
    return tx.execute(made.returning(spent_challenge.c.challenge_hash)).first() is not None
