"""Changes of address in the register: asked for, done when the new address says yes, and taken back by the old one.

The person stays the same: their lists, their noes and the evidence of both go with them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, or_, select, update

from subscribers import datalinks, recognition, records, register, suppression
from subscribers.address import EmailAddress, parse
from subscribers.consent import Act, Evidence
from subscribers.model import EVERY_LIST, Reason, Subscriber, SubscriptionState
from subscribers.tables.errands import address_move
from subscribers.tables.evidence import suppression as suppressions
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# How long the button in the mail to the new address works.
LIFE = timedelta(days=7)
# How long the old address can take it back: whoever is away for some weeks still can.
REGRET = timedelta(days=30)

# A dead mailbox is why people move; every other no is the person's and goes with them.
_OF_THE_MAILBOX = frozenset({Reason.BOUNCED})


@dataclass(frozen=True, slots=True)
class Move:
    """A change of address that somebody began."""

    id: int
    subscriber_id: int
    old: EmailAddress
    new: EmailAddress
    asked_at: datetime
    moved_at: datetime | None
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Moved:
    """The person has the address."""

    subscriber: Subscriber


@dataclass(frozen=True, slots=True)
class Taken:
    """The address belongs to somebody who gets mail here, or said no to it."""


@dataclass(frozen=True, slots=True)
class RunOut:
    """The link has run out, was used, or is about an address that the person has no more."""


MoveOutcome = Moved | Taken | RunOut


def ask(tx: Transaction, person: Subscriber, new: EmailAddress, now: datetime) -> int:
    """Write down that a person wants another address; gives the number that stands in the link."""
    statement = insert(address_move).values(
        subscriber_id=person.id, old_email=person.address.text, new_email=new.text, asked_at=now
    )
    number: int = tx.execute(statement.returning(address_move.c.id)).scalar_one()
    return number


def load(tx: Transaction, number: int) -> Move | None:
    """Give a change of address; None when there is none, perhaps because the person was erased."""
    row = tx.execute(select(address_move).where(address_move.c.id == number)).one_or_none()
    if row is None:
        return None
    old, new = parse(row.old_email), parse(row.new_email)
    return Move(row.id, row.subscriber_id, old, new, row.asked_at, row.moved_at, row.undone_at)


def waiting_of(tx: Transaction, subscriber_id: int, now: datetime) -> Move | None:
    """Give the change of address that a person was asked about last, while the new address can still say yes."""
    asked = (address_move.c.subscriber_id == subscriber_id, address_move.c.moved_at.is_(None))
    last = select(address_move.c.id).where(*asked).order_by(address_move.c.id.desc()).limit(1)
    number = tx.execute(last).scalar_one_or_none()
    move = load(tx, number) if number is not None else None
    return move if move is not None and is_open(tx, move, now) else None


def is_open(tx: Transaction, move: Move, now: datetime) -> bool:
    """Whether the new address can still say yes; asking changes nothing."""
    if move.moved_at is not None or move.undone_at is not None or now >= move.asked_at + LIFE:
        return False
    return register.subscriber_by_id(tx, move.subscriber_id).address.key == move.old.key


def can_be_undone(tx: Transaction, move: Move, now: datetime) -> bool:
    """Whether the old address can still take it back, wherever the person was moved on to since; asking changes nothing."""
    if move.moved_at is None or move.undone_at is not None or now >= move.moved_at + REGRET:
        return False
    return register.subscriber_by_id(tx, move.subscriber_id).address.key != move.old.key


def carry_out(tx: Transaction, keyring: Keyring, move: Move, now: datetime, evidence: Evidence) -> MoveOutcome:
    """Give a person their new address, after whoever reads its mail said yes. Its owner must be nobody known here by now.

    The yes is one to the lists they stand on: what the new address had said against them before is taken back.
    """
    person = records.hold_person(tx, move.subscriber_id)
    present = load(tx, move.id)
    if person is None or present is None or not is_open(tx, present, now):
        return RunOut()
    if _is_known(tx, move.new) or not _may_be_written_to(tx, keyring, person, move.new):
        return Taken()
    moved = _rename(tx, keyring, person, move.new, now, evidence)
    tx.execute(update(address_move).where(address_move.c.id == move.id).values(moved_at=now))
    return Moved(moved)


def take_back(tx: Transaction, keyring: Keyring, move: Move, now: datetime, evidence: Evidence) -> MoveOutcome:
    """Give a person their former address again, because whoever reads its mail says that it was not them.

    What came behind it is undone with it: the addresses in between were given by whoever it was, and can take nothing back.
    """
    person = records.hold_person(tx, move.subscriber_id)
    present = load(tx, move.id)
    if person is None or present is None or not can_be_undone(tx, present, now):
        return RunOut()
    if _is_known(tx, move.old):
        return Taken()
    back = _rename(tx, keyring, person, move.old, now, evidence)
    since = (address_move.c.subscriber_id == person.id, address_move.c.moved_at >= present.moved_at)
    tx.execute(update(address_move).where(*since, address_move.c.undone_at.is_(None)).values(undone_at=now))
    datalinks.end(tx, person.id)
    return Moved(back)


def trusted_address(tx: Transaction, person: Subscriber, now: datetime) -> EmailAddress:
    """Give where a person was before everything that can still be taken back: there it is surely them who reads."""
    doubtful = (
        address_move.c.subscriber_id == person.id,
        address_move.c.undone_at.is_(None),
        address_move.c.moved_at > now - REGRET,
    )
    first = select(address_move.c.old_email).where(*doubtful).order_by(address_move.c.moved_at, address_move.c.id).limit(1)
    found = tx.execute(first).scalar_one_or_none()
    return person.address if found is None else parse(found)


def former_addresses(tx: Transaction, person: Subscriber) -> tuple[EmailAddress, ...]:
    """Give the addresses that a person had before, without those that somebody else has by now."""
    moved = (
        address_move.c.subscriber_id == person.id,
        address_move.c.moved_at.is_not(None),
        address_move.c.undone_at.is_(None),
    )
    had = {parse(one).key: parse(one) for one in tx.execute(select(address_move.c.old_email).where(*moved)).scalars()}
    return tuple(address for address in had.values() if not _is_known(tx, address))


def stranger_at(tx: Transaction, address: EmailAddress) -> Subscriber | None:
    """Give whoever is known by an address and never said yes or no to anything: a wish that anybody may have typed."""
    person = records.subscriber_where(tx, subscriber.c.email_key == address.key)
    if person is None:
        return None
    said = (subscription.c.subscriber_id == person.id, subscription.c.state != SubscriptionState.REQUESTED)
    return person if tx.execute(select(subscription.c.id).where(*said).limit(1)).one_or_none() is None else None


def _is_known(tx: Transaction, address: EmailAddress) -> bool:
    return records.subscriber_where(tx, subscriber.c.email_key == address.key) is not None


def _may_be_written_to(tx: Transaction, keyring: Keyring, person: Subscriber, new: EmailAddress) -> bool:
    email_hash = recognition.hash_of(tx, keyring, new.key)
    reasons = (suppression.reason_of(tx, email_hash, list_id) for list_id in (*_confirmed(tx, person), EVERY_LIST))
    return all(reason is None or reason in suppression.OWN_WORD for reason in reasons)


def _confirmed(tx: Transaction, person: Subscriber) -> list[int]:
    return [one.list_id for one in register.subscriptions_of(tx, person.id) if one.is_confirmed]


def _rename(
    tx: Transaction, keyring: Keyring, person: Subscriber, new: EmailAddress, now: datetime, evidence: Evidence
) -> Subscriber:
    old_hash, new_hash = recognition.hash_of(tx, keyring, person.address.key), recognition.hash_of(tx, keyring, new.key)
    for list_id in _confirmed(tx, person):
        if suppression.reason_of(tx, new_hash, list_id) is not None:
            suppression.take_back(tx, new_hash, list_id)
            records.record(tx, keyring, person, list_id, Act.CONFIRMED, now, evidence)
    _carry_noes(tx, old_hash, new_hash)
    recognition.forget_former(tx, keyring, person.address.key)
    values = {"email": new.text, "email_key": new.key, "email_hash": new_hash}
    tx.execute(update(subscriber).where(subscriber.c.id == person.id).values(values))
    moved = register.subscriber_by_id(tx, person.id)
    records.record_move(tx, keyring, person.address, moved, now, evidence)
    return moved


def _carry_noes(tx: Transaction, old_hash: str, new_hash: str) -> None:
    rows = tx.execute(
        select(suppressions.c.list_id, suppressions.c.reason, suppressions.c.at).where(
            suppressions.c.email_hash == old_hash,
            or_(*(suppressions.c.reason == reason for reason in Reason if reason not in _OF_THE_MAILBOX)),
        )
    ).all()
    for row in rows:
        suppression.suppress(tx, new_hash, Reason(row.reason), row.at, list_id=row.list_id)
