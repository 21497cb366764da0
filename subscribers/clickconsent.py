"""The yes to being counted by name: which links of a list's letters a person follows. Apart from the one to the letters."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update

from subscribers import records
from subscribers.consent import Act, Evidence
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


def allow(tx: Transaction, keyring: Keyring, subscription_id: int, now: datetime, evidence: Evidence) -> bool:
    """Take the yes of somebody who is on the list; False: they are not, or it was said before. Never called by an import."""
    person = records.hold(tx, subscription_id)
    standing = records.subscription_where(tx, subscription.c.id == subscription_id)
    if person is None or standing is None or not standing.is_confirmed or standing.clicks_allowed_at is not None:
        return False
    _write(tx, subscription_id, now)
    records.record(tx, keyring, person, standing.list_id, Act.CLICKS_ALLOWED, now, evidence)
    return True


def refuse(tx: Transaction, keyring: Keyring, subscription_id: int, now: datetime, evidence: Evidence) -> bool:
    """Take the yes back; False: there was none. What was kept goes by `newsletter.people.clicking`, in this transaction."""
    person = records.hold(tx, subscription_id)
    standing = records.subscription_where(tx, subscription.c.id == subscription_id)
    if person is None or standing is None or standing.clicks_allowed_at is None:
        return False
    _write(tx, subscription_id, None)
    records.record(tx, keyring, person, standing.list_id, Act.CLICKS_REFUSED, now, evidence)
    return True


def hold_allowing(tx: Transaction, subscription_ids: Collection[int]) -> frozenset[int]:
    """Give those of some subscriptions whose people allow it, and let nobody take it back before this transaction ends."""
    if not subscription_ids:
        return frozenset()
    ids = sorted(subscription_ids)
    of_them = select(subscription.c.subscriber_id).where(subscription.c.id.in_(ids))
    # Always in one order, as `records.hold_known` does.
    held = select(subscriber.c.id).where(subscriber.c.id.in_(of_them)).order_by(subscriber.c.id)
    tx.execute(held.with_for_update(key_share=True)).all()
    # Read after they are held: whoever had them before may have taken it back.
    allowing = select(subscription.c.id).where(subscription.c.id.in_(ids), subscription.c.clicks_allowed_at.is_not(None))
    return frozenset(tx.execute(allowing).scalars())


def _write(tx: Transaction, subscription_id: int, at: datetime | None) -> None:
    tx.execute(update(subscription).where(subscription.c.id == subscription_id).values(clicks_allowed_at=at))
