"""What came back, at the desk: page by page in bounded steps, of one person, and one message with its bytes, in SQL."""

import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, func, select

from newsletter.returns.fate import Fate, Followed
from newsletter.returns.model import CameBy, Cause, Kind
from newsletter.tables.issues import issue
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from newsletter.tables.returns import return_fact, return_message
from subscribers.transaction import Transaction

# So many are looked at for one page where filters leave some of them out.
WINDOW = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """One message or event as a line of a list."""

    # None: the message itself is kept no longer.
    id: int | None
    kind: Kind
    cause: Cause | None
    status: str
    reason: str
    at: datetime
    # Of the letter it is about, where that is of an issue.
    issue_id: int | None
    issue: str
    newsletter_id: int | None
    # Whose delivery it is about; empty after an erasure, and where there is none.
    email: str
    subscriber_id: int | None
    # None: nothing was counted of it.
    followed: Followed | None
    fate: Fate | None = None
    came_by: CameBy | None = None
    # Of the message, as anybody may have written them.
    sender: str = ""
    subject: str = ""
    # A token of ours stood in it, for a delivery of this number, which need not be there.
    delivery_number: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """Which messages are wanted; None: any."""

    kind: Kind | None = None
    # Any of these.
    fates: frozenset[Fate] | None = None
    # What counted of these letters.
    letters: frozenset[int] | None = None
    # About these newsletters alone, which is what the asker looks after. None: all, and what is about none.
    newsletters: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Newest:
    """A page of messages, the newest first."""

    lines: tuple[Line, ...]
    # The id the next page goes on before; None: there are no older ones.
    more: int | None
    # The window ended before the page was full.
    has_stopped: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """One message whole, but for its bytes."""

    line: Line
    recipient: str
    confidence: int
    received_at: datetime
    # The Where by which it was attributed; empty: it was not.
    found_by: str
    # Of all its bytes, also where not all were kept.
    size: int


def page(tx: Transaction, asked: Asked, before: int | None, limit: int, window: int = WINDOW) -> Newest:
    """Give up to *limit* messages before the one of id *before*, the newest first, out of a window of bounded size."""
    is_narrowed = asked.kind is not None or asked.newsletters is not None
    within = window if is_narrowed else limit + 1
    wanted = select(return_message.c.id, return_message.c.kind, return_message.c.delivery_id).where(*_indexed(asked))
    if before is not None:
        wanted = wanted.where(return_message.c.id < before)
    looked = wanted.order_by(return_message.c.id.desc()).limit(within).subquery("looked")
    # First which, and then what is shown of them: of a window full of others nothing more is read.
    which = _narrowed(select(looked.c.id), looked, asked).order_by(looked.c.id.desc()).limit(limit + 1)
    numbers = [row.id for row in tx.execute(which)]
    rows = tx.execute(_messages().where(return_message.c.id.in_(numbers)).order_by(return_message.c.id.desc())).all()
    found = tuple(_line(row) for row in rows[:limit])
    if len(rows) > limit:
        return Newest(found, rows[limit - 1].id, has_stopped=False)
    count, last = tx.execute(select(func.count(), func.min(looked.c.id))).one()
    return Newest(found, last if count == within else None, has_stopped=count == within)


def waiting(tx: Transaction, fates: Collection[Fate], most: int) -> int:
    """Count the messages with one of these fates, up to *most*."""
    some = select(return_message.c.id).where(return_message.c.fate.in_(fates)).limit(most).subquery()
    return int(tx.execute(select(func.count()).select_from(some)).scalar_one())


def is_empty(tx: Transaction) -> bool:
    """Whether nothing ever came back, or nothing of it is kept."""
    return tx.execute(select(return_message.c.id).limit(1)).first() is None


def last_by_way(tx: Transaction, window: int = WINDOW) -> Mapping[CameBy, datetime]:
    """Give when something came last by each way, as far as it did among the newest messages."""
    newest = select(return_message.c.came_by, return_message.c.received_at)
    looked = newest.order_by(return_message.c.id.desc()).limit(window).subquery("looked")
    last = func.max(looked.c.received_at).label("last")
    rows = tx.execute(select(looked.c.came_by, last).group_by(looked.c.came_by))
    return {CameBy(row.came_by): row.last for row in rows}


