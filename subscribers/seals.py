"""Seals in SQL: one a day at most, over all that was said since the one before."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, func, select, text

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from subscribers.sealer import BEGINNING, Seal, Sealer, Tally
from subscribers.tables.evidence import consent, consent_seal
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# Acts read at a time, each in a transaction of its own.
CHUNK = 5_000

# How long those who write wait behind us while we wait for those who write already. In PostgreSQL's words.
PATIENCE = "2s"

Begin = Callable[[], AbstractContextManager[Transaction]]


def seal(write: Begin, read: Begin, keyring: Keyring, now: datetime) -> Seal | None:
    """Seal what was said until *now*; None when there is a seal of this day already.

    *write* and *read* give transactions. Two that seal at the same time make one seal. With a new key everything is sealed
    anew, because the seals made with another can be checked only as long as that is at hand.
    """
    sealer = Sealer(keyring)
    day = now.astimezone(UTC).date()
    with read() as tx:
        latest = last(tx)
    if latest is not None and latest.day >= day:
        return None
    with write() as tx:
        last_id = settled(tx)
    after_id = latest.last_id if latest is not None and latest.key_id == sealer.key_id else 0
    tally = _tally(read, sealer, after_id, last_id)
    made = Seal(
        number=latest.number + 1 if latest else 1,
        day=day,
        at=now,
        key_id=sealer.key_id,
        after_id=after_id,
        last_id=last_id,
        acts=tally.acts,
        chains=tally.chains,
        digest=tally.digest,
        code="",
    )
    made = replace(made, code=sealer.code(made, latest.code if latest else BEGINNING))
    with write() as tx:
        return made if _keep(tx, made) else None


def all_seals(tx: Transaction) -> Iterator[Seal]:
    """Give all seals, the first first."""
    for row in tx.execute(select(consent_seal).order_by(consent_seal.c.number)):
        yield _seal_of(row)


def last(tx: Transaction) -> Seal | None:
    """Give the latest seal; None before the first."""
    row = tx.execute(select(consent_seal).order_by(consent_seal.c.number.desc()).limit(1)).one_or_none()
    return _seal_of(row) if row is not None else None


def settled(tx: Transaction) -> int:
    """Give the id up to which no act can come any more.

    On PostgreSQL ids are given before acts are committed. The lock is granted when everybody who has written one has ended,
    and whoever waits behind it has no id yet. SQLite has one writer, and that is this transaction.
    """
    if tx.dialect.name != "sqlite":
        tx.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
        tx.execute(text("LOCK TABLE consent IN SHARE MODE"))
    last_id: int = tx.execute(select(func.coalesce(func.max(consent.c.id), 0))).scalar_one()
    return last_id


def _tally(read: Begin, sealer: Sealer, after_id: int, last_id: int) -> Tally:
    tally = Tally()
    columns = (consent.c.id, consent.c.chain, consent.c.seq, consent.c.digest)
    while True:
        following = select(*columns).where(consent.c.id > after_id, consent.c.id <= last_id)
        with read() as tx:
            rows = tx.execute(following.order_by(consent.c.id).limit(CHUNK)).all()
        for act_id, chain, seq, digest in rows:
            tally.add(seq, sealer.mark(act_id, chain, seq, digest))
        if len(rows) < CHUNK:
            return tally
        after_id = rows[-1].id


def _keep(tx: Transaction, made: Seal) -> bool:
    values = {
        "number": made.number,
        "day": made.day.isoformat(),
        "at": made.at,
        "key_id": made.key_id,
        "after_id": made.after_id,
        "last_id": made.last_id,
        "acts": made.acts,
        "chains": made.chains,
        "digest": made.digest,
        "code": made.code,
    }
    statement = insert(consent_seal).values(values).on_conflict_do_nothing().returning(consent_seal.c.number)
    return tx.execute(statement).one_or_none() is not None


def _day_of(text: str) -> date:
    """Read the day of a seal; one that was made unreadable is the first day of all, and the seal is found to be changed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min


def _seal_of(row: Row[Any]) -> Seal:
    return Seal(
        number=row.number,
        day=_day_of(row.day),
        at=row.at,
        key_id=row.key_id,
        after_id=row.after_id,
        last_id=row.last_id,
        acts=row.acts,
        chains=row.chains,
        digest=row.digest,
        code=row.code,
    )
