"""Workers in SQL: who mails, by a lease that must be renewed, and the rescue of what a dead one held.

A worker has a new identity at every start: a restarted one on the same host cannot keep a dead one's rows alive.
On PostgreSQL, where workers of several hosts share a ledger, leases are judged by the database's clock and by nothing else.
On SQLite there is one worker, guarded by a lock on the file, so every other worker in the table is dead.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, literal, select, true, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert as insert_if_new

from newsletter.mail import figures
from newsletter.mail.delivery import DeliveryState, Phase
from newsletter.mail.figures import Change
from newsletter.tables.mail import IS_HELD, attempt, delivery, worker
from subscribers.tables.kinds import Instant
from subscribers.transaction import Transaction

S = DeliveryState

# After this long without a sign a worker is dead; P7 bounds the pause of a mailing by a minute.
LEASE = timedelta(seconds=30)
RENEW_EVERY = LEASE / 3


@dataclass(frozen=True, slots=True)
class Rescued:
    """What dead workers held."""

    # Never on the wire: mailed again by whoever comes first.
    returned: int
    # Perhaps on the wire: held, shown, never sent again by itself.
    uncertain: int


def host_of(place: str) -> str:
    """Give the host of a worker's place, which is its host and its process."""
    return place.rpartition(", process ")[0] or place


def register(tx: Transaction, worker_id: str, place: str, now: datetime, version: str = "") -> None:
    """Write down a worker that starts, with its first lease. Saying it twice is not an error."""
    lease_until = _clock(tx, now, LEASE)
    statement = insert_if_new(worker).values(
        id=worker_id, place=place, host=host_of(place), version=version, started_at=now, lease_until=lease_until
    )
    tx.execute(statement.on_conflict_do_nothing())


def alive(tx: Transaction, now: datetime) -> tuple[str, ...]:
    """Give where workers run, by what each database of any shape says of them."""
    running = select(worker.c.place).where(worker.c.stopped_at.is_(None), worker.c.lease_until > _clock(tx, now))
    return tuple(tx.execute(running.order_by(worker.c.started_at, worker.c.id)).scalars())


def renew(tx: Transaction, worker_id: str, now: datetime) -> None:
    """Say that the worker is alive."""
    tx.execute(update(worker).where(worker.c.id == worker_id).values(lease_until=_clock(tx, now, LEASE)))


def is_alive(dialect: str, worker_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Give the condition that a worker's lease still holds."""
    if dialect == "sqlite":
        return true()
    alive = select(worker.c.id).where(worker.c.id == worker_id, worker.c.lease_until > func.clock_timestamp(type_=Instant()))
    return alive.exists()


def release(tx: Transaction, worker_id: str, now: datetime) -> Rescued:
    """Let go of everything a worker holds, because it stops."""
    tx.execute(update(worker).where(worker.c.id == worker_id).values(stopped_at=now, lease_until=_clock(tx, now)))
    return _take_back(tx, delivery.c.worker_id == worker_id, now)


def recall(tx: Transaction, worker_id: str, now: datetime) -> Rescued:
    """Take back what is in a worker's name and not in its hands: by a claim whose answer was lost."""
    return _take_back(tx, delivery.c.worker_id == worker_id, now)


def rescue(tx: Transaction, worker_id: str, now: datetime) -> Rescued:
    """Take back what dead workers hold; *worker_id* is the one that asks."""
    if tx.dialect.name == "sqlite":
        return _take_back(tx, delivery.c.worker_id.not_in(["", worker_id]), now)
    dead: Select[Any] = select(worker.c.id).where(worker.c.id != worker_id, worker.c.lease_until < _clock(tx, now))
    return _take_back(tx, delivery.c.worker_id.in_(dead), now)


def _take_back(tx: Transaction, whose: ColumnElement[bool], now: datetime) -> Rescued:
    returned = tx.execute(
        update(delivery).where(whose, IS_HELD, delivery.c.state == S.LEASED).values(state=S.PENDING, worker_id=""),
    )
    lost = tx.execute(
        update(delivery)
        .where(whose, IS_HELD, delivery.c.state == S.SENDING)
        .values(
            state=S.UNCERTAIN,
            attempts=delivery.c.attempts + 1,
            settled_at=now,
            note="the mailer ended while this was on the wire",
        )
        .returning(delivery.c.id, delivery.c.attempts, delivery.c.letter_id),
    ).all()
    if lost:
        tx.execute(insert(attempt), [_lost(row.id, row.attempts, now) for row in lost])
        figures.add(tx, Counter(Change(row.letter_id, S.UNCERTAIN) for row in lost))
    return Rescued(returned.rowcount, len(lost))


def _lost(delivery_id: int, number: int, now: datetime) -> dict[str, object]:
    return {
        "delivery_id": delivery_id,
        "number": number,
        "at": now,
        "verdict": S.UNCERTAIN,
        "phase": Phase.BODY,
        "code": 0,
        "enhanced": "",
        "reply": "",
    }


def _clock(tx: Transaction, now: datetime, ahead: timedelta = timedelta()) -> ColumnElement[datetime]:
    if tx.dialect.name == "sqlite":
        return literal(now + ahead, Instant())
    # Not now(): that is the moment the transaction began, and it may have waited for a lock since.
    return func.clock_timestamp(type_=Instant()) + literal(ahead)
