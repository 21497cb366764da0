"""What was done by whom, append-only, in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select

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


@dataclass(frozen=True, slots=True)
class Asked:
    """Which acts somebody looks for; texts are how something begins, in any letter case, and empty ones mean all."""

    actor: str = ""
    act: str = ""
    subject: str = ""
    since: datetime | None = None
    # Without this moment.
    until: datetime | None = None


def record(tx: Transaction, actor: Actor, act: str, subject: str, detail: Mapping[str, object], now: datetime) -> None:
    """Write down an act, in the transaction that does it; what came by a key names the key."""
    by_key = {"key": actor.key} if actor.key else {}
    tx.execute(insert(audit).values(at=now, actor=actor.name, act=act, subject=subject, detail={**detail, **by_key}))


def recent(tx: Transaction, limit: int = 50) -> tuple[Entry, ...]:
    """Give the latest acts, the newest first."""
    return page(tx, Asked(), None, limit)


def page(tx: Transaction, asked: Asked, before: int | None, limit: int) -> tuple[Entry, ...]:
    """Give up to *limit* of the acts that are asked for, the newest first, from behind the one of the id *before*."""
    query = _asked(asked).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < before)
    return tuple(Entry(row.id, row.at, row.actor, row.act, row.subject, row.detail) for row in tx.execute(query))


def _asked(asked: Asked) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [
        func.lower(column).startswith(text.lower(), autoescape=True)
        for column, text in ((audit.c.actor, asked.actor), (audit.c.act, asked.act), (audit.c.subject, asked.subject))
        if text
    ]
    if asked.since is not None:
        conditions.append(audit.c.at >= asked.since)
    if asked.until is not None:
        conditions.append(audit.c.at < asked.until)
    return select(audit).where(*conditions)
