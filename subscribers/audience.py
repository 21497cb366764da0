"""Who may be written to, now, as a query."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, case, exists, func, or_, select

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
    # Further lists whose people get it too. Whoever stands on several gets it once, by the first of them.
    also: tuple[int, ...] = ()


def confirmed(list_id: int) -> Select[Any]:
    """Give the query for everybody on a list who said yes and never said no, in the order they became known.

    Columns: subscriber_id, subscription_id, list_id, email, email_hash, name. Made to be the SELECT of one
    INSERT … SELECT, so that an audience is frozen in one statement.
    """
    return _standing_where(
        subscription.c.list_id == list_id,
        subscription.c.state == SubscriptionState.CONFIRMED,
        ~suppression.holds(subscriber.c.email_hash, list_id),
    )


def people(wanted: Audience) -> Select[Any]:
    """Give the query for those of `confirmed` whom a letter is for, with its columns and in its order; each person once."""
    among = [wanted.among] if wanted.among is not None else []
    if not wanted.also:
        return confirmed(wanted.list_id).where(*_agreed(subscription, wanted), *among)
    return _standing_where(*_gets(subscription, wanted), ~_gets_it_before(wanted), *among)


def held(wanted: Audience) -> Select[Any]:
    """Give the same people, none of whom can be erased before this transaction ends.

    On PostgreSQL somebody who is erased while the audience is read would be an address of nobody, which the database refuses;
    whoever comes second waits. SQLite has one writer.
    """
    return people(wanted).with_for_update(read=True, key_share=True, of=(subscriber, subscription))


def count(tx: Transaction, list_id: int) -> int:
    """Count the people who may be written to on a list."""
    return _count(tx, confirmed(list_id))


def has_anybody(tx: Transaction, list_id: int) -> bool:
    """Whether somebody may be written to on a list."""
    return tx.execute(confirmed(list_id).order_by(None).limit(1)).first() is not None


def size(tx: Transaction, wanted: Audience) -> int:
    """Count the people a letter is for."""
    return _count(tx, people(wanted))


def _standing_where(*conditions: ColumnElement[bool]) -> Select[Any]:
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
        .where(*conditions)
        .order_by(subscription.c.subscriber_id)
    )


def _agreed(standing: FromClause, wanted: Audience) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions that somebody takes their list on terms that let the letter through."""
    return (
        standing.c.cadence == wanted.cadence,
        or_(standing.c.paused_until.is_(None), standing.c.paused_until <= wanted.at),
        *([_takes(standing, wanted.topics)] if wanted.topics else []),
    )


def _gets(standing: FromClause, wanted: Audience) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions that somebody would get the letter by this subscription, to one of its lists."""
    return (
        standing.c.list_id.in_((wanted.list_id, *wanted.also)),
        standing.c.state == SubscriptionState.CONFIRMED,
        ~suppression.holds(subscriber.c.email_hash, standing.c.list_id),
        *_agreed(standing, wanted),
    )


def _gets_it_before(wanted: Audience) -> ColumnElement[bool]:
    """Give the condition that the person gets the letter by an earlier one of its lists already."""
    earlier = subscription.alias("earlier")
    places = {list_id: place for place, list_id in enumerate((wanted.list_id, *wanted.also))}
    is_earlier = case(places, value=earlier.c.list_id) < case(places, value=subscription.c.list_id)
    gets = select(earlier.c.id).where(
        earlier.c.subscriber_id == subscription.c.subscriber_id, is_earlier, *_gets(earlier, wanted)
    )
    return gets.correlate(subscription, subscriber).exists()


def _takes(standing: FromClause, topics: frozenset[int]) -> ColumnElement[bool]:
    chosen = exists().where(
        subscription_topic.c.subscription_id == standing.c.id, subscription_topic.c.topic_id.in_(sorted(topics))
    )
    return or_(standing.c.takes_all_topics == 1, chosen)


def _count(tx: Transaction, query: Select[Any]) -> int:
    return tx.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()
