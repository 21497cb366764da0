"""The suppressions there are, for whoever looks after them; who they are about is known only while the person is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from subscribers.model import Reason
from subscribers.tables.evidence import suppression
from subscribers.tables.people import subscriber
from subscribers.tokens import KEY_ID_LENGTH
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Suppressed:
    """One suppression."""

    id: int
    email_hash: str
    # EVERY_LIST, or the id of one list.
    list_id: int
    reason: Reason
    at: datetime
    # Empty when nobody of this hash is known.
    email: str

    @property
    def key_id(self) -> str:
        """Which key hashed the address."""
        return self.email_hash[:KEY_ID_LENGTH]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which suppressions are wanted; None: any."""

    reason: Reason | None = None
    list_id: int | None = None


def page(tx: Transaction, asked: Asked, after: int, limit: int) -> tuple[Suppressed, ...]:
    """Give up to *limit* suppressions behind the one of id *after*, in the order they were first said."""
    wanted = _suppressions().where(suppression.c.id > after).order_by(suppression.c.id).limit(limit)
    if asked.reason is not None:
        wanted = wanted.where(suppression.c.reason == asked.reason)
    if asked.list_id is not None:
        wanted = wanted.where(suppression.c.list_id == asked.list_id)
    return tuple(_suppressed(row) for row in tx.execute(wanted))


def of_address(tx: Transaction, email_hash: str) -> tuple[Suppressed, ...]:
    """Give what is said of an address: for every list first, then list by list."""
    wanted = _suppressions().where(suppression.c.email_hash == email_hash).order_by(suppression.c.list_id)
    return tuple(_suppressed(row) for row in tx.execute(wanted))


def counts(tx: Transaction) -> Mapping[Reason, int]:
    """Count the suppressions by reason."""
    counted = select(suppression.c.reason, func.count().label("number")).group_by(suppression.c.reason)
    found = {row.reason: row.number for row in tx.execute(counted)}
    return {reason: found.get(reason, 0) for reason in Reason}


def _suppressions() -> Select[Any]:
    return select(suppression, func.coalesce(subscriber.c.email, "").label("email")).outerjoin(
        subscriber, subscriber.c.email_hash == suppression.c.email_hash
    )


def _suppressed(row: Row[Any]) -> Suppressed:
    return Suppressed(row.id, row.email_hash, row.list_id, Reason(row.reason), row.at, row.email)
