"""What was mailed to whom, in SQL: told to the person, and forgotten after a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, delete, func, literal, select, update

from newsletter.letters.letter import BY_LINK
from newsletter.mail import answers, returned
from newsletter.mail.mailings import MailingState
from newsletter.tables.departures import departure
from newsletter.tables.letters import letter
from newsletter.tables.mail import attempt, delivery, delivery_answer, mailing, spelled_out
from subscribers.tables.lists import subscription
from subscribers.transaction import Transaction

# Begins what stands in place of a hash where nobody is named any more. It sorts behind every hash, in whatever language the
# database sorts: the digits of those end with f.
FORGOTTEN = "forgotten-"


@dataclass(frozen=True, slots=True)
class Mailed:
    """One letter to one person, and what became of it."""

    kind: str
    subject: str
    issue_id: int | None
    # As it was when the letter was planned.
    email: str
    name: str
    state: str
    planned_at: datetime
    sending_at: datetime | None
    settled_at: datetime | None
    # The last word of the relay, and why we concluded what we did.
    reply: str
    note: str
    # What the person had answered, where the letter said it.
    answers: Mapping[str, str]
    # The words of the relay at each try that was not the last.
    tries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A letter to one person as a line of their page."""

    kind: str
    subject: str
    issue_id: int | None
    state: str
    planned_at: datetime
    settled_at: datetime | None
    # The last word of the relay, and why we concluded what we did.
    reply: str
    note: str


@dataclass(frozen=True, slots=True)
class Departed:
    """One time a person left a list."""

    list_id: int
    left_at: datetime
    door: str
    reason: str


def mailed_to(tx: Transaction, subscriber_id: int) -> tuple[Mailed, ...]:
    """Give every letter that was planned for a person, the first first."""
    return _mailed(tx, delivery.c.subscriber_id == subscriber_id)


def last_mailed_to(
    tx: Transaction, subscriber_id: int, limit: int, newsletters: frozenset[int] | None = None
) -> tuple[Line, ...]:
    """Give the last letters planned for a person, the newest first; of these *newsletters* only, where some are said."""
    query = (
        select(delivery, letter.c.kind, letter.c.subject, letter.c.issue_id, mailing.c.planned_at)
        .join_from(delivery, letter, letter.c.id == delivery.c.letter_id)
        .join(mailing, mailing.c.letter_id == delivery.c.letter_id)
        .where(delivery.c.subscriber_id == subscriber_id)
        .order_by(delivery.c.letter_id.desc())
        .limit(limit)
    )
    if newsletters is not None:
        query = query.where(letter.c.newsletter_id.in_(sorted(newsletters)))
    return tuple(
        Line(row.kind, row.subject, row.issue_id, row.state, row.planned_at, row.settled_at, row.reply, row.note)
        for row in tx.execute(query)
    )


def mailed_to_guest(tx: Transaction, numbers: Collection[int]) -> tuple[Mailed, ...]:
    """Give every letter that was planned for guests, the first first; *numbers* are those of their links."""
    if not numbers:
        # An empty list is no condition of an index: all deliveries there are would be walked.
        return ()
    return _mailed(tx, delivery.c.confirmation_id.in_(sorted(numbers)), letter.c.kind.in_(BY_LINK))


def _mailed(tx: Transaction, *which: ColumnElement[bool]) -> tuple[Mailed, ...]:
    rows = tx.execute(
        select(delivery, letter.c.kind, letter.c.subject, letter.c.issue_id, mailing.c.planned_at)
        .join_from(delivery, letter, letter.c.id == delivery.c.letter_id)
        .join(mailing, mailing.c.letter_id == delivery.c.letter_id)
        .where(*which)
        .order_by(delivery.c.id)
    ).all()
    ids = [row.id for row in rows]
    said = answers.of_deliveries(tx, ids)
    tries = _tries(tx, ids)
    return tuple(
        Mailed(
            kind=row.kind,
            subject=row.subject,
            issue_id=row.issue_id,
            email=row.email,
            name=row.name,
            state=row.state,
            planned_at=row.planned_at,
            sending_at=row.sending_at,
            settled_at=row.settled_at,
            reply=row.reply,
            note=row.note,
            answers=said.get(row.id, {}),
            tries=tuple(tries.get(row.id, ())),
        )
        for row in rows
    )


