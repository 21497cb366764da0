"""Taking back a departure that the person did not make."""

from datetime import datetime

from sqlalchemy import select, update

from subscribers import acts, news, recognition, records, suppression
from subscribers.consent import Act, Evidence
from subscribers.model import EVERY_LIST, Reason, SubscriptionState
from subscribers.tables.evidence import suppression as suppressions
from subscribers.tables.lists import subscription
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


def take_back_departure(
    tx: Transaction, keyring: Keyring, subscription_id: int, left_at: datetime, now: datetime, evidence: Evidence
) -> bool:
    """Put a person back on a list who did not leave it themselves at *left_at*; False when it is not theirs to be put back.

    Whoever said anything since, to this list or to all, is left as they are, and so is whoever must not be written to for
    another reason.
    """
    person = records.hold(tx, subscription_id)
    standing = records.subscription_where(tx, subscription.c.id == subscription_id)
    if person is None or standing is None:
        return False
    if standing.state is not SubscriptionState.WITHDRAWN or standing.withdrawn_at != left_at:
        return False
    email_hash = recognition.hash_of(tx, keyring, person.address.key)
    reasons = tx.execute(
        select(suppressions.c.list_id, suppressions.c.reason).where(
            suppressions.c.email_hash == email_hash, suppressions.c.list_id.in_((EVERY_LIST, standing.list_id))
        )
    ).all()
    if [(standing.list_id, Reason.UNSUBSCRIBED)] != [tuple(row) for row in reasons]:
        return False
    suppression.lift(tx, email_hash, now, list_id=standing.list_id, is_own=True)
    # Not `settle`: the moment of their yes is still the one they said it at.
    back = {"state": SubscriptionState.CONFIRMED, "withdrawn_at": None}
    tx.execute(update(subscription).where(subscription.c.id == subscription_id).values(back))
    records.record(tx, keyring, person, standing.list_id, Act.ADDED, now, evidence)
    acts.tell(tx, news.Kind.CONFIRMED, [person.id], standing.list_id, now, evidence.door)
    return True
