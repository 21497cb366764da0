"""What links answered, in SQL: kept for a while, so that nobody's server is asked at every look."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, delete, select

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.review.facts import LinkState, Verdict
from newsletter.tables.links import link_check
from subscribers.transaction import Transaction

# What nobody has asked for since then belongs to issues that are long sent.
FORGOTTEN_AFTER = timedelta(days=90)

# Parameters of one statement.
_BATCH = 500


def record(tx: Transaction, states: Iterable[LinkState], now: datetime) -> None:
    """Write down what links answered, in place of what they answered before; forgets what is long past."""
    for state in states:
        values = {
            "url": state.url,
            "verdict": state.verdict,
            "status": state.status,
            "leads_to": state.leads_to,
            "is_moved": state.is_moved,
            "reason": state.reason,
            "checked_at": state.checked_at,
        }
        statement = insert(link_check).values(digest=_digest(state.url), **values)
        tx.execute(statement.on_conflict_do_update(index_elements=[link_check.c.digest], set_=values))
    tx.execute(delete(link_check).where(link_check.c.checked_at < now - FORGOTTEN_AFTER))


def states(tx: Transaction, urls: Iterable[str]) -> Mapping[str, LinkState]:
    """Give what is known of *urls*, by address."""
    wanted = list(dict.fromkeys(map(_digest, urls)))
    found: dict[str, LinkState] = {}
    for begin in range(0, len(wanted), _BATCH):
        rows = tx.execute(select(link_check).where(link_check.c.digest.in_(wanted[begin : begin + _BATCH])))
        found |= {row.url: _state(row) for row in rows}
    return found


def _state(row: Row[Any]) -> LinkState:
    return LinkState(
        row.url,
        Verdict(row.verdict),
        row.status,
        row.leads_to,
        is_moved=row.is_moved,
        reason=row.reason,
        checked_at=row.checked_at,
    )


def _digest(url: str) -> str:
    return sha256(url.encode()).hexdigest()
