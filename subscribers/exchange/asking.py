"""People of an import who must confirm first: asked one after the other, so many an hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select, update

from subscribers import records
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
    # Up to which of its subscriptions they were asked.
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
    statement = update(import_run).where(*valid).values(ask_per_hour=per_hour, ask_next_at=now)
    through = tx.execute(statement.returning(import_run.c.asked_through)).scalar_one_or_none()
    if through is None:
        raise ImportNotFound(import_id)
    return len(tx.execute(select(subscription.c.id).where(*_unasked(import_id, through))).all())


def under_way(tx: Transaction) -> tuple[Asking, ...]:
    """Give the imports whose people are being asked."""
    asked = select(import_run).where(import_run.c.ask_per_hour.is_not(None), import_run.c.state == ImportState.FINISHED)
    return tuple(
        Asking(row.id, row.list_id, row.basis, row.ask_per_hour, row.ask_next_at, row.asked_through)
        for row in tx.execute(asked.order_by(import_run.c.id))
    )


def waiting(tx: Transaction, asking: Asking, limit: int) -> Sequence[Waiting]:
    """Give the next people to be asked, in the order they were brought."""
    people = (
        select(subscription.c.id.label("subscription_id"), subscriber)
        .join_from(subscription, subscriber, subscription.c.subscriber_id == subscriber.c.id)
        .where(*_unasked(asking.import_id, asking.through))
        .order_by(subscription.c.id)
        .limit(limit)
    )
    return [Waiting(row.subscription_id, records.subscriber_of(row)) for row in tx.execute(people)]


def move(tx: Transaction, asking: Asking, subscription_id: int, now: datetime) -> Asking | None:
    """Write down that somebody is asked; gives how it goes on, None when another worker was here or it was stopped."""
    next_at = max(asking.next_at, now - SLACK) + _between(asking.per_hour)
    unmoved = (
        import_run.c.id == asking.import_id,
        import_run.c.asked_through == asking.through,
        import_run.c.ask_per_hour.is_not(None),
        import_run.c.state == ImportState.FINISHED,
    )
    values = {"asked_through": subscription_id, "ask_next_at": next_at, "asked": import_run.c.asked + 1}
    if tx.execute(update(import_run).where(*unmoved).values(values)).rowcount != 1:
        return None
    return Asking(asking.import_id, asking.list_id, asking.basis, asking.per_hour, next_at, subscription_id)


def finish(tx: Transaction, asking: Asking) -> None:
    """Write down that everybody of an import was asked."""
    tx.execute(update(import_run).where(import_run.c.id == asking.import_id).values(ask_per_hour=None))


def _between(per_hour: int) -> timedelta:
    return timedelta(hours=1) / per_hour


def _unasked(import_id: int, through: int) -> tuple[ColumnElement[bool], ...]:
    return (
        subscription.c.import_id == import_id,
        subscription.c.id > through,
        subscription.c.state == SubscriptionState.REQUESTED,
        # Whoever asked by themselves meanwhile has a mail already.
        ~exists().where(confirmation.c.subscription_id == subscription.c.id),
    )
