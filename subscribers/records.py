"""Rows of people, their subscriptions and their consent: read as values, and written the one way they may be."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from subscribers import acts, batches, names
from subscribers.acts import Name
from subscribers.address import EmailAddress
from subscribers.consent import LONGEST_LANGUAGE, Act, Evidence
from subscribers.model import Cadence, Subscriber, Subscription, SubscriptionState
from subscribers.oneline import one_line
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# Longer ones are no names but texts that somebody wants us to mail.
LONGEST_NAME = 200


def clean_name(name: str) -> str:
    """Give a person's name fit for a header and a greeting."""
    return one_line(name, LONGEST_NAME)


def meet(
    tx: Transaction, keyring: Keyring, address: EmailAddress, name: str, now: datetime, *, language: str = ""
) -> Subscriber:
    """Give the person of this address, written down now if new, and hold the row as `hold` does."""
    statement = insert(subscriber).values(
        email=address.text,
        email_key=address.key,
        email_hash=keyring.hash_address(address.key),
        language=one_line(language, LONGEST_LANGUAGE),
        created_at=now,
        **names.columns(clean_name(name)),
    )
    tx.execute(statement.on_conflict_do_nothing())
    person = _held(tx, subscriber.c.email_key == address.key)
    assert person is not None  # written in this transaction, or seen by the conflict
    return person


def hold(tx: Transaction, subscription_id: int) -> Subscriber | None:
    """Give the person of a subscription and hold the row until the transaction ends: one word after the other.

    Without that two presses of a button, or a yes and a no, could both read the state before the other wrote it.
    """
    owner = select(subscription.c.subscriber_id).where(subscription.c.id == subscription_id).scalar_subquery()
    return _held(tx, subscriber.c.id == owner)


def hold_person(tx: Transaction, subscriber_id: int) -> Subscriber | None:
    """Give a person and hold the row as `hold` does."""
    return _held(tx, subscriber.c.id == subscriber_id)


def hold_known(tx: Transaction, email_hashes: Iterable[str]) -> None:
    """Hold the rows of all who are known by these hashes, as `acts.hold` does, before anything of them is written."""
    known = subscriber.c.email_hash.in_(batches.texts(tx, email_hashes))
    # Always in one order: two in different ones would wait for each other for ever.
    tx.execute(select(subscriber.c.id).where(known).order_by(subscriber.c.id).with_for_update(key_share=True)).all()


def rename_stranger(tx: Transaction, person: Subscriber, name: str, language: str = "") -> Subscriber:
    """Take over name and language from a form for a person who has confirmed nothing yet; nobody else's can be changed so.

    What is empty leaves what is known.
    """
    name, language = clean_name(name) or person.name, one_line(language, LONGEST_LANGUAGE) or person.language
    if (name, language) == (person.name, person.language):
        return person
    confirmed = exists().where(subscription.c.subscriber_id == person.id, subscription.c.state == SubscriptionState.CONFIRMED)
    statement = (
        update(subscriber)
        .where(subscriber.c.id == person.id, ~confirmed)
        .values(language=language, **names.columns(name))
        .returning(subscriber)
    )
    row = tx.execute(statement).one_or_none()
    return subscriber_of(row) if row is not None else person


def subscriber_where(tx: Transaction, condition: ColumnElement[bool]) -> Subscriber | None:
    """Give the one person of whom *condition* is true."""
    row = tx.execute(select(subscriber).where(condition)).one_or_none()
    return subscriber_of(row) if row is not None else None


def subscription_where(tx: Transaction, *conditions: ColumnElement[bool]) -> Subscription | None:
    """Give the one subscription of which all *conditions* are true."""
    row = tx.execute(select(subscription).where(*conditions)).one_or_none()
    return subscription_of(row) if row is not None else None


def ask(tx: Transaction, subscriber_id: int, list_id: int, now: datetime) -> Subscription:
    """Write down the wish to join; whoever has a subscription already keeps its state."""
    statement = insert(subscription).values(
        subscriber_id=subscriber_id, list_id=list_id, state=SubscriptionState.REQUESTED, requested_at=now
    )
    statement = statement.on_conflict_do_update(
        index_elements=["subscriber_id", "list_id"], set_={"requested_at": statement.excluded.requested_at}
    )
    return subscription_of(tx.execute(statement.returning(subscription)).one())


def settle(tx: Transaction, subscription_id: int, state: SubscriptionState, now: datetime) -> Subscription:
    """Write down a yes or a no; either ends a pause, and with a no nothing is left that could be counted."""
    left = {"withdrawn_at": now, "clicks_allowed_at": None}
    times = left if state is SubscriptionState.WITHDRAWN else {"confirmed_at": now, "withdrawn_at": None}
    statement = update(subscription).where(subscription.c.id == subscription_id).values(state=state, paused_until=None, **times)
    return subscription_of(tx.execute(statement.returning(subscription)).one())


def record(
    tx: Transaction, keyring: Keyring, person: Subscriber, list_id: int | None, act: Act, now: datetime, evidence: Evidence
) -> None:
    """Append to the evidence of consent of a person whose row is held."""
    name = None
    if act is Act.ERASED:
        email_hash = keyring.hash_address(person.address.key)
        name = Name(email_hash, email_hash)
    acts.append(tx, person, list_id, act, now, evidence, name=name)


def record_move(
    tx: Transaction, keyring: Keyring, before: EmailAddress, person: Subscriber, now: datetime, evidence: Evidence
) -> None:
    """Append that a person, whose row is held and has the new address already, had the address *before* until now.

    The evidence given under the former address goes on holding, and is found under both.
    """
    name = Name(person.address.key, keyring.hash_address(before.key))
    acts.append(tx, person, None, Act.CHANGED, now, evidence, name=name)


def subscriber_of(row: Row[Any]) -> Subscriber:
    """Read a row of `subscriber`."""
    return Subscriber(row.id, EmailAddress(row.email, row.email_key), row.name, row.language, row.created_at)


def subscription_of(row: Row[Any]) -> Subscription:
    """Read a row of `subscription`."""
    return Subscription(
        id=row.id,
        subscriber_id=row.subscriber_id,
        list_id=row.list_id,
        state=SubscriptionState(row.state),
        requested_at=row.requested_at,
        confirmed_at=row.confirmed_at,
        withdrawn_at=row.withdrawn_at,
        cadence=Cadence(row.cadence),
        paused_until=row.paused_until,
        takes_all_topics=row.takes_all_topics,
        clicks_allowed_at=row.clicks_allowed_at,
    )


def _held(tx: Transaction, condition: ColumnElement[bool]) -> Subscriber | None:
    # FOR NO KEY UPDATE: freezing an audience refers to all its people, and must neither wait for one of them nor make
    # them wait. SQLite needs no lock on a row: its transaction has the whole file.
    row = tx.execute(select(subscriber).where(condition).with_for_update(key_share=True)).one_or_none()
    return subscriber_of(row) if row is not None else None
