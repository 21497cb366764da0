"""What came back, in SQL: messages as evidence, and facts, once for each delivery and kind."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.letters.letter import LetterKind
from newsletter.mail import objections
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.mailings import MailingState
from newsletter.returns.attribution import Attributed
from newsletter.returns.fate import Fate, Followed
from newsletter.returns.model import LONGEST_REASON, CameBy, Cause, Kind, Reading
from newsletter.returns.policy import Fact
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery, mailing, spelled_out
from newsletter.tables.returns import return_fact, return_message
from subscribers.oneline import one_line
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction

# A mailbox lets in what it likes. A reply with pictures is kept whole, a film is not.
LARGEST_KEPT = 10_000_000
# As much as is ever looked at: whoever fills our disk is to send every byte of it, and one mail may go to twenty addresses.
LARGEST_OF_NOBODY = 1_000_000

# Two hundred lines that say the same are one in thirty; what matters is how they begin.
LONGEST_SHOWN = 200
LONGEST_STATUS = 20

# Word for word the condition of its index.
_IS_OWED = spelled_out(return_fact.c.followed, Followed.PROBE_OWED)


@dataclass(frozen=True, slots=True)
class Came:
    """A message or an event as it is written down."""

    digest: str
    came_by: CameBy
    received_at: datetime
    happened_at: datetime
    recipient: str
    sender: str
    subject: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A message as it is kept."""

    id: int
    came_by: CameBy
    happened_at: datetime
    recipient: str
    subject: str
    fate: Fate
    # As it was read when it came, or the last time.
    reading: Reading
    # Empty where the person was erased before it came.
    raw: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """The delivery that something came back from, as it stands."""

    delivery_id: int
    state: DeliveryState
    letter_id: int
    kind: LetterKind
    # Whether others are still being written to with it.
    is_being_mailed: bool
    mailed_at: datetime
    subject: str
    newsletter_id: int | None
    issue_id: int | None
    list_id: int | None
    # None after an erasure, and of letters to the staff.
    subscriber_id: int | None
    subscription_id: int | None
    # Empty after an erasure.
    email: str
    email_hash: str
    # Of the person as they are now; empty where there is none.
    present_hash: str

    @property
    def domain(self) -> str:
        """What stands behind the @."""
        return self.email.rpartition("@")[2]

    @property
    def is_forgotten(self) -> bool:
        """Whether it names nobody any more."""
        return not self.email


def record(tx: Transaction, came: Came, reading: Reading, fate: Fate, most: int = LARGEST_KEPT) -> int | None:
    """Write a message down, once, with its *most* first bytes; gives its id, or None when the same was here before."""
    values = {
        "digest": came.digest,
        "came_by": came.came_by,
        "received_at": came.received_at,
        "happened_at": came.happened_at,
        "recipient": one_line(came.recipient, LONGEST_SHOWN),
        "sender": one_line(came.sender, LONGEST_SHOWN),
        "subject": one_line(came.subject, LONGEST_SHOWN),
        "fate": fate,
        "size": len(came.raw),
        "raw": zlib.compress(came.raw[:most]),
        **_reading(reading),
    }
    statement = insert(return_message).values(values).on_conflict_do_nothing().returning(return_message.c.id)
    number: int | None = tx.execute(statement).scalar_one_or_none()
    return number


def settle(
    tx: Transaction,
    message_id: int,
    fate: Fate,
    *,
    attributed: Attributed | None = None,
    target: Target | None = None,
    subscriber_id: int | None = None,
    look_at: datetime | None = None,
) -> None:
    """Write down what became of a message, and whose it is."""
    values: dict[str, object] = {"fate": fate, "look_at": look_at}
    if attributed is not None:
        values |= {"found_by": attributed.where.name.lower(), "delivery_number": attributed.number}
    if target is not None:
        values |= {"delivery_id": target.delivery_id, "delivery_number": target.delivery_id}
        subscriber_id = target.subscriber_id
        if target.is_forgotten and fate is not Fate.HELD:
            # Whoever was erased is not named again by what comes late.
            values |= {"raw": zlib.compress(b""), "recipient": "", "sender": "", "subject": "", "reason": ""}
    values["subscriber_id"] = subscriber_id
    tx.execute(update(return_message).where(return_message.c.id == message_id).values(values))


def target_of(tx: Transaction, delivery_id: int) -> Target | None:
    """Give the delivery of this number, None where there is none."""
    row = tx.execute(_targets().where(delivery.c.id == delivery_id)).one_or_none()
    return _target(row) if row is not None else None


