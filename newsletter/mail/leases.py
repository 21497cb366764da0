"""Claims in SQL: who takes which deliveries in hand."""

from collections import Counter
from datetime import datetime

from sqlalchemy import Text, bindparam, select, update

from newsletter import prepared
from newsletter.mail import figures, mailings
from newsletter.mail.delivery import Delivery, DeliveryState
from newsletter.mail.figures import Change
from newsletter.prepared import Prepared
from newsletter.tables.mail import IS_WAITING, delivery
from subscribers.tables.kinds import Instant, Number
from subscribers.transaction import Transaction

S = DeliveryState


def claim(tx: Transaction, worker_id: str, now: datetime, limit: int, number: int = 0) -> tuple[Delivery, ...]:
    """Lease up to *limit* deliveries to a worker, by its claim of this *number*: notices first, then proofs, then issues.

    Two workers never get the same row: on PostgreSQL they skip each other's locks, on SQLite this transaction is alone.
    """
    claimed: list[Delivery] = []
    for letter_id in mailings.due(tx, now, limit):
        claimed += _lease(tx, worker_id, letter_id, now, limit - len(claimed), number)
        if len(claimed) >= limit:
            break
    return tuple(claimed)


def _lease(tx: Transaction, worker_id: str, letter_id: int, now: datetime, limit: int, number: int) -> tuple[Delivery, ...]:
    rows = _WAITING.run(tx, its_letter=letter_id, its_moment=now, its_limit=limit, its_claim=number).all()
    if not rows:
        return ()
    claimed = tuple(Delivery(*tuple(row)[:-1]) for row in rows)
    _LEASE.run(tx, its_ids=prepared.ids(one.id for one in claimed), its_worker=worker_id)
    deferred = sum(row.state == S.DEFERRED for row in rows)
    figures.add(tx, Counter({Change(letter_id, S.DEFERRED): -deferred}), worker_id)
    return claimed


_WAITING = Prepared(
    lambda _dialect: (
        select(
            delivery.c.id,
            delivery.c.letter_id,
            delivery.c.subscriber_id,
            delivery.c.subscription_id,
            delivery.c.list_id,
            delivery.c.email,
            delivery.c.email_hash,
            delivery.c.name,
            delivery.c.confirmation_id,
            delivery.c.attempts,
            bindparam("its_claim", type_=Number),
            delivery.c.state,
        )
        .where(
            delivery.c.letter_id == bindparam("its_letter", type_=Number),
            IS_WAITING,
            delivery.c.not_before <= bindparam("its_moment", type_=Instant()),
        )
        .order_by(delivery.c.not_before, delivery.c.id)
        .limit(bindparam("its_limit", type_=Number))
        .with_for_update(skip_locked=True)
    )
)

_LEASE = Prepared(
    lambda dialect: (
        update(delivery)
        .where(delivery.c.id.in_(prepared.among(dialect, "its_ids")))
        .values(state=S.LEASED.value, worker_id=bindparam("its_worker", type_=Text))
    )
)
