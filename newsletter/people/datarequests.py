"""Requests about data in SQL: noted when they come by letter or telephone, due within a month, and closed when answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, insert, literal, select, update

from newsletter.tables.datarequests import data_request
from subscribers.oneline import one_line
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction

# GDPR 12(3) says a month; the shortest month is what is safe in each.
MONTH = timedelta(days=28)
LONGEST_NOTE = 500
# So many are shown; whoever has more open has another problem first.
MOST = 100


class Kind(StrEnum):
    """What somebody asks (GDPR 15 to 21)."""

    ACCESS = "access"
    CHANGE = "change"
    STOP = "stop"
    ERASURE = "erasure"


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a person who is known."""

    id: int
    subscriber_id: int
    email: str
    kind: Kind
    note: str
    noted_by: str
    asked_at: datetime
    due_at: datetime
    # None: it waits.
    closed_at: datetime | None


def note(tx: Transaction, subscriber_id: int, kind: Kind, words: str, noted_by: str, now: datetime) -> None:
    """Write down that a person asked."""
    values = {"subscriber_id": subscriber_id, "kind": kind, "note": one_line(words, LONGEST_NOTE), "noted_by": noted_by}
    tx.execute(insert(data_request).values(**values, asked_at=now, due_at=now + MONTH))


def open_ones(tx: Transaction, lists: frozenset[int] | None = None, limit: int = MOST, after: int = 0) -> Sequence[Request]:
    """Give what is still to be answered, the most urgent first, behind *after*; of people on *lists*, where some are said."""
    waits = (data_request.c.closed_at.is_(None), data_request.c.id > after)
    # Each is due a month after it was noted, so what was noted first is due first.
    query = _requests().where(*waits).order_by(data_request.c.id).limit(limit)
    if lists is not None:
        on = select(literal(1)).where(subscription.c.subscriber_id == subscriber.c.id, subscription.c.list_id.in_(lists))
        query = query.where(on.exists())
    return [_request(row) for row in tx.execute(query)]


def of_person(tx: Transaction, subscriber_id: int) -> Sequence[Request]:
    """Give what a person asked and waits for."""
    theirs = (data_request.c.subscriber_id == subscriber_id, data_request.c.closed_at.is_(None))
    return [_request(row) for row in tx.execute(_requests().where(*theirs).order_by(data_request.c.due_at))]


def all_of(tx: Transaction, subscriber_id: int) -> Sequence[Request]:
    """Give everything a person ever asked, for their file."""
    theirs = _requests().where(data_request.c.subscriber_id == subscriber_id).order_by(data_request.c.id)
    return [_request(row) for row in tx.execute(theirs)]


def close(tx: Transaction, subscriber_id: int, request_id: int, closed_by: str, now: datetime) -> bool:
    """Write down that a request of a person is answered; False when it was, or is not theirs."""
    its = (data_request.c.id == request_id, data_request.c.subscriber_id == subscriber_id, data_request.c.closed_at.is_(None))
    return tx.execute(update(data_request).where(*its).values(closed_at=now, closed_by=closed_by)).rowcount == 1


def _requests() -> Select[Any]:
    return select(data_request, subscriber.c.email).join(subscriber, subscriber.c.id == data_request.c.subscriber_id)


def _request(row: Row[Any]) -> Request:
    return Request(
        row.id,
        row.subscriber_id,
        row.email,
        Kind(row.kind),
        row.note,
        row.noted_by,
        row.asked_at,
        row.due_at,
        row.closed_at,
    )
