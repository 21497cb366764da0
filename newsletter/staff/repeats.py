"""Requests that a program may send twice and that are done once, in SQL: each has a name that its caller chose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.tables.apikeys import api_request
from subscribers.transaction import Transaction

# How long a program may ask again.
KEPT = timedelta(hours=24)
# Longer than any request takes: what was begun before and never ended was cut short.
LONGEST = timedelta(minutes=5)
# From the act until its answer is kept, a moment; behind that the answer was lost.
ANSWERING = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Named:
    """A request by the name that its caller gave it."""

    key_id: int
    name: str
    # Of everything that was asked: the same name for something else is a mistake of the caller.
    digest: str


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that was given."""

    status: int
    headers: Mapping[str, str]
    body: str = field(repr=False)


class Standing(Enum):
    """What there is to be done about a request that has no answer to be told again."""

    # It is to be done now.
    NEW = auto()
    # The name stands for something else.
    OTHER = auto()
    # Somebody is at it.
    UNDER_WAY = auto()
    # It was done, and its answer was lost on the way.
    DONE = auto()


def begin(tx: Transaction, named: Named, now: datetime) -> Standing | Told:
    """Take a request up, or say how it stands."""
    values = {"key_id": named.key_id, "name": named.name, "digest": named.digest, "begun_at": now}
    made = tx.execute(insert(api_request).values(values).on_conflict_do_nothing().returning(api_request.c.name))
    if made.one_or_none() is not None:
        return Standing.NEW
    row = tx.execute(select(api_request).where(*_of(named)).with_for_update()).one_or_none()
    standing = _standing(row, named, now)
    if standing is Standing.NEW:
        tx.execute(update(api_request).where(*_of(named)).values(begun_at=now))
    return standing


def _standing(row: Row[Any] | None, named: Named, now: datetime) -> Standing | Told:
    if row is None:
        return Standing.UNDER_WAY
    if row.digest != named.digest:
        return Standing.OTHER
    if row.status is not None:
        return Told(row.status, row.headers, row.body)
    if row.done_at is not None:
        return Standing.UNDER_WAY if row.done_at > now - ANSWERING else Standing.DONE
    return Standing.UNDER_WAY if row.begun_at > now - LONGEST else Standing.NEW


def note_done(tx: Transaction, named: Named, now: datetime) -> None:
    """Write down that it is done, in the transaction that does it."""
    tx.execute(update(api_request).where(*_of(named)).values(done_at=now))


def keep(tx: Transaction, named: Named, told: Told) -> None:
    """Keep the answer, to be told again."""
    values = {"status": told.status, "headers": dict(told.headers), "body": told.body}
    tx.execute(update(api_request).where(*_of(named)).values(values))


def drop(tx: Transaction, named: Named) -> bool:
    """Forget a request that was not done, so that it may be asked again; gives whether that is so."""
    undone = delete(api_request).where(*_of(named), api_request.c.done_at.is_(None))
    return tx.execute(undone.returning(api_request.c.name)).one_or_none() is not None


def tidy(tx: Transaction, now: datetime) -> None:
    """Forget what nobody asks again."""
    tx.execute(delete(api_request).where(api_request.c.begun_at <= now - KEPT))


def _of(named: Named) -> tuple[ColumnElement[bool], ...]:
    return api_request.c.key_id == named.key_id, api_request.c.name == named.name
