"""People of an import who must confirm first: asked one after the other, so many an hour."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, update

from subscribers import confirmations, records, suppression
from subscribers.errors import ImportNotFound
from subscribers.exchange.model import ImportState
from subscribers.model import Subscriber, SubscriptionState
from subscribers.tables.imports import import_run
from subscribers.tables.lists import confirmation, subscription
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction

# A worker that stood still does not make up for it at once: mail to people who do not expect it is looked at closely.
SLACK = timedelta(minutes=1)

FASTEST = 36_000


@dataclass(frozen=True, slots=True)
class Asking:
    """An import whose people are being asked."""

    import_id: int
    list_id: int
    basis: str
    per_hour: int
    # When the next of them may be asked.
    next_at: datetime
    # Up to which of its subscriptions this round has come.
    through: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody of an import who has not been asked."""

    subscription_id: int
    subscriber: Subscriber


def due(asking: Asking, now: datetime) -> int:
    """Decide how many people of an import may be asked now."""
    if now < asking.next_at:
        return 0
    late = min(now - asking.next_at, SLACK)
    return 1 + int(late / _between(asking.per_hour))


def set_pace(tx: Transaction, import_id: int, per_hour: int | None, now: datetime) -> int:
    """Ask the people of an import from now on at this pace, or no more of them; gives how many wait to be asked.

    Raises:
        ImportNotFound: there is none of this id, or it was undone.

    """
    valid = (import_run.c.id == import_id, import_run.c.state != ImportState.UNDONE)
    if tx.execute(update(import_run).where(*valid).values(ask_per_hour=per_hour, ask_next_at=now)).rowcount != 1:
        raise ImportNotFound(import_id)
    # From the first on: whoever was passed over has another turn.
    return tx.execute(select(func.count()).select_from(_unasked(import_id).order_by(None).subquery())).scalar_one()


def under_way(tx: Transaction) -> tuple[Asking, ...]:
    """Give the imports whose people are being asked."""
    asked = select(import_run).where(import_run.c.ask_per_hour.is_not(None), import_run.c.state == ImportState.FINISHED)
    return tuple(
        Asking(row.id, row.list_id, row.basis, row.ask_per_hour, row.ask_next_at, row.asked_through)
        for row in tx.execute(asked.order_by(import_run.c.id))
    )


def waiting(tx: Transaction, asking: Asking, limit: int) -> Sequence[Waiting]:
    """Give the next people to be asked, in the order they were brought."""
    people = tx.execute(_unasked(asking.import_id, asking.through).limit(limit))
    return [Waiting(row.subscription_id, records.subscriber_of(row)) for row in people]


def move(tx: Transaction, asking: Asking, subscription_id: int) -> Asking | None:
    """Take up the next person; gives how it goes on, None when another worker was here or it was stopped."""
    moved = tx.execute(update(import_run).where(*_unmoved(asking)).values(asked_through=subscription_id))
    return replace(asking, through=subscription_id) if moved.rowcount == 1 else None


def count(tx: Transaction, asking: Asking, now: datetime) -> Asking:
    """Write down that the person taken up is asked; gives how it goes on."""
    next_at = max(asking.next_at, now - SLACK) + _between(asking.per_hour)
    values = {"ask_next_at": next_at, "asked": import_run.c.asked + 1}
    tx.execute(update(import_run).where(import_run.c.id == asking.import_id).values(values))
    return replace(asking, next_at=next_at)


def end_round(tx: Transaction, asking: Asking, now: datetime) -> bool:
    """End the asking when everybody of an import was asked; gives whether it has ended.

    Whoever was passed over, because mail to them had been asked for often enough that day, has another turn: the next round
    begins when the shortest wait of an address is over.
    """
    waits = tx.execute(_unasked(asking.import_id).limit(1)).one_or_none() is not None
    again = {"asked_through": 0, "ask_next_at": now + confirmations.BETWEEN_REQUESTS}
    ended = tx.execute(update(import_run).where(*_unmoved(asking)).values(again if waits else {"ask_per_hour": None}))
    return ended.rowcount == 1 and not waits


def _unmoved(asking: Asking) -> tuple[ColumnElement[bool], ...]:
    return (
        import_run.c.id == asking.import_id,
        import_run.c.asked_through == asking.through,
        import_run.c.ask_per_hour.is_not(None),
        import_run.c.state == ImportState.FINISHED,
    )


def _between(per_hour: int) -> timedelta:
    return timedelta(hours=1) / per_hour


def _unasked(import_id: int, through: int = 0) -> Select[Any]:
    return (
        select(subscription.c.id.label("subscription_id"), subscriber)
        .join_from(subscription, subscriber, subscription.c.subscriber_id == subscriber.c.id)
        .where(
            subscription.c.import_id == import_id,
            subscription.c.id > through,
            subscription.c.state == SubscriptionState.REQUESTED,
            # Whoever asked by themselves meanwhile has a mail already.
            ~exists().where(confirmation.c.subscription_id == subscription.c.id),
            # Whoever said no meanwhile is not asked in any round.
            ~suppression.holds(subscriber.c.email_hash, subscription.c.list_id),
        )
        .order_by(subscription.c.id)
    )
