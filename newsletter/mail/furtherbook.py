"""Orders of the desk to mail more of an issue that was mailed, in SQL: rows that are there until somebody deletes them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, insert, select

from newsletter.tables.further import further_delivery, further_order
from subscribers.transaction import Transaction


class Whom(StrEnum):
    """Who is mailed by an order."""

    # Those who did not get the issue.
    REST = "rest"
    # Those of whom nobody knows whether they have it.
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Further:
    """Somebody's word that an issue which was mailed is mailed to some more, or once more."""

    issue_id: int
    whom: Whom
    also_new: bool
    # How many, as they were told.
    people: int
    given_by: str
    given_at: datetime
    # From then on the worker carries it out.
    until: datetime
    # None before it is kept.
    id: int | None = None


def keep(tx: Transaction, order: Further) -> Further:
    """Write an order down; gives it with its id."""
    values = {
        "issue_id": order.issue_id,
        "kind": order.whom,
        "also_new": order.also_new,
        "people": order.people,
        "given_by": order.given_by,
        "given_at": order.given_at,
        "until": order.until,
    }
    made = tx.execute(insert(further_order).values(**values).returning(further_order.c.id)).scalar_one()
    return replace(order, id=made)


def name(tx: Transaction, order: Further, times: Mapping[int, int]) -> None:
    """Write down which deliveries are mailed again by an order that is kept, with how often the fate of each was lost."""
    rows = [{"order_id": order.id, "delivery_id": one, "times": often} for one, often in times.items()]
    tx.execute(insert(further_delivery), rows)


def named(tx: Transaction, order_id: int) -> Mapping[int, int]:
    """Give the deliveries that are mailed again by an order, with how often the fate of each had been lost."""
    columns = (further_delivery.c.delivery_id, further_delivery.c.times)
    return {row.delivery_id: row.times for row in tx.execute(select(*columns).where(further_delivery.c.order_id == order_id))}


def awaited(tx: Transaction, issue_id: int) -> frozenset[int]:
    """Give the deliveries of an issue that some order that waits will have mailed again."""
    found = (
        select(further_delivery.c.delivery_id)
        .join(further_order, further_order.c.id == further_delivery.c.order_id)
        .where(further_order.c.issue_id == issue_id)
    )
    return frozenset(tx.execute(found).scalars())


def of_issue(tx: Transaction, issue_id: int) -> tuple[Further, ...]:
    """Give the orders for an issue that wait, in the order they were given."""
    rows = tx.execute(select(further_order).where(further_order.c.issue_id == issue_id).order_by(further_order.c.id))
    return tuple(_further(row) for row in rows)


def find(tx: Transaction, order_id: int) -> Further | None:
    """Give an order that waits; None: there is none of this id any more."""
    row = tx.execute(select(further_order).where(further_order.c.id == order_id)).one_or_none()
    return _further(row) if row is not None else None


def due(tx: Transaction, now: datetime) -> tuple[int, ...]:
    """Give the ids of the orders whose minute is over, in the order they were given."""
    waiting = select(further_order.c.id).where(further_order.c.until <= now).order_by(further_order.c.until, further_order.c.id)
    return tuple(tx.execute(waiting).scalars())


def take(tx: Transaction, order_id: int) -> bool:
    """Take an order away, to carry it out or not to; False when somebody did so before."""
    return bool(tx.execute(delete(further_order).where(further_order.c.id == order_id)).rowcount)


def drop(tx: Transaction, issue_id: int) -> None:
    """Let nothing wait any more for an issue; when nothing did that is no error."""
    tx.execute(delete(further_order).where(further_order.c.issue_id == issue_id))


def drop_all(tx: Transaction) -> None:
    """Let nothing wait any more at all."""
    tx.execute(delete(further_order))


def _further(row: Row[Any]) -> Further:
    return Further(
        id=row.id,
        issue_id=row.issue_id,
        whom=Whom(row.kind),
        also_new=row.also_new,
        people=row.people,
        given_by=row.given_by,
        given_at=row.given_at,
        until=row.until,
    )
