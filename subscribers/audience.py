"""Who may be written to, now, as a query."""

from typing import Any

from sqlalchemy import Select, func, select

from subscribers import suppression
from subscribers.model import SubscriptionState
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction


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


def held(list_id: int) -> Select[Any]:
    """Give the same people, none of whom can be erased before this transaction ends.

    On PostgreSQL somebody who is erased while the audience is read would be an address of nobody, which the database refuses;
    whoever comes second waits. SQLite has one writer.
    """
    return confirmed(list_id).with_for_update(read=True, key_share=True, of=(subscriber, subscription))


def count(tx: Transaction, list_id: int) -> int:
    """Count the people who may be written to on a list."""
    people = confirmed(list_id).order_by(None).subquery()
    return tx.execute(select(func.count()).select_from(people)).scalar_one()
