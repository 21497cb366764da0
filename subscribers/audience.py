"""Who may be written to, now, as a query."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from subscribers import suppression
from subscribers.model import Cadence, SubscriptionState
from subscribers.tables.lists import subscription, subscription_topic
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Audience:
    """Who of a list a letter is for: whoever wants to hear of it so often, has not paused it at this moment, and takes it."""

    list_id: int
    at: datetime
    cadence: Cadence = Cadence.EVERY_ISSUE
    # For whoever takes one of these; empty: for everybody, whatever topics they take.
    topics: frozenset[int] = frozenset()
    # A condition about rows of `subscriber` that leaves only some of them (a segment's); never somebody else.
    among: ColumnElement[bool] | None = field(default=None, compare=False)


def confirmed(list_id: int) -> Select[Any]:
    """Give the query for everybody on a list who said yes and never said no, in the order they became known.

    Columns: subscriber_id, subscription_id, list_id, email, email_hash, name. Made to be the SELECT of one
    INSERT … SELECT, so that an audience is frozen in one statement.
    """
    return (
        select(
            subscription.c.subscriber_id,
            subscription.c.id.label("subscription_id"),
            subscription.c.list_id,
            subscriber.c.email,
            subscriber.c.email_hash,
            subscriber.c.name,
        )
        .join_from(subscription, subscriber, subscription.c.subscriber_id == subscriber.c.id)
        .where(
            subscription.c.list_id == list_id,
            subscription.c.state == SubscriptionState.CONFIRMED,
            ~suppression.holds(subscriber.c.email_hash, list_id),
        )
        .order_by(subscription.c.subscriber_id)
    )


def people(wanted: Audience) -> Select[Any]:
    """Give the query for those of `confirmed` whom a letter is for, with its columns and in its order."""
    return confirmed(wanted.list_id).where(
        subscription.c.cadence == wanted.cadence,
        or_(subscription.c.paused_until.is_(None), subscription.c.paused_until <= wanted.at),
        *([_takes(wanted.topics)] if wanted.topics else []),
        *([wanted.among] if wanted.among is not None else []),
    )


def held(wanted: Audience) -> Select[Any]:
    """Give the same people, none of whom can be erased before this transaction ends.

    On PostgreSQL somebody who is erased while the audience is read would be an address of nobody, which the database refuses;
    whoever comes second waits. SQLite has one writer.
    """
    return people(wanted).with_for_update(read=True, key_share=True, of=(subscriber, subscription))


def count(tx: Transaction, list_id: int) -> int:
    """Count the people who may be written to on a list."""
    return _count(tx, confirmed(list_id))


def size(tx: Transaction, wanted: Audience) -> int:
    """Count the people a letter is for."""
    return _count(tx, people(wanted))


def _takes(topics: frozenset[int]) -> ColumnElement[bool]:
    chosen = exists().where(
        subscription_topic.c.subscription_id == subscription.c.id, subscription_topic.c.topic_id.in_(sorted(topics))
    )
    return or_(subscription.c.takes_all_topics == 1, chosen)


def _count(tx: Transaction, query: Select[Any]) -> int:
    return tx.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()