def last_of_subscription(tx: Transaction, subscription_id: int) -> Target | None:
    """Give the newest delivery of a subscription that may have arrived."""
    arrived = delivery.c.state.in_([DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN, DeliveryState.SENDING])
    newest = _targets().where(delivery.c.subscription_id == subscription_id, arrived).order_by(delivery.c.id.desc()).limit(1)
    row = tx.execute(newest).one_or_none()
    return _target(row) if row is not None else None


def add_fact(tx: Transaction, message_id: int, target: Target, reading: Reading, at: datetime) -> int | None:
    """Write down what counts, once for a delivery and kind; gives its id, or None when it was known."""
    values = {
        "message_id": message_id,
        "delivery_id": target.delivery_id,
        "letter_id": target.letter_id,
        "newsletter_id": target.newsletter_id,
        "subscriber_id": target.subscriber_id,
        "list_id": target.list_id,
        "domain": target.domain,
        "at": at,
        "followed": Followed.NOTED,
        **_fact_values(target, reading),
    }
    statement = insert(return_fact).values(values).on_conflict_do_nothing().returning(return_fact.c.id)
    number: int | None = tx.execute(statement).scalar_one_or_none()
    return number


def change_fact(tx: Transaction, fact_id: int, target: Target, reading: Reading) -> bool:
    """Let a fact be what its message is read as today; False: of the delivery something of this kind is known already."""
    twin = select(return_fact.c.id).where(
        return_fact.c.delivery_id == target.delivery_id, return_fact.c.kind == reading.kind, return_fact.c.id != fact_id
    )
    if tx.execute(twin).one_or_none() is not None:
        return False
    values = _fact_values(target, reading)
    tx.execute(update(return_fact).where(return_fact.c.id == fact_id).values(values))
    return True


def set_followed(tx: Transaction, fact_id: int, followed: Followed) -> None:
    """Write down what followed from a fact."""
    tx.execute(update(return_fact).where(return_fact.c.id == fact_id).values(followed=followed))


def bounces_before(tx: Transaction, target: Target, but: int) -> tuple[Fact, ...]:
    """Give the other bounces of the address of a delivery, from letters of the same newsletter, the first first."""
    if target.subscriber_id is None:
        return ()
    rows = tx.execute(
        select(return_fact, mailing.c.kind.label("letter"), mailing.c.planned_at)
        .join(mailing, mailing.c.letter_id == return_fact.c.letter_id)
        .join(delivery, delivery.c.id == return_fact.c.delivery_id)
        .where(
            return_fact.c.subscriber_id == target.subscriber_id,
            return_fact.c.newsletter_id == target.newsletter_id,
            return_fact.c.kind == Kind.BOUNCE,
            return_fact.c.id != but,
            # What an address they had before did says nothing about this one.
            delivery.c.email_hash == target.email_hash,
        )
        .order_by(return_fact.c.at, return_fact.c.id)
    )
    return tuple(_fact(row) for row in rows)


def count_of(tx: Transaction, letter_id: int, kind: Kind, cause: Cause | None = None) -> int:
    """Count what came back from a letter, of one kind and perhaps one cause."""
    which = [return_fact.c.letter_id == letter_id, return_fact.c.kind == kind]
    if cause is not None:
        which.append(return_fact.c.cause == cause)
    return tx.execute(select(func.count()).where(*which)).scalar_one()


def latest_by_way(tx: Transaction) -> dict[CameBy, datetime]:
    """Give when something came last by each way by which anything came."""
    query = select(return_message.c.came_by, func.max(return_message.c.received_at)).group_by(return_message.c.came_by)
    return {CameBy(came_by): at for came_by, at in tx.execute(query)}


