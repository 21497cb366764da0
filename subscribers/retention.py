"""Who and what is kept no longer: people who left every list long ago, and the last trace of those who were erased."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, exists, func, literal_column, null, or_, select, update

from subscribers import acts
from subscribers.consent import Act
from subscribers.model import SubscriptionState
from subscribers.tables.evidence import consent
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction


def left(tx: Transaction, before: datetime) -> int:
    """Count the people who left their last list before a moment."""
    return tx.execute(select(func.count()).select_from(_left(before).subquery())).scalar_one()


def next_left(tx: Transaction, before: datetime, after: int, limit: int) -> Sequence[int]:
    """Give up to *limit* of them behind an id, the first who became known first.

    Everybody in between who stays is walked over: in a transaction that only reads, and each of them once.
    """
    behind = _left(before).where(subscriber.c.id > after)
    return tuple(tx.execute(behind.order_by(subscriber.c.id).limit(limit)).scalars())


def hold_left(tx: Transaction, before: datetime, found: Collection[int]) -> Sequence[int]:
    """Give those of some people who are still among them, held until the transaction ends: they may ask to come back."""
    held = acts.hold(tx, found)
    return tuple(tx.execute(_left(before).where(subscriber.c.id.in_(held)).order_by(subscriber.c.id)).scalars())


def erased(tx: Transaction, before: datetime) -> int:
    """Count the erasures from before a moment whose evidence is still found by the hash of the address."""
    return tx.execute(select(func.count()).select_from(consent).where(*_erased(before))).scalar_one()


def forget_erased(tx: Transaction, before: datetime, limit: int) -> int:
    """Let up to *limit* of them be found no more; gives how many. The chain holds, and the suppression stays."""
    oldest = select(consent.c.id).where(*_erased(before)).order_by(consent.c.at).limit(limit)
    return tx.execute(update(consent).where(consent.c.id.in_(oldest)).values(email_hash=null(), person_salt=null())).rowcount


def _left(before: datetime) -> Select[Any]:
    of_person = subscription.c.subscriber_id == subscriber.c.id
    stays = or_(
        subscription.c.state != SubscriptionState.WITHDRAWN,
        subscription.c.withdrawn_at.is_(None),
        subscription.c.withdrawn_at >= before,
        # Whoever asks to come back has left until they confirm it.
        subscription.c.requested_at >= before,
    )
    # Whoever stands on no list at all was entered by the staff, or let go by a list that is gone.
    return select(subscriber.c.id).where(subscriber.c.created_at < before, ~exists().where(of_person, stays))


def _erased(before: datetime) -> tuple[ColumnElement[bool], ...]:
    # Written into the statement and not bound to it, or no planner would see that the index is meant (`ix_consent_erased`).
    is_erasure = consent.c.act == literal_column(f"'{Act.ERASED}'", Text)
    return is_erasure, consent.c.at < before, consent.c.email_hash.is_not(None)
