"""The suppressions there are, for whoever looks after them; who they are about is known only while the person is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, Text, func, literal_column, select

from subscribers.model import EVERY_LIST, Reason
from subscribers.tables.evidence import suppression
from subscribers.tables.people import subscriber
from subscribers.tokens import KEY_ID_LENGTH
from subscribers.transaction import Transaction

# Written into the statement and not bound to it: only so does a planner see that the index of these will do.
_IS_COMPLAINT = suppression.c.reason == literal_column("'complained'", Text)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """One suppression."""

    id: int
    email_hash: str
    # EVERY_LIST, or the id of one list.
    list_id: int
    reason: Reason
    at: datetime
    # Empty when nobody of this hash is known.
    email: str

    @property
    def key_id(self) -> str:
        """Which key hashed the address."""
        return self.email_hash[:KEY_ID_LENGTH]


@dataclass(frozen=True, slots=True)
class Complaint:
    """An address from which our mail was called spam; of which mail that was said, nobody tells."""

    email_hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """Which suppressions are wanted; None: any."""

    reason: Reason | None = None
    list_id: int | None = None
    # What the asker may see: what holds for one of these lists, and for every list. None: all.
    lists: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Newest:
    """A page of suppressions, the newest first."""

    suppressed: tuple[Suppressed, ...]
    # The id the next page goes on before; None: there are no older ones.
    more: int | None
    # The window ended before the page was full.
    has_stopped: bool


# So many are looked at for one page where filters leave some of them out.
WINDOW = 2_000


def newest(tx: Transaction, asked: Asked, before: int | None, limit: int, window: int = WINDOW) -> Newest:
    """Give up to *limit* suppressions before the one of id *before*, the newest first, out of a window of bounded size."""
    within = limit + 1 if asked == Asked() else window
    said = select(suppression).order_by(suppression.c.id.desc()).limit(within)
    if before is not None:
        said = said.where(suppression.c.id < before)
    looked = said.subquery("looked")
    rows = tx.execute(select(looked).where(*_asked(asked, looked)).order_by(looked.c.id.desc()).limit(limit + 1)).all()
    found = _with_addresses(tx, rows[:limit])
    if len(rows) > limit:
        return Newest(found, found[-1].id, has_stopped=False)
    count, last = tx.execute(select(func.count(), func.min(looked.c.id))).one()
    return Newest(found, last if count == within else None, has_stopped=count == within)


def page(tx: Transaction, asked: Asked, after: int, limit: int) -> tuple[Suppressed, ...]:
    """Give up to *limit* suppressions behind the one of id *after*, in the order they were first said."""
    wanted = _suppressions().where(suppression.c.id > after, *_asked(asked)).order_by(suppression.c.id).limit(limit)
    return tuple(_suppressed(row) for row in tx.execute(wanted))


def of_address(tx: Transaction, email_hash: str) -> tuple[Suppressed, ...]:
    """Give what is said of an address: for every list first, then list by list."""
    wanted = _suppressions().where(suppression.c.email_hash == email_hash).order_by(suppression.c.list_id)
    return tuple(_suppressed(row) for row in tx.execute(wanted))


def counts(tx: Transaction) -> Mapping[Reason, int]:
    """Count the suppressions by reason."""
    counted = select(suppression.c.reason, func.count().label("number")).group_by(suppression.c.reason)
    found = {row.reason: row.number for row in tx.execute(counted)}
    return {reason: found.get(reason, 0) for reason in Reason}


def _asked(asked: Asked, said: FromClause = suppression) -> Iterator[ColumnElement[bool]]:
    if asked.reason is not None:
        yield said.c.reason == asked.reason
    if asked.list_id is not None:
        yield said.c.list_id == asked.list_id
    if asked.lists is not None:
        yield said.c.list_id.in_([EVERY_LIST, *sorted(asked.lists)])


def _with_addresses(tx: Transaction, rows: Sequence[Row[Any]]) -> tuple[Suppressed, ...]:
    """Give suppressions with the addresses of those who are known, found for these alone: a join would walk everybody."""
    known = select(subscriber.c.email_hash, subscriber.c.email).where(
        subscriber.c.email_hash.in_([row.email_hash for row in rows])
    )
    emails = {row.email_hash: row.email for row in tx.execute(known)} if rows else {}
    return tuple(
        Suppressed(row.id, row.email_hash, row.list_id, Reason(row.reason), row.at, emails.get(row.email_hash, ""))
        for row in rows
    )


def complaints(tx: Transaction, since: datetime, until: datetime) -> tuple[Complaint, ...]:
    """Give who called our mail spam, from *since* up to but without *until*, the earliest first: few among very many."""
    told = select(suppression.c.email_hash, suppression.c.at).where(
        _IS_COMPLAINT, suppression.c.at >= since, suppression.c.at < until
    )
    return tuple(Complaint(row.email_hash, row.at) for row in tx.execute(told.order_by(suppression.c.at)))


def _suppressions() -> Select[Any]:
    return select(suppression, func.coalesce(subscriber.c.email, "").label("email")).outerjoin(
        subscriber, subscriber.c.email_hash == suppression.c.email_hash
    )


def _suppressed(row: Row[Any]) -> Suppressed:
    return Suppressed(row.id, row.email_hash, row.list_id, Reason(row.reason), row.at, row.email)