def departures_of(tx: Transaction, subscriber_id: int) -> tuple[Departed, ...]:
    """Give every time a person left a list, the first first."""
    rows = tx.execute(
        select(departure.c.list_id, departure.c.left_at, departure.c.door, departure.c.reason)
        .join(subscription, subscription.c.id == departure.c.subscription_id)
        .where(subscription.c.subscriber_id == subscriber_id)
        .order_by(departure.c.id)
    )
    return tuple(Departed(row.list_id, row.left_at, row.door, row.reason) for row in rows)


def named(tx: Transaction, before: datetime) -> int:
    """Count the deliveries of letters from before a moment that still say to whom they went."""
    of_old = delivery.c.letter_id.in_(select(mailing.c.letter_id).where(*_old(before)))
    return tx.execute(select(func.count()).select_from(delivery).where(of_old, _names_somebody())).scalar_one()


def forget_names(tx: Transaction, before: datetime, limit: int) -> int:
    """Empty up to *limit* of them of everything but issue, state and times; gives how many, 0 when there are no more.

    What it costs does not grow with the letters, nor with what of them was emptied before: it holds up whoever wants to write.
    """
    while letters := tx.execute(_oldest(before, limit)).scalars().all():
        ids: list[int] = []
        through: list[int] = []
        for letter_id in letters:
            wanted = limit - len(ids)
            found = tx.execute(_named_of(letter_id, wanted)).scalars().all()
            ids += found
            if len(found) == wanted:
                break
            through.append(letter_id)
        _forget(tx, ids)
        # Never looked through again: there is a letter for each notice, too.
        tx.execute(update(mailing).where(mailing.c.letter_id.in_(through)).values(names_forgotten_at=before))
        if ids:
            return len(ids)
    return 0


def _old(before: datetime) -> tuple[ColumnElement[bool], ...]:
    ended = spelled_out(mailing.c.state, MailingState.FINISHED, MailingState.CANCELLED)
    return ended, mailing.c.planned_at < before, mailing.c.names_forgotten_at.is_(None)


def _oldest(before: datetime, limit: int) -> Select[Any]:
    return select(mailing.c.letter_id).where(*_old(before)).order_by(mailing.c.planned_at).limit(limit)


def _named_of(letter_id: int, limit: int) -> Select[Any]:
    # In the order of the unique index: whoever is named stands before everybody who was forgotten.
    of_letter = (delivery.c.letter_id == letter_id, _names_somebody())
    return select(delivery.c.id).where(*of_letter).order_by(delivery.c.email_hash).limit(limit)


def _names_somebody() -> ColumnElement[bool]:
    return delivery.c.email_hash < FORGOTTEN


def _forget(tx: Transaction, ids: Sequence[int]) -> None:
    tx.execute(delete(delivery_answer).where(delivery_answer.c.delivery_id.in_(ids)))
    returned.forget_deliveries(tx, list(ids))
    # Relays repeat the address in their replies.
    tx.execute(update(attempt).where(attempt.c.delivery_id.in_(ids)).values(reply=""))
    tx.execute(
        update(delivery)
        .where(delivery.c.id.in_(ids))
        .values(
            email="",
            # One for each row of a letter, and nobody's hash.
            email_hash=literal(FORGOTTEN) + cast(delivery.c.id, Text),
            name="",
            reply="",
            subscriber_id=None,
            subscription_id=None,
        )
    )


def _tries(tx: Transaction, ids: Sequence[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = select(attempt.c.delivery_id, attempt.c.reply).where(attempt.c.delivery_id.in_(ids)).order_by(attempt.c.id)
    for row in tx.execute(rows):
        found[row.delivery_id].append(row.reply)
    return found
