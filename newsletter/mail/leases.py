"""Claims in SQL: who takes which deliveries in hand."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, bindparam, select, update

from newsletter import prepared
from newsletter.mail import answers, domains, figures, mailings, partitions, roster
from newsletter.mail.delivery import Delivery, DeliveryState
from newsletter.mail.figures import Change
from newsletter.prepared import Prepared
from newsletter.tables.issues import newsletter
from newsletter.tables.letters import letter
from newsletter.tables.mail import IS_WAITING, delivery
from subscribers.tables.kinds import Instant, Number
from subscribers.transaction import Transaction

S = DeliveryState


@dataclass(frozen=True, slots=True)
class Waiting:
    """Some of those who wait for a letter: in the queue of a domain, or, with an empty one, all others."""

    letter_id: int
    domain: str
    limit: int


def claim(tx: Transaction, worker_id: str, now: datetime, limit: int, number: int = 0) -> tuple[Delivery, ...]:
    """Lease up to *limit* deliveries to a worker, by its claim of this *number*: notices first, then proofs, then issues.

    Two workers never get the same row: on PostgreSQL they skip each other's locks, on SQLite this transaction is alone.
    One that is drained gets none.
    """
    if roster.is_drained(tx, worker_id):
        return ()
    claimed: list[Delivery] = []
    queues = domains.queues(tx, now, limit)
    for due in mailings.due(tx, now, limit):
        for queue in queues:
            waiting = Waiting(due.letter_id, queue.domain, min(queue.left, limit - len(claimed)))
            leased = _lease(tx, worker_id, waiting, now, number)
            queue.left -= len(leased)
            claimed += answers.with_answers(tx, leased) if due.has_answers and leased else leased
        if len(claimed) >= limit:
            break
    domains.spend(tx, queues)
    return tuple(claimed)


def _lease(tx: Transaction, worker_id: str, waiting: Waiting, now: datetime, number: int) -> tuple[Delivery, ...]:
    letter_id, domain, limit = waiting.letter_id, waiting.domain, waiting.limit
    if limit <= 0:
        return ()
    rows = _WAITING.run(tx, its_letter=letter_id, its_domain=domain, its_moment=now, its_limit=limit, its_claim=number).all()
    if not rows:
        return ()
    claimed = tuple(Delivery(*tuple(row)[:-1]) for row in rows)
    claimed_ids = [one.id for one in claimed]
    _LEASE.run(tx, its_ids=claimed_ids, its_worker=worker_id, **partitions.between([letter_id]))
    deferred = sum(row.state == S.DEFERRED for row in rows)
    figures.add(tx, Counter({Change(letter_id, S.DEFERRED): -deferred}), worker_id)
    return claimed


_COUNTS = (
    select(newsletter.c.counts_clicks)
    .join_from(letter, newsletter, newsletter.c.id == letter.c.newsletter_id)
    .where(letter.c.id == bindparam("its_letter", type_=Number))
    .scalar_subquery()
)

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
            # A letter that was approved while its newsletter counted may be mailed when it does so no more.
            ((delivery.c.allows_clicks == 1) & (_COUNTS == 1)).label("allows_clicks"),
            bindparam("its_claim", type_=Number),
            delivery.c.state,
        )
        .where(
            delivery.c.letter_id == bindparam("its_letter", type_=Number),
            delivery.c.paced_domain == bindparam("its_domain", type_=Text),
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
        .where(prepared.is_among(dialect, delivery.c.id, "its_ids"), partitions.of_letters(dialect))
        .values(state=S.LEASED.value, worker_id=bindparam("its_worker", type_=Text))
    )
)
