"""What waits for a person, in SQL; one open alert per key, however often it is raised."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.tables.issues import alert
from subscribers.transaction import Transaction

_COLUMNS = (alert.c.id, alert.c.key, alert.c.text, alert.c.newsletter_id, alert.c.issue_id, alert.c.raised_at)


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that waits for a person."""

    id: int
    # What it is about; the same trouble raised again has the same key.
    key: str
    text: str
    newsletter_id: int | None
    issue_id: int | None
    raised_at: datetime


def raise_alert(
    tx: Transaction,
    key: str,
    text: str,
    now: datetime,
    *,
    newsletter_id: int | None = None,
    issue_id: int | None = None,
) -> None:
    """Tell a person; does nothing while an alert of this key is open, so that the first words and moment stand."""
    statement = insert(alert).values(key=key, text=text, raised_at=now, newsletter_id=newsletter_id, issue_id=issue_id)
    tx.execute(statement.on_conflict_do_nothing())


def settle_alert(tx: Transaction, key: str, now: datetime) -> None:
    """Say that nothing waits any more; no open alert of this key is no error."""
    tx.execute(update(alert).where(alert.c.key == key, alert.c.settled_at.is_(None)).values(settled_at=now))


def settle_issue(tx: Transaction, issue_id: int, now: datetime) -> None:
    """Settle everything that waits because of an issue."""
    tx.execute(update(alert).where(alert.c.issue_id == issue_id, alert.c.settled_at.is_(None)).values(settled_at=now))


def raise_again(tx: Transaction, issue_id: int, settled_at: datetime) -> None:
    """Let everything wait again that was settled for an issue at *settled_at*, unless the same was told anew since."""
    anew = alert.alias()
    is_told = exists().where(anew.c.key == alert.c.key, anew.c.settled_at.is_(None))
    settled = (alert.c.issue_id == issue_id, alert.c.settled_at == settled_at)
    tx.execute(update(alert).where(*settled, ~is_told).values(settled_at=None))


def was_raised(tx: Transaction, key: str) -> bool:
    """Whether a person was ever told of this, be it settled since or not."""
    return tx.execute(select(alert.c.id).where(alert.c.key == key).limit(1)).one_or_none() is not None


def find(tx: Transaction, alert_id: int) -> Alert | None:
    """Give an alert, open or settled; None where there is none of this id."""
    row = tx.execute(select(*_COLUMNS).where(alert.c.id == alert_id)).one_or_none()
    return Alert(*row) if row is not None else None


def open_alerts(tx: Transaction) -> tuple[Alert, ...]:
    """Give what waits for a person, the oldest first."""
    rows = tx.execute(select(*_COLUMNS).where(alert.c.settled_at.is_(None)).order_by(alert.c.raised_at, alert.c.id))
    return tuple(Alert(*row) for row in rows)
