"""What relays and domains were given of their limits, in SQL: shared by all mailers of a ledger, and kept over restarts.

On PostgreSQL moments are those of the database's clock, because those of several hosts differ; on SQLite there is one mailer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select, update

from newsletter.mail import limits as rules
from newsletter.mail.limits import Allowance, Granted, Unused
from newsletter.mail.pool import Order
from newsletter.mail.relays import Relay
from newsletter.tables.relays import allowance
from subscribers.tables.kinds import Instant
from subscribers.transaction import Transaction

# Another mailer is just being served: nobody waits for its transaction.
SOON = 0.05

# Keeps our locks apart from those of other programs on the same PostgreSQL database: any number.
LOCKS = 7_306_087_435


@dataclass(frozen=True, slots=True)
class Loaded:
    """An allowance, and the moment it is judged at."""

    allowance: Allowance
    moment: datetime


def serve(tx: Transaction, orders: Iterable[Order], now: datetime) -> dict[str, Granted]:
    """Take back what came to nothing and grant what may go, for each relay; for `Pool.fill`."""
    return {order.relay: _serve(tx, order, now) for order in orders}


def take(tx: Transaction, relay: Relay, wanted: int, now: datetime) -> Granted:
    """Grant up to *wanted* messages to a relay."""
    return _serve(tx, Order(relay.name, relay.limits, wanted), now)


def give_back(tx: Transaction, relay: Relay, unused: Unused, now: datetime) -> None:
    """Take back permits that were not used."""
    _serve(tx, Order(relay.name, relay.limits, 0, unused), now)


def used_today(tx: Transaction, relays: Iterable[Relay], now: datetime) -> Mapping[str, int]:
    """Give how many messages each relay was given on this day of its zone."""
    known = {row.key: row for row in tx.execute(select(allowance))}
    used = {}
    for relay in relays:
        row = known.get(relay_key(relay.name))
        is_today = row is not None and row.day == relay.limits.day(now).isoformat()
        used[relay.name] = row.used if row is not None and is_today else 0
    return used


def load(tx: Transaction, key: str, now: datetime) -> Loaded | None:
    """Give an allowance, held until the transaction ends, and the moment it is; None while another mailer holds it.

    Nobody waits for it: the transaction may hold deliveries that a third one wants, and three could wait in a circle.
    """
    if not _is_ours(tx, key):
        return None
    row = tx.execute(select(allowance).where(allowance.c.key == key)).one_or_none()
    if row is None:
        tx.execute(insert(allowance).values(key=key, used=0))
        return Loaded(Allowance(), _moment(tx, now))
    return Loaded(Allowance(row.next_at, date.fromisoformat(row.day) if row.day else None, row.used), _moment(tx, now))


def save(tx: Transaction, key: str, known: Allowance) -> None:
    """Write an allowance down."""
    values = {"next_at": known.next_at, "day": known.day.isoformat() if known.day else None, "used": known.used}
    tx.execute(update(allowance).where(allowance.c.key == key).values(**values))


def relay_key(name: str) -> str:
    """Give the key of a relay's allowance."""
    return f"relay {name}"


def _serve(tx: Transaction, order: Order, now: datetime) -> Granted:
    key = relay_key(order.relay)
    loaded = load(tx, key, now)
    if loaded is None:
        return Granted(again_in=SOON, is_busy=True)
    known, moment, unused = loaded.allowance, loaded.moment, order.unused
    granted = rules.decide(order.limits, rules.taken_back(order.limits, known, unused), order.wanted, moment)
    if granted.after != known:
        save(tx, key, granted.after)
    return granted


def _is_ours(tx: Transaction, key: str) -> bool:
    if tx.dialect.name == "sqlite":
        return True
    # Not a lock of the row: the first two would meet at a row that is not there yet, and one would wait.
    return bool(tx.execute(select(func.pg_try_advisory_xact_lock(func.hashtextextended(key, LOCKS)))).scalar_one())


def _moment(tx: Transaction, now: datetime) -> datetime:
    if tx.dialect.name == "sqlite":
        return now
    # Not now(): that is the moment the transaction began, and it may have done much since.
    return tx.execute(select(func.clock_timestamp(type_=Instant()))).scalar_one()
