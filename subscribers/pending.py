"""Who asked to join and has not answered the mail: reminded once, then forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, select, update

from subscribers import acts, confirmations, recognition, records, suppression
from subscribers.model import Subscriber, SubscriptionState
from subscribers.tables.lists import confirmation, subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# A mail that was overlooked is found again; one that was not wanted is not written twice more.
REMIND_AFTER = timedelta(days=3)
# Behind a worker that stood still for days, nobody is reminded of a button that hardly works any more.
LEAST_LEFT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A confirmation that lies in an inbox, or did."""

    confirmation_id: int
    subscription_id: int
    list_id: int
    # The one the person wants to be written to in; empty: they did not say.
    language: str


def to_remind(tx: Transaction, now: datetime, limit: int) -> tuple[Unanswered, ...]:
    """Give the newest confirmation of everybody who is to be reminded now, the oldest first."""
    life = confirmations.CONFIRMATION_LIFE
    other = confirmation.alias("other")
    # Whoever asked again meanwhile has a newer mail; whoever was reminded is not reminded again.
    is_spared = exists().where(
        other.c.subscription_id == confirmation.c.subscription_id,
        (other.c.id > confirmation.c.id) | other.c.reminded_at.is_not(None),
    )
    return _unanswered(
        tx,
        and_(
            confirmation.c.expires_at > now + LEAST_LEFT,
            confirmation.c.expires_at <= now - REMIND_AFTER + life,
            subscription.c.state == SubscriptionState.REQUESTED,
            ~is_spared,
        ),
        limit,
    )


def remind(tx: Transaction, keyring: Keyring, one: Unanswered, now: datetime) -> Subscriber | None:
    """Write down that the person is reminded, and give them; None when they answered meanwhile or must not be written to."""
    person = records.hold(tx, one.subscription_id)
    unreminded = (
        confirmation.c.id == one.confirmation_id,
        confirmation.c.used_at.is_(None),
        confirmation.c.reminded_at.is_(None),
    )
    marked = tx.execute(update(confirmation).where(*unreminded).values(reminded_at=now)).rowcount
    if person is None or not marked:
        return None
    reason = suppression.reason_of(tx, recognition.hash_of(tx, keyring, person.address.key), one.list_id)
    return person if reason is None else None


def run_out(tx: Transaction, now: datetime, limit: int) -> tuple[Unanswered, ...]:
    """Give the confirmations that nobody answered in time, the oldest first."""
    return _unanswered(tx, confirmation.c.expires_at <= now, limit)


def let_go(tx: Transaction, one: Unanswered, now: datetime) -> Subscriber | None:
    """Take a wish as never said whose time is over; gives the person when nothing else is known of them.

    Whoever stood or stands on the list keeps their place there, and whoever asked again keeps the newer question.
    """
    person = records.hold(tx, one.subscription_id)
    tx.execute(update(confirmation).where(confirmation.c.id == one.confirmation_id).values(used_at=now))
    still_asked = exists().where(confirmation.c.subscription_id == one.subscription_id, confirmation.c.used_at.is_(None))
    gone = tx.execute(
        delete(subscription).where(
            subscription.c.id == one.subscription_id, subscription.c.state == SubscriptionState.REQUESTED, ~still_asked
        )
    ).rowcount
    if person is None or not gone:
        return None
    others = select(subscription.c.id).where(subscription.c.subscriber_id == person.id).limit(1)
    return person if tx.execute(others).one_or_none() is None else None


def forget(tx: Transaction, person: Subscriber) -> None:
    """Delete a person who never said yes to anything; that somebody asked stays written down, and not who."""
    acts.forget(tx, person.id)
    tx.execute(delete(subscriber).where(subscriber.c.id == person.id))


def _unanswered(tx: Transaction, condition: ColumnElement[bool], limit: int) -> tuple[Unanswered, ...]:
    query = (
        select(confirmation.c.id, confirmation.c.subscription_id, subscription.c.list_id, subscriber.c.language)
        .join_from(confirmation, subscription, subscription.c.id == confirmation.c.subscription_id)
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .where(confirmation.c.used_at.is_(None), condition)
        .order_by(confirmation.c.expires_at, confirmation.c.id)
        .limit(limit)
    )
    return tuple(Unanswered(*row) for row in tx.execute(query))
