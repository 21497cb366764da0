"""Which instance this database is, whether it may mail, and by what a copy of it is told; in SQL."""

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, insert, literal, select, text, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert as upsert

from newsletter.errors import InstanceMismatch
from newsletter.tables.instance import forgetting, instance

# A copy that is adopted counts on from here on: no host that knew the original has seen so high a pulse.
LEAP = 10_000_000

# Whose numbers stand in tokens and links.
_NUMBERED = ("delivery", "subscription", "subscriber", "confirmation")

# Of a table that never had a row, SQLite counts nothing.
_BEGIN = text(
    "INSERT INTO sqlite_sequence (name, seq) "
    "SELECT :name, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = :name)"
)
_LEAP_SQLITE = text("UPDATE sqlite_sequence SET seq = seq + :leap WHERE name = :name")
_LEAP_POSTGRES = text(
    "SELECT setval(pg_get_serial_sequence(:name, 'id'), nextval(pg_get_serial_sequence(:name, 'id')) + :leap)"
)

_MAY_ASK = text("SELECT has_function_privilege('pg_control_system()', 'execute')")
_SERVER = text("SELECT system_identifier FROM pg_control_system()")
_TABLE = text(
    "SELECT (SELECT oid FROM pg_database WHERE datname = current_database()) || '/' || 'instance'::regclass::oid::text"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the database says of itself."""

    id: str
    is_adopted: bool
    # Where the server kept it when it was last run; empty before, and on SQLite.
    place: str
    # Grows by one at each tick of a worker.
    pulse: int
    # When journals were read into it since it was found to be a copy.
    replayed_at: datetime | None
    # When it counted last; None where no worker has run since it was made or adopted.
    beat_at: datetime | None = None


def known_instance(tx: Connection, key_check: str) -> str | None:
    """Give the id of this instance, None before the first claim.

    Raises:
        InstanceMismatch: the database was made with another secret key.

    """
    row = tx.execute(select(instance.c.id, instance.c.key_check)).one_or_none()
    if row is None:
        return None
    if row.key_check != key_check:
        raise InstanceMismatch(
            "This database was made with another NEWSLETTER_SECRET_KEY. Its unsubscribe links and suppressions can only be "
            "read with that key; nothing was changed. Set the key it was made with. Where the key was changed since this "
            "process was started, start it again with the new one, and the former one in NEWSLETTER_FORMER_SECRET_KEY.",
        )
    return str(row.id)


def claim_instance(tx: Connection, key_check: str, now: datetime) -> str:
    """Give the id of this instance, made at the first call.

    Raises:
        InstanceMismatch: the database was made with another secret key.

    """
    known = known_instance(tx, key_check)
    if known is not None:
        return known
    identity = uuid.uuid4().hex
    tx.execute(insert(instance).values(id=identity, key_check=key_check, is_adopted=True, created_at=now))
    return identity


def standing(tx: Connection) -> Standing:
    """Give what the database says of itself; there must have been a first `newsletter init`."""
    row = tx.execute(select(instance)).one()
    return Standing(row.id, row.is_adopted, row.place, row.pulse, row.replayed_at, row.beat_at)


def place(tx: Connection) -> str:
    """Give by what PostgreSQL tells this database from each copy of it: its server, its own number, its table's number.

    Empty on SQLite, where a copy of a file is told by what lies beside it. A dump that is restored, into the same database
    too, makes new tables.
    """
    if tx.dialect.name == "sqlite":
        return ""
    server = tx.execute(_SERVER).scalar_one() if tx.execute(_MAY_ASK).scalar_one() else ""
    return f"{server}/{tx.execute(_TABLE).scalar_one()}"


def key_check(tx: Connection) -> str:
    """Give by what the instance's key is known; empty before the first `newsletter init`."""
    return tx.execute(select(instance.c.key_check)).scalar_one_or_none() or ""


def set_key_check(tx: Connection, check: str) -> None:
    """Let another key be the instance's own."""
    tx.execute(update(instance).values(key_check=check))


def beat(tx: Connection, place_now: str, now: datetime) -> int:
    """Count one tick; gives the pulse."""
    first = case((instance.c.place == "", literal(place_now)), else_=instance.c.place)
    counted = update(instance).values(pulse=instance.c.pulse + 1, place=first, beat_at=now).returning(instance.c.pulse)
    pulse: int = tx.execute(counted).scalar_one()
    return pulse


def disown(tx: Connection) -> bool:
    """Let this database mail nothing until it is adopted; gives whether that is news."""
    changed = update(instance).where(instance.c.is_adopted == 1).values(is_adopted=False, replayed_at=None)
    return bool(tx.execute(changed).rowcount)


def hold(tx: Connection) -> None:
    """Let a database that was just filled from another one mail nothing until it is adopted, wherever it is run."""
    tx.execute(update(instance).values(is_adopted=False, replayed_at=None, place=""))


def leap_numbers(tx: Connection) -> None:
    """Let numbers that stand in tokens go on far behind those that the original may have given since this copy was made.

    Mail that it sent then still comes back, and its links are still followed: they are about people who are not here, and
    never about those who would else have got their numbers.
    """
    for name in _NUMBERED:
        if tx.dialect.name == "sqlite":
            tx.execute(_BEGIN, {"name": name})
        tx.execute(_LEAP_SQLITE if tx.dialect.name == "sqlite" else _LEAP_POSTGRES, {"name": name, "leap": LEAP})


def mark_replayed(tx: Connection, now: datetime) -> None:
    """Write down that journals were read into it."""
    tx.execute(update(instance).values(replayed_at=now))


def adopt(tx: Connection, place_now: str, least: int) -> int:
    """Let this database mail from now on, here; gives its pulse, which is beyond *least* and everything seen before."""
    pulse = max(standing(tx).pulse, least) + LEAP
    tx.execute(update(instance).values(is_adopted=True, place=place_now, pulse=pulse, replayed_at=None, beat_at=None))
    return pulse


def has_forgotten(tx: Connection, day: str) -> bool:
    """Whether what is kept no longer was forgotten on this day, to the end."""
    through = select(forgetting.c.day).where(forgetting.c.day == day, forgetting.c.finished_at.is_not(None))
    return tx.execute(through).one_or_none() is not None


def note_forgotten(tx: Connection, day: str, forgotten: Mapping[str, int], finished_at: datetime | None) -> Mapping[str, int]:
    """Add to how much of what was forgotten on this day, and write down when all of it was; gives the sum so far."""
    tx.execute(upsert(forgetting).values(day=day, forgotten={}).on_conflict_do_nothing())
    known = tx.execute(select(forgetting).where(forgetting.c.day == day).with_for_update()).one()
    added = Counter(known.forgotten)
    added.update(forgotten)
    # The first who says that it is through is right.
    values = {"forgotten": dict(added), "finished_at": known.finished_at or finished_at}
    tx.execute(update(forgetting).where(forgetting.c.day == day).values(values))
    return added
