"""What came back from people, in SQL, for those rooms that must know: it is forgotten with them, and handed out to them."""

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, func, select, update

from newsletter.tables.letters import letter
from newsletter.tables.returns import return_fact, return_message
from subscribers.transaction import Transaction

_BOUNCE = "bounce"


@dataclass(frozen=True, slots=True)
class CameBack:
    """Something that came back from a person, as they are told of it."""

    at: datetime
    kind: str
    # Empty for whatever is no bounce.
    cause: str
    status: str
    # What the server said.
    reason: str
    followed: str
    letter: str
    issue_id: int | None


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message that came back and is still kept, as it came."""

    received_at: datetime
    came_by: str
    kind: str
    sender: str
    subject: str
    text: str


def bounced(letters: Collection[int]) -> Select[tuple[int]]:
    """Select the deliveries of some letters that came back: asked once, and not for each of a million people."""
    return select(return_fact.c.delivery_id).where(return_fact.c.letter_id.in_(letters), return_fact.c.kind == _BOUNCE)


def has_bounced(person: ColumnElement[int]) -> ColumnElement[bool]:
    """Give the condition, for a statement with the id of a *person* in it, that a letter to them came back."""
    found = select(return_fact.c.id).where(return_fact.c.subscriber_id == person, return_fact.c.kind == _BOUNCE)
    # Not EXISTS, which PostgreSQL may turn into a walk through all of them.
    return found.limit(1).scalar_subquery().is_not(None)


def facts_of(tx: Transaction, subscriber_id: int) -> tuple[CameBack, ...]:
    """Give what came back from a person, the first first."""
    rows = tx.execute(
        select(return_fact, letter.c.subject, letter.c.issue_id)
        .join(letter, letter.c.id == return_fact.c.letter_id)
        .where(return_fact.c.subscriber_id == subscriber_id)
        .order_by(return_fact.c.at, return_fact.c.id)
    )
    return tuple(
        CameBack(row.at, row.kind, row.cause, row.status, row.reason, row.followed, row.subject, row.issue_id) for row in rows
    )


def messages_of(tx: Transaction, subscriber_id: int) -> tuple[KeptMessage, ...]:
    """Give the messages themselves that are still kept, the first first."""
    which = return_message.c.subscriber_id == subscriber_id
    rows = tx.execute(select(return_message).where(which).order_by(return_message.c.id))
    return tuple(
        KeptMessage(
            row.received_at,
            row.came_by,
            row.kind,
            row.sender,
            row.subject,
            zlib.decompress(row.raw).decode("utf-8", "backslashreplace"),
        )
        for row in rows
    )


def forget(tx: Transaction, subscriber_id: int) -> None:
    """Forget what a person's returned mail says of them; that something came back stays in the figures."""
    _delete(tx, return_message.c.subscriber_id == subscriber_id)
    _empty(tx, return_fact.c.subscriber_id == subscriber_id)


def forget_deliveries(tx: Transaction, ids: Select[tuple[int]] | list[int]) -> None:
    """Do the same for deliveries that name nobody any more."""
    _delete(tx, return_message.c.delivery_id.in_(ids))
    _empty(tx, return_fact.c.delivery_id.in_(ids))


def kept_before(tx: Transaction, before: datetime) -> int:
    """Count the messages that came before a moment."""
    return tx.execute(select(func.count()).where(return_message.c.received_at < before)).scalar_one()


def forget_before(tx: Transaction, before: datetime, limit: int) -> int:
    """Delete up to *limit* of them; gives how many. What counted of them stays."""
    oldest = (
        select(return_message.c.id)
        .where(return_message.c.received_at < before)
        .order_by(return_message.c.received_at)
        .limit(limit)
    )
    ids = tx.execute(oldest).scalars().all()
    _delete(tx, return_message.c.id.in_(ids))
    return len(ids)


def _delete(tx: Transaction, which: ColumnElement[bool]) -> None:
    gone = delete(return_message).where(which).returning(return_message.c.forward_letter_id)
    mailed_on = [letter_id for letter_id in tx.execute(gone).scalars() if letter_id is not None]
    if mailed_on:
        # What they wrote stands in the letter by which it went on.
        nothing = {"html": "", "text": "", "subject": "", "reply_to": ""}
        tx.execute(update(letter).where(letter.c.id.in_(mailed_on)).values(nothing))


def _empty(tx: Transaction, which: ColumnElement[bool]) -> None:
    # Servers repeat the address in their words, and a domain may be of one person.
    nothing = {"reason": "", "words": "", "domain": "", "subscriber_id": None}
    tx.execute(update(return_fact).where(which).values(nothing))
