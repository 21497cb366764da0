"""What was done by whom, append-only, in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from newsletter.staff.permissions import Actor
from newsletter.tables.staff import audit
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Entry:
    """One act."""

    id: int
    at: datetime
    actor: str
    # "issue.approve", "staff.add"
    act: str
    # "issue 5"
    subject: str
    # What else is worth knowing; no addresses of readers.
    detail: Mapping[str, Any]


def record(tx: Transaction, actor: Actor, act: str, subject: str, detail: Mapping[str, object], now: datetime) -> None:
    """Write down an act, in the transaction that does it."""
    tx.execute(insert(audit).values(at=now, actor=actor.name, act=act, subject=subject, detail=dict(detail)))


def recent(tx: Transaction, limit: int = 50) -> tuple[Entry, ...]:
    """Give the latest acts, the newest first."""
    rows = tx.execute(select(audit).order_by(audit.c.id.desc()).limit(limit))
    return tuple(Entry(row.id, row.at, row.actor, row.act, row.subject, row.detail) for row in rows)
