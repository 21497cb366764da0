"""The ledger in SQL: who is to get which letter, and what became of it."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select, update

from newsletter.mail.delivery import DeliveryState
from newsletter.tables.mail import attempt, delivery

S = DeliveryState

# What can still be kept from being sent; a row that is `sending` is on the wire already.
OPEN = (S.PENDING, S.DEFERRED, S.LEASED)


def skip_open(tx: Connection, subscription_id: int, now: datetime, note: str) -> int:
    """Settle everything of a subscription that is not on the wire yet as skipped; gives how many.

    Belongs into the transaction that withdraws: whoever comes second, it or the mark of a mailer, waits for the row and
    reads it again, so nobody is marked after the withdrawal was answered.
    """
    return _skip(tx, delivery.c.subscription_id == subscription_id, now, note)


def skip_open_of_subscriber(tx: Connection, subscriber_id: int, now: datetime, note: str) -> int:
    """Do the same for everything of a person."""
    return _skip(tx, delivery.c.subscriber_id == subscriber_id, now, note)


def forget(tx: Connection, subscriber_id: int, now: datetime) -> None:
    """Empty a person's rows of everything but states and times; call it before the subscriber's row is deleted."""
    skip_open_of_subscriber(tx, subscriber_id, now, "erased")
    of_person = delivery.c.subscriber_id == subscriber_id
    # Relays repeat the address in their replies.
    tx.execute(update(attempt).where(attempt.c.delivery_id.in_(select(delivery.c.id).where(of_person))).values(reply=""))
    tx.execute(
        update(delivery).where(of_person).values(email="", name="", reply="", subscriber_id=None, subscription_id=None),
    )


def _skip(tx: Connection, who: ColumnElement[bool], now: datetime, note: str) -> int:
    result = tx.execute(
        update(delivery)
        .where(who, delivery.c.state.in_(OPEN))
        .values(state=S.SKIPPED, worker_id="", settled_at=now, note=note),
    )
    return result.rowcount
