"""Deliveries whose fate nobody knows, in SQL: who they are, and the word that one of them was accepted after all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, insert, literal, or_, select, update

from newsletter.letters.letter import LetterKind
from newsletter.mail import figures
from newsletter.mail.again import in_portions, known
from newsletter.mail.delivery import DeliveryState, Phase, Reply
from newsletter.mail.figures import Change
from newsletter.mail.mailings import MailingState
from newsletter.tables.letters import letter
from newsletter.tables.mail import IS_HELD, IS_UNCERTAIN, IS_WAITING, attempt, delivery, mailing
from subscribers.tables.kinds import Instant
from subscribers.transaction import Transaction

S = DeliveryState

# Of what waited in a copy when it was adopted. It is not mailed again by a setting: a whole issue may be meant.
MAYBE_BY_THE_ORIGINAL = "the original may have mailed it since this copy was made"


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
    is_meant = (mailing.c.state != MailingState.CANCELLED, delivery.c.note != MAYBE_BY_THE_ORIGINAL)
    found = _doubts(tx, _query().where(delivery.c.settled_at <= before, *is_meant))
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


def doubt_what_waits(tx: Transaction, now: datetime) -> int:
    """Call everything uncertain that waits or is in hand, because somebody else may have mailed it; gives how much it was."""
    is_meant = or_(IS_WAITING, IS_HELD)
    stood = tx.execute(
        select(delivery.c.letter_id, delivery.c.state, func.count())
        .where(is_meant)
        .group_by(delivery.c.letter_id, delivery.c.state)
    ).all()
    doubted = {"state": S.UNCERTAIN, "worker_id": "", "settled_at": now, "note": MAYBE_BY_THE_ORIGINAL}
    # When the original may have sent it nobody knows here; the books want a moment, and it is not before the copy was made.
    sending_at = func.coalesce(delivery.c.sending_at, literal(now, Instant()))
    tx.execute(update(delivery).where(is_meant).values(attempts=delivery.c.attempts + 1, sending_at=sending_at, **doubted))
    columns = (attempt.c.delivery_id, attempt.c.number, attempt.c.at, attempt.c.verdict, attempt.c.phase)
    said = (attempt.c.code, attempt.c.enhanced, attempt.c.reply)
    of_them = select(
        delivery.c.id,
        delivery.c.attempts,
        literal(now, Instant()),
        literal(S.UNCERTAIN.value),
        literal(Phase.BODY.value),
        literal(0),
        literal(""),
        literal(""),
    ).where(IS_UNCERTAIN, delivery.c.settled_at == now, delivery.c.note == MAYBE_BY_THE_ORIGINAL)
    tx.execute(insert(attempt).from_select([*columns, *said], of_them))
    changes: Counter[Change] = Counter()
    for letter_id, state, people in stood:
        changes[Change(letter_id, S.UNCERTAIN)] += people
        if state == S.DEFERRED:
            changes[Change(letter_id, S.DEFERRED)] -= people
    figures.add(tx, changes)
    return sum(people for _, _, people in stood)


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
