"""What came back, in SQL, as it is shown: a page of messages, one of them whole, and what is known of a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from newsletter.errors import NotFound
from newsletter.returns import returnbook
from newsletter.returns.fate import Fate
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from newsletter.tables.returns import return_fact, return_message
from subscribers.sentence import say
from subscribers.transaction import Transaction


class ReturnNotFound(NotFound):
    """No returned message of this number; after a time they are deleted."""

    what = say("returned message")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which messages."""

    # None: of every fate.
    fate: Fate | None = None
    issue_id: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A returned message as a line of a list."""

    id: int
    received_at: datetime
    came_by: str
    kind: str
    # Empty for whatever is neither bounce nor delay.
    cause: str
    status: str
    reason: str
    # In percent.
    confidence: int
    fate: str
    # What followed from it; empty where nothing of it counted, or it was known before.
    followed: str
    # As they stand in it: they prove nothing.
    sender: str
    subject: str
    recipient: str
    # Where the token stood that was believed; empty: there was none.
    found_by: str
    size: int
    delivery_id: int | None
    subscriber_id: int | None
    # To which the delivery went; empty where that is not known (any more).
    email: str
    issue_id: int | None
    letter: str


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Something that came back from a person."""

    at: datetime
    kind: str
    cause: str
    status: str
    reason: str
    followed: str
    letter: str
    issue_id: int | None
    # The message it stands in; None when that was deleted after its time.
    message_id: int | None


def page(tx: Transaction, asked: Asked, before: int | None, limit: int) -> tuple[Line, ...]:
    """Give messages, the newest first, that came *before* the one of a number."""
    query = _lines().order_by(return_message.c.id.desc()).limit(limit)
    if asked.fate is not None:
        query = query.where(return_message.c.fate == asked.fate)
    if asked.issue_id is not None:
        query = query.where(letter.c.issue_id == asked.issue_id)
    if before is not None:
        query = query.where(return_message.c.id < before)
    return tuple(_line(row) for row in tx.execute(query))


def find(tx: Transaction, message_id: int) -> Line:
    """Give one message.

    Raises:
        ReturnNotFound: there is none of this number.

    """
    row = tx.execute(_lines().where(return_message.c.id == message_id)).one_or_none()
    if row is None:
        raise ReturnNotFound(message_id)
    return _line(row)


def raw_of(tx: Transaction, message_id: int) -> bytes:
    """Give the bytes of a message as they came; nothing of what was forgotten.

    Raises:
        ReturnNotFound: there is none of this number.

    """
    packed = tx.execute(select(return_message.c.raw).where(return_message.c.id == message_id)).scalar_one_or_none()
    if packed is None:
        raise ReturnNotFound(message_id)
    return returnbook.unpacked(packed)


def of_person(tx: Transaction, subscriber_id: int, limit: int) -> tuple[PersonLine, ...]:
    """Give what came back from a person, the newest first."""
    rows = tx.execute(
        select(return_fact, letter.c.subject, letter.c.issue_id)
        .join(letter, letter.c.id == return_fact.c.letter_id)
        .where(return_fact.c.subscriber_id == subscriber_id)
        .order_by(return_fact.c.at.desc(), return_fact.c.id.desc())
        .limit(limit)
    )
    return tuple(
        PersonLine(row.at, row.kind, row.cause, row.status, row.reason, row.followed, row.subject, row.issue_id, row.message_id)
        for row in rows
    )


def _lines() -> Select[Any]:
    its = [column for column in return_message.c if column.name != "raw"]
    return (
        select(
            *its,
            return_fact.c.followed,
            delivery.c.email,
            letter.c.subject.label("letter"),
            letter.c.issue_id,
        )
        .join_from(return_message, delivery, delivery.c.id == return_message.c.delivery_id, isouter=True)
        .outerjoin(letter, letter.c.id == delivery.c.letter_id)
        .outerjoin(return_fact, return_fact.c.message_id == return_message.c.id)
    )


def _line(row: Row[Any]) -> Line:
    return Line(
        id=row.id,
        received_at=row.received_at,
        came_by=row.came_by,
        kind=row.kind,
        cause=row.cause,
        status=row.status,
        reason=row.reason,
        confidence=row.confidence,
        fate=row.fate,
        followed=row.followed or "",
        sender=row.sender,
        subject=row.subject,
        recipient=row.recipient,
        found_by=row.found_by,
        size=row.size,
        delivery_id=row.delivery_id,
        subscriber_id=row.subscriber_id,
        email=row.email or "",
        issue_id=row.issue_id,
        letter=row.letter or "",
    )
