"""Attempts at the door, counted in SQL before they are looked at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.staff import backoff
from newsletter.staff.backoff import Patience
from newsletter.staff.refusals import SlowDown
from newsletter.tables.staff import door_failure
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Counter:
    """What an attempt is counted for."""

    key: str
    patience: Patience


def begin(tx: Transaction, counters: tuple[Counter, ...], now: datetime) -> None:
    """Count an attempt for each of *counters* before it is looked at: many at once are not looked at as one.

    Raises:
        SlowDown: too many failed before; this one is not counted.

    """
    tx.execute(delete(door_failure).where(door_failure.c.last_at < now - backoff.FORGOTTEN_AFTER))
    longest = max((_wait(tx, one, now) for one in _in_turn(counters)), default=timedelta())
    if longest > timedelta():
        raise SlowDown(longest)
    for one in _in_turn(counters):
        more = {"failures": door_failure.c.failures + 1, "last_at": now}
        tx.execute(update(door_failure).where(door_failure.c.key == one.key).values(more))


def succeed(tx: Transaction, counters: tuple[Counter, ...]) -> None:
    """Take back what an attempt that was right was counted as; what was held against its account and browser is forgotten."""
    for one in _in_turn(counters):
        if one.patience is backoff.OF_NETWORK:
            # Others in it may be guessing: only this attempt was none.
            less = case((door_failure.c.failures > 0, door_failure.c.failures - 1), else_=0)
            tx.execute(update(door_failure).where(door_failure.c.key == one.key).values(failures=less))
        else:
            tx.execute(delete(door_failure).where(door_failure.c.key == one.key))


def _wait(tx: Transaction, counter: Counter, now: datetime) -> timedelta:
    # Held from here on, also by whoever is the first: attempts that come at once are counted one after the other.
    made = insert(door_failure).values(key=counter.key, failures=0, last_at=now)
    held = made.on_conflict_do_update(index_elements=[door_failure.c.key], set_={"failures": door_failure.c.failures})
    row = tx.execute(held.returning(door_failure.c.failures, door_failure.c.last_at)).one()
    return max(backoff.until(counter.patience, row.failures, row.last_at) - now, timedelta())


def _in_turn(counters: tuple[Counter, ...]) -> list[Counter]:
    # Two that hold what the other waits for would wait for ever.
    return sorted(counters, key=lambda one: one.key)