def next_waiting(tx: Transaction, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Give the messages whose delivery is to be looked for again, the longest waiting first; held by this transaction."""
    due = (spelled_out(return_message.c.fate, Fate.WAITING), return_message.c.look_at <= now)
    query = select(return_message).where(*due).order_by(return_message.c.look_at).limit(limit)
    return tx.execute(query.with_for_update(skip_locked=True)).all()


def kept_after(tx: Transaction, after: int, limit: int) -> tuple[Kept, ...]:
    """Give messages with all that is kept of them, behind one of a number, in the order they came."""
    query = select(return_message).where(return_message.c.id > after).order_by(return_message.c.id).limit(limit)
    return tuple(
        Kept(
            id=row.id,
            came_by=CameBy(row.came_by),
            happened_at=row.happened_at,
            recipient=row.recipient,
            subject=row.subject,
            fate=Fate(row.fate),
            reading=reading_of(row),
            raw=unpacked(row.raw),
        )
        for row in tx.execute(query)
    )


def fact_of_message(tx: Transaction, message_id: int) -> Any:  # noqa: ANN401 -- a row of `return_fact`
    """Give the fact that a message made; None: it made none."""
    return tx.execute(select(return_fact).where(return_fact.c.message_id == message_id)).one_or_none()


def set_reading(tx: Transaction, message_id: int, reading: Reading) -> None:
    """Write down what a message is read as today."""
    tx.execute(update(return_message).where(return_message.c.id == message_id).values(_reading(reading)))


def set_forwarded(tx: Transaction, message_id: int, letter_id: int) -> None:
    """Write down by which letter an answer goes on."""
    tx.execute(update(return_message).where(return_message.c.id == message_id).values(forward_letter_id=letter_id))


def forwarded_since(tx: Transaction, moment: datetime, *, subscriber_id: int | None = None) -> int:
    """Count the answers that were mailed on since a moment, of one person or of all."""
    which = [return_message.c.received_at > moment, return_message.c.fate == Fate.FORWARDED]
    if subscriber_id is not None:
        which.append(return_message.c.subscriber_id == subscriber_id)
    return tx.execute(select(func.count()).where(*which)).scalar_one()


def owed(tx: Transaction, limit: int) -> Sequence[Any]:
    """Give the facts for which a probe is owed, and to whom."""
    query = (
        select(return_fact.c.id, return_fact.c.subscriber_id, return_fact.c.list_id, subscriber.c.language)
        .outerjoin(subscriber, subscriber.c.id == return_fact.c.subscriber_id)
        .where(_IS_OWED)
        .order_by(return_fact.c.id)
        .limit(limit)
    )
    return tx.execute(query).all()


def take_owed(tx: Transaction, fact_id: int) -> bool:
    """Write down that the probe of a fact is mailed, or needed no more; False: somebody else did."""
    statement = update(return_fact).where(return_fact.c.id == fact_id, _IS_OWED).values(followed=Followed.PROBED)
    return bool(tx.execute(statement).rowcount)


def reading_of(row: Row[Any]) -> Reading:
    """Give the reading of a message as it was written down."""
    return Reading(
        kind=Kind(row.kind),
        cause=Cause(row.cause) if row.cause else None,
        status=row.status,
        reason=row.reason,
        confidence=row.confidence / 100,
    )


def unpacked(raw: bytes) -> bytes:
    """Give the bytes of a message as they came."""
    return zlib.decompress(raw)


def _fact_values(target: Target, reading: Reading) -> dict[str, object]:
    # Servers repeat the address in their words.
    reason = "" if target.is_forgotten else one_line(reading.reason, LONGEST_REASON)
    return {
        "kind": reading.kind,
        "cause": reading.cause or "",
        "status": one_line(reading.status, LONGEST_STATUS),
        "reason": reason,
        "words": objections.in_common(reason),
    }


def _reading(reading: Reading) -> dict[str, object]:
    return {
        "kind": reading.kind,
        "cause": reading.cause or "",
        "status": one_line(reading.status, LONGEST_STATUS),
        "reason": one_line(reading.reason, LONGEST_REASON),
        "confidence": round(reading.confidence * 100),
    }


def _targets() -> Select[Any]:
    return (
        select(
            delivery,
            mailing.c.kind,
            mailing.c.state.label("mailing_state"),
            mailing.c.planned_at,
            letter.c.subject,
            letter.c.newsletter_id,
            letter.c.issue_id,
            subscriber.c.email_hash.label("present_hash"),
        )
        .join_from(delivery, mailing, mailing.c.letter_id == delivery.c.letter_id)
        .join(letter, letter.c.id == delivery.c.letter_id)
        .outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id)
    )


def _target(row: Row[Any]) -> Target:
    return Target(
        delivery_id=row.id,
        state=DeliveryState(row.state),
        letter_id=row.letter_id,
        kind=LetterKind(row.kind),
        is_being_mailed=row.mailing_state == MailingState.OPEN,
        mailed_at=row.planned_at,
        subject=row.subject,
        newsletter_id=row.newsletter_id,
        issue_id=row.issue_id,
        list_id=row.list_id,
        subscriber_id=row.subscriber_id,
        subscription_id=row.subscription_id,
        email=row.email,
        email_hash=row.email_hash,
        present_hash=row.present_hash or "",
    )


def _fact(row: Row[Any]) -> Fact:
    return Fact(
        kind=Kind(row.kind),
        cause=Cause(row.cause) if row.cause else None,
        at=row.at,
        letter_id=row.letter_id,
        letter=LetterKind(row.letter),
        mailed_at=row.planned_at,
        followed=Followed(row.followed),
    )