def of_person(tx: Transaction, subscriber_id: int, limit: int, newsletters: frozenset[int] | None = None) -> tuple[Line, ...]:
    """Give what counted of all that came back from one person, the newest first; of these *newsletters* only, where said."""
    query: Select[Any] = (
        select(
            return_fact.c.message_id.label("id"),
            return_fact.c.kind,
            return_fact.c.cause,
            return_fact.c.status,
            return_fact.c.reason,
            return_fact.c.at,
            return_fact.c.newsletter_id,
            return_fact.c.subscriber_id,
            return_fact.c.followed,
            delivery.c.email,
            letter.c.issue_id,
            letter.c.subject.label("issue"),
        )
        .join_from(return_fact, delivery, delivery.c.id == return_fact.c.delivery_id)
        .join(letter, letter.c.id == return_fact.c.letter_id)
        .where(return_fact.c.subscriber_id == subscriber_id)
        .order_by(return_fact.c.at.desc(), return_fact.c.id.desc())
        .limit(limit)
    )
    if newsletters is not None:
        query = query.where(return_fact.c.newsletter_id.in_(newsletters))
    return tuple(_fact(row) for row in tx.execute(query).all())


def evidence(tx: Transaction, message_id: int) -> Evidence | None:
    """Give one message but for its bytes; None: there is none, or it is kept no longer."""
    row = tx.execute(_messages().where(return_message.c.id == message_id)).first()
    if row is None:
        return None
    return Evidence(_line(row), row.recipient, row.confidence, row.received_at, row.found_by, row.size)


def newsletters_of(tx: Transaction, message_id: int) -> frozenset[int] | None:
    """Give the newsletter that a message is about, none where it is about none; None: there is no such message."""
    row = tx.execute(
        select(return_message.c.id, letter.c.newsletter_id)
        .outerjoin(delivery, delivery.c.id == return_message.c.delivery_id)
        .outerjoin(letter, letter.c.id == delivery.c.letter_id)
        .where(return_message.c.id == message_id)
    ).first()
    if row is None:
        return None
    return frozenset() if row.newsletter_id is None else frozenset({row.newsletter_id})


def bytes_of(tx: Transaction, message_id: int, most: int = 0) -> bytes:
    """Give the bytes of a message as they came, up to *most* of them; 0: all that were kept."""
    packed = tx.execute(select(return_message.c.raw).where(return_message.c.id == message_id)).scalar_one()
    return zlib.decompressobj().decompress(packed, most)


def _indexed(asked: Asked) -> Iterator[ColumnElement[bool]]:
    if asked.fates is not None:
        yield return_message.c.fate.in_(sorted(asked.fates))
    if asked.letters is not None:
        yield return_message.c.id.in_(
            select(return_fact.c.message_id).where(return_fact.c.letter_id.in_(sorted(asked.letters)))
        )


def _narrowed(query: Select[Any], looked: FromClause, asked: Asked) -> Select[Any]:
    if asked.kind is not None:
        query = query.where(looked.c.kind == asked.kind)
    if asked.newsletters is not None:
        query = query.join(delivery, delivery.c.id == looked.c.delivery_id).join(letter, letter.c.id == delivery.c.letter_id)
        query = query.where(letter.c.newsletter_id.in_(sorted(asked.newsletters)))
    return query


def _messages() -> Select[Any]:
    m = return_message.c
    return (
        select(
            *(m.id, m.kind, m.cause, m.status, m.reason, m.happened_at.label("at"), m.subscriber_id, m.fate, m.came_by),
            *(m.sender, m.subject, m.delivery_number, m.recipient, m.confidence, m.received_at, m.found_by, m.size),
            delivery.c.email,
            letter.c.issue_id,
            letter.c.newsletter_id,
            func.coalesce(issue.c.title, letter.c.subject).label("issue"),
            return_fact.c.followed,
        )
        .select_from(return_message)
        .outerjoin(delivery, delivery.c.id == return_message.c.delivery_id)
        .outerjoin(letter, letter.c.id == delivery.c.letter_id)
        .outerjoin(issue, issue.c.id == letter.c.issue_id)
        .outerjoin(return_fact, return_fact.c.message_id == return_message.c.id)
    )


def _line(row: Row[Any]) -> Line:
    return Line(
        id=row.id,
        kind=Kind(row.kind),
        cause=Cause(row.cause) if row.cause else None,
        status=row.status,
        reason=row.reason,
        at=row.at,
        issue_id=row.issue_id,
        issue=row.issue or "",
        newsletter_id=row.newsletter_id,
        email=row.email or "",
        subscriber_id=row.subscriber_id,
        followed=Followed(row.followed) if row.followed else None,
        fate=Fate(row.fate),
        came_by=CameBy(row.came_by),
        sender=row.sender,
        subject=row.subject,
        delivery_number=row.delivery_number,
    )


def _fact(row: Row[Any]) -> Line:
    return Line(
        id=row.id,
        kind=Kind(row.kind),
        cause=Cause(row.cause) if row.cause else None,
        status=row.status,
        reason=row.reason,
        at=row.at,
        issue_id=row.issue_id,
        issue=row.issue,
        newsletter_id=row.newsletter_id,
        email=row.email,
        subscriber_id=row.subscriber_id,
        followed=Followed(row.followed),
    )
