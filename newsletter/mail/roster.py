"""The roster in SQL: who mails from where, how they are, and who is drained: finishes what it holds and claims nothing more.

A worker is drained by its id until it ends, a host by its name until somebody says otherwise, so that what starts there again
is drained, too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Text, and_, bindparam, delete, exists, func, or_, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert as insert_if_new

from newsletter.errors import BadValue, NotFound
from newsletter.prepared import Prepared
from newsletter.tables.mail import IS_HELD, delivery, drained_host, worker
from subscribers.sentence import say
from subscribers.transaction import Transaction

# How long one that ended, or was lost, is listed behind that: whoever looks is asking about today.
LISTED_FOR = timedelta(hours=12)
MOST_LISTED = 200

# Of a worker's id, that one worker is meant and no other.
SHORTEST_ID = 6
# A host's name (RFC 1035 2.3.4).
LONGEST_HOST = 255


class WorkerNotFound(NotFound):
    """No worker that has not ended has this id, or several have one that begins so."""

    what = say("worker")


class Standing(StrEnum):
    """How a worker is."""

    MAILING = "mailing"
    # Told to claim nothing more, with some deliveries in hand; and with none.
    DRAINING = "draining"
    DRAINED = "drained"
    # Its lease is over: dead, standing still, or cut off. Others mail what it held.
    SILENT = "silent"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Listed:
    """A worker as it is written down, and what it holds now."""

    id: str
    place: str
    host: str
    # Of the product; empty: one older than the roster.
    version: str
    started_at: datetime
    # Its last sign, and the lease that came with it.
    lease_until: datetime
    stopped_at: datetime | None
    # Since when it, or its host, is drained; the later of the two is not told.
    drained_at: datetime | None
    # Deliveries in its hands.
    holds: int = 0

    @property
    def short_id(self) -> str:
        """Enough of its id to name it."""
        return self.id[:8]

    def standing(self, now: datetime) -> Standing:
        """Say how it is."""
        if self.stopped_at is not None:
            return Standing.STOPPED
        if self.lease_until <= now:
            return Standing.SILENT
        if self.drained_at is None:
            return Standing.MAILING
        return Standing.DRAINING if self.holds else Standing.DRAINED


@dataclass(frozen=True, slots=True)
class DrainedHost:
    """A host whose workers claim nothing, those to come included."""

    name: str
    since: datetime


def listed(tx: Transaction, now: datetime) -> tuple[Listed, ...]:
    """Give the workers of today, those at work first, then the newest first."""
    since = now - LISTED_FOR
    rows = tx.execute(
        select(*_COLUMNS)
        .outerjoin(drained_host, drained_host.c.host == worker.c.host)
        .where(or_(worker.c.stopped_at > since, and_(worker.c.stopped_at.is_(None), worker.c.lease_until > since)))
        .order_by(worker.c.stopped_at.is_not(None), worker.c.started_at.desc(), worker.c.id)
        .limit(MOST_LISTED)
    ).all()
    held = _held(tx, [row.id for row in rows])
    return tuple(Listed(*row, holds=held.get(row.id, 0)) for row in rows)


def drained_hosts(tx: Transaction) -> tuple[DrainedHost, ...]:
    """Give the hosts that are drained, by name."""
    return tuple(
        DrainedHost(*row) for row in tx.execute(select(drained_host.c.host, drained_host.c.since).order_by(drained_host.c.host))
    )


def find(tx: Transaction, said: str, now: datetime) -> Listed:
    """Give the worker that has not ended whose id begins so.

    Raises:
        WorkerNotFound: there is none, or there are several.

    """
    found = [one for one in listed(tx, now) if one.stopped_at is None and one.id.startswith(said)]
    if len(said) < SHORTEST_ID or len(found) != 1:
        raise WorkerNotFound(said)
    return found[0]


def drain(tx: Transaction, worker_id: str, now: datetime) -> None:
    """Let a worker claim nothing more; it finishes what it holds. Saying it twice is not an error."""
    tx.execute(update(worker).where(worker.c.id == worker_id, worker.c.drained_at.is_(None)).values(drained_at=now))


def resume(tx: Transaction, worker_id: str) -> None:
    """Let a worker claim again; where its host is drained it does so when that is not any more."""
    tx.execute(update(worker).where(worker.c.id == worker_id).values(drained_at=None))


def drain_host(tx: Transaction, host: str, now: datetime) -> None:
    """Let no worker of a host claim anything more, whenever it is started. Saying it twice is not an error.

    Raises:
        BadValue: no host is called so.

    """
    if not host or len(host) > LONGEST_HOST or not host.isprintable():
        raise BadValue("host", host[:LONGEST_HOST], say("is no name of a host"))
    tx.execute(insert_if_new(drained_host).values(host=host, since=now).on_conflict_do_nothing())


def resume_host(tx: Transaction, host: str) -> bool:
    """Let the workers of a host claim again, those that were drained one by one included; False when nothing was drained."""
    ended = tx.execute(delete(drained_host).where(drained_host.c.host == host)).rowcount
    woken = tx.execute(
        update(worker).where(worker.c.host == host, worker.c.drained_at.is_not(None)).values(drained_at=None)
    ).rowcount
    return bool(ended + woken)


def is_drained(tx: Transaction, worker_id: str) -> bool:
    """Whether a worker is to claim nothing more; asked with each claim, in its transaction."""
    return _DRAINED.run(tx, its_worker=worker_id).one_or_none() is not None


def _held(tx: Transaction, ids: list[str]) -> dict[str, int]:
    if not ids:
        return {}
    counted = select(delivery.c.worker_id, func.count()).where(IS_HELD, delivery.c.worker_id.in_(ids))
    return {row[0]: row[1] for row in tx.execute(counted.group_by(delivery.c.worker_id))}


def _is_drained() -> ColumnElement[bool]:
    return or_(worker.c.drained_at.is_not(None), exists().where(drained_host.c.host == worker.c.host))


_COLUMNS = (
    worker.c.id,
    worker.c.place,
    worker.c.host,
    worker.c.version,
    worker.c.started_at,
    worker.c.lease_until,
    worker.c.stopped_at,
    func.coalesce(worker.c.drained_at, drained_host.c.since, type_=worker.c.drained_at.type),
)

_DRAINED = Prepared(
    lambda _dialect: select(worker.c.id).where(worker.c.id == bindparam("its_worker", type_=Text), _is_drained())
)
