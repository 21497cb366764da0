"""Deliveries whose fate nobody knows, in SQL: who they are, and the word that one of them was accepted after all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, update

from newsletter.letters.letter import LetterKind
from newsletter.mail.again import in_portions, known
from newsletter.mail.delivery import DeliveryState, Reply
from newsletter.mail.mailings import MailingState
from newsletter.tables.letters import letter
from newsletter.tables.mail import IS_UNCERTAIN, attempt, delivery, mailing
from subscribers.transaction import Transaction

S = DeliveryState


@dataclass(frozen=True, slots=True)
class Doubt:
    """One delivery that was on the wire when its answer was lost."""

    delivery_id: int
    letter_id: int
    # None for notices.
    issue_id: int | None
    kind: LetterKind
    # The mailing was given up: nothing of it is mailed again.
    is_cancelled: bool
    # Empty after an erasure.
    email: str
    email_hash: str
    # Of the letter: it stands behind the @ of the Message-ID.
    sender_domain: str
    # When it went on the wire, and when it was found that nobody knows.
    sending_at: datetime | None
    settled_at: datetime | None
    # How often its fate was not known, this time included.
    times: int
    why: str
    reply: str


def all_doubts(tx: Transaction) -> tuple[Doubt, ...]:
    """Give everybody whose delivery is uncertain, of issues and notices, in the order they were mailed."""
    return _doubts(tx, _query())


def doubts_of(tx: Transaction, letter_id: int) -> tuple[Doubt, ...]:
    """Give those of one letter."""
    return _doubts(tx, _query().where(delivery.c.letter_id == letter_id))


def due(tx: Transaction, before: datetime) -> tuple[Doubt, ...]:
    """Give those whose fate was lost at *before* or earlier, for the first time, in mailings that nobody gave up."""
    found = _doubts(tx, _query().where(delivery.c.settled_at <= before, mailing.c.state != MailingState.CANCELLED))
    return tuple(doubt for doubt in found if doubt.times <= 1)


def count(tx: Transaction, letter_id: int) -> int:
    """Count the uncertain deliveries of a letter."""
    return tx.execute(
        select(func.count()).select_from(delivery).where(delivery.c.letter_id == letter_id, IS_UNCERTAIN),
    ).scalar_one()


def accept(tx: Transaction, ids: Sequence[int], now: datetime, note: str, reply: Reply | None = None) -> int:
    """Call uncertain deliveries accepted, with the relay's word where there is one; gives how many were still uncertain."""
    said = {} if reply is None else {"code": reply.code, "enhanced": reply.enhanced, "reply": reply.text}
    accepted: Counter[int] = Counter()
    for some in in_portions(ids):
        accepted.update(
            tx.execute(
                update(delivery)
                .where(delivery.c.id.in_(some), delivery.c.state == S.UNCERTAIN)
                .values(state=S.ACCEPTED, settled_at=now, note=note, **said)
                .returning(delivery.c.letter_id),
            ).scalars(),
        )
    known(tx, accepted, S.ACCEPTED)
    return accepted.total()


def accepted_between(tx: Transaction, letter_id: int, first: datetime, last: datetime) -> Iterator[int]:
    """Give the deliveries of a letter that went on the wire between two moments and were accepted by the relay's own word."""
    rows = tx.execute(
        select(delivery.c.id).where(
            delivery.c.letter_id == letter_id,
            delivery.c.state == S.ACCEPTED,
            delivery.c.code != 0,
            delivery.c.sending_at.between(first, last),
        ),
    )
    return iter(rows.scalars())


def _query() -> Select[Any]:
    times = select(func.count()).where(attempt.c.delivery_id == delivery.c.id, attempt.c.verdict == S.UNCERTAIN)
    return (
        select(
            delivery.c.id,
            delivery.c.letter_id,
            letter.c.issue_id,
            letter.c.sender_address,
            mailing.c.kind,
            mailing.c.state,
            delivery.c.email,
            delivery.c.email_hash,
            delivery.c.sending_at,
            delivery.c.settled_at,
            delivery.c.note,
            delivery.c.reply,
            times.scalar_subquery().label("times"),
        )
        .join_from(delivery, mailing, mailing.c.letter_id == delivery.c.letter_id)
        .join(letter, letter.c.id == delivery.c.letter_id)
        .where(IS_UNCERTAIN)
        .order_by(delivery.c.letter_id, delivery.c.sending_at, delivery.c.id)
    )


def _doubts(tx: Transaction, query: Select[Any]) -> tuple[Doubt, ...]:
    return tuple(_doubt(row) for row in tx.execute(query))


def _doubt(row: Row[Any]) -> Doubt:
    return Doubt(
        delivery_id=row.id,
        letter_id=row.letter_id,
        # A proof shows an issue and is none: opening its mailing again must not touch the issue.
        issue_id=row.issue_id if row.kind == LetterKind.ISSUE else None,
        kind=LetterKind(row.kind),
        is_cancelled=row.state == MailingState.CANCELLED,
        email=row.email,
        email_hash=row.email_hash,
        sender_domain=row.sender_address.rpartition("@")[2],
        sending_at=row.sending_at,
        settled_at=row.settled_at,
        times=row.times,
        why=row.note,
        reply=row.reply,
    )
