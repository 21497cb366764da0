"""One returned message or event: recorded once, attributed, and acted on, all in one transaction.

A kill before the commit leaves nothing, and after it the same bytes change nothing: it may be fetched again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from newsletter.mail import mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.returnpath import leaving_address
from newsletter.people import mailto
from newsletter.returns import attribution, following, forwarding, heading, marks, returnbook
from newsletter.returns.attribution import Attributed
from newsletter.returns.fate import Fate, Followed
from newsletter.returns.marks import Mark, Where
from newsletter.returns.model import CameBy, Kind, Reading
from newsletter.returns.returnbook import Came, Target
from subscribers import records
from subscribers.tokens import Keyring, Purpose
from subscribers.transaction import Transaction

# An event may be here before the mailer has committed what the relay answered: seconds. A database that was restored from a
# backup never gets to know some deliveries.
LOOK_AGAIN = timedelta(seconds=30)
LOOK_LATER = timedelta(hours=6)
SOON = timedelta(hours=1)
GIVE_UP = timedelta(days=7)

# A provider's clock may be wrong, and its event is not from tomorrow.
OLDEST_EVENT = timedelta(days=30)

# Somebody wrote these, or a program of theirs in their name: to the address for leaving they are a no.
_SAYS_NO = frozenset({Kind.UNSUBSCRIBE, Kind.REPLY, Kind.AUTO_REPLY, Kind.CHALLENGE})


@dataclass(frozen=True, slots=True)
class Returned:
    """One message as it came."""

    raw: bytes
    came_by: CameBy
    # Of the envelope, where the intake knows it.
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What a provider said about one delivery, its signature verified."""

    provider: CameBy
    # As it was posted; of several in one request, this one.
    raw: bytes
    # The provider's own; the same event has the same.
    event_id: str
    # Of the delivery, where the provider gives back what we sent along; else its Message-ID.
    token: str
    message_id: str
    reading: Reading
    at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message or an event."""

    fate: Fate
    # None: it was here before.
    message_id: int | None = None
    followed: Followed | None = None
    # Of the letter it is about, where that is of an issue.
    issue_id: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message that is written down, as far as what follows asks about it."""

    id: int
    # As it stands in it.
    subject: str
    happened_at: datetime
    raw: bytes


def take(tx: Transaction, keyring: Keyring, returned: Returned, reading: Reading, now: datetime) -> Taken:
    """Take in one message that was read before; the same bytes a second time change nothing.

    Raises:
        NotAdopted: this database is a copy that nobody has adopted yet; what came is the original's.

    """
    told = heading.read(returned.raw)
    digest = sha256(returned.raw).hexdigest()
    came = Came(digest, returned.came_by, now, now, returned.recipient, told.sender, told.subject, returned.raw)
    return _take(tx, keyring, came, marks.find(returned.raw, returned.recipient), reading, now)


def take_event(tx: Transaction, keyring: Keyring, event: Event, now: datetime) -> Taken:
    """Take in what a provider said, once for each event; what comes before its delivery is settled is applied later.

    Raises:
        NotAdopted: as `take` does.

    """
    about = f"{event.provider}\0{event.event_id}".encode() if event.event_id else event.raw
    at = min(max(event.at, now - OLDEST_EVENT), now)
    came = Came(sha256(about).hexdigest(), event.provider, now, at, "", "", "", event.raw)
    return _take(tx, keyring, came, marks_of(event), event.reading, now)


def marks_of(event: Event) -> tuple[Mark, ...]:
    """Give the tokens that a provider repeats: the one that stands for itself first; a Message-ID stands for the same."""
    given = (event.token.strip().lower(), marks.of_message_id(event.message_id))
    return tuple(Mark(Where.ENVELOPE, Purpose.DELIVERY, token) for token in given if token)


def replay_waiting(tx: Transaction, keyring: Keyring, now: datetime, limit: int = 100) -> int:
    """Look again for the deliveries that messages wait for, up to *limit* of them; gives how many are done with."""
    done = 0
    for row in returnbook.next_waiting(tx, now, limit):
        target = _held(tx, returnbook.target_of(tx, row.delivery_number))
        if target is not None and target.state is not DeliveryState.SENDING:
            message = Message(row.id, row.subject, row.happened_at, returnbook.unpacked(row.raw))
            _apply(tx, keyring, message, target, returnbook.reading_of(row), now)
        elif now - row.received_at < GIVE_UP:
            later = LOOK_AGAIN if now - row.received_at < SOON else LOOK_LATER
            returnbook.settle(tx, row.id, Fate.WAITING, look_at=now + later)
            continue
        else:
            returnbook.settle(tx, row.id, Fate.UNATTRIBUTED)
        done += 1
    return done


def _take(tx: Transaction, keyring: Keyring, came: Came, found: Sequence[Mark], reading: Reading, now: datetime) -> Taken:
    mailings.require_adopted(tx)
    is_unreadable = reading.kind is Kind.UNREADABLE
    fate = Fate.UNREADABLE if is_unreadable else Fate.UNATTRIBUTED
    is_ours = attribution.attribute(keyring, found, reading.kind) is not None
    message_id = returnbook.record(
        tx, came, reading, fate, returnbook.LARGEST_KEPT if is_ours else returnbook.LARGEST_OF_NOBODY
    )
    if message_id is None:
        return Taken(Fate.REPEATED)
    return sort_out(tx, keyring, Message(message_id, came.subject, came.happened_at, came.raw), found, reading, now)


def sort_out(
    tx: Transaction, keyring: Keyring, message: Message, found: Sequence[Mark], reading: Reading, now: datetime
) -> Taken:
    """Find out whose a message is that is written down, and do what follows."""
    nothing = Taken(Fate.UNREADABLE if reading.kind is Kind.UNREADABLE else Fate.UNATTRIBUTED, message.id)
    attributed = attribution.attribute(keyring, found, reading.kind)
    if attributed is None:
        return nothing
    if attributed.purpose is Purpose.UNSUBSCRIBE:
        return _of_subscription(tx, keyring, message, attributed, reading, now)
    if reading.kind is Kind.UNREADABLE:
        return nothing
    target = _held(tx, returnbook.target_of(tx, attributed.number))
    if target is None or target.state is DeliveryState.SENDING:
        returnbook.settle(tx, message.id, Fate.WAITING, attributed=attributed, look_at=now + LOOK_AGAIN)
        return Taken(Fate.WAITING, message.id)
    returnbook.settle(tx, message.id, Fate.APPLIED, attributed=attributed, target=target)
    return _apply(tx, keyring, message, target, reading, now)


def _held(tx: Transaction, target: Target | None) -> Target | None:
    """Hold the person of a delivery before anything is written that refers to them, and give the delivery as it is then.

    Whoever erases them meanwhile would else wait for us, and we for them.
    """
    if target is None or target.subscriber_id is None:
        return target
    records.hold_person(tx, target.subscriber_id)
    return returnbook.target_of(tx, target.delivery_id)


def _of_subscription(
    tx: Transaction, keyring: Keyring, message: Message, attributed: Attributed, reading: Reading, now: datetime
) -> Taken:
    """Take what is about a subscription: a mail to the address for leaving, or a report with nothing else in it of ours."""
    target = _held(tx, returnbook.last_of_subscription(tx, attributed.number))
    if attributed.where is Where.RETURNED:
        if target is None:
            return Taken(Fate.UNATTRIBUTED, message.id)
        returnbook.settle(tx, message.id, Fate.APPLIED, attributed=attributed, target=target)
        return _apply(tx, keyring, message, target, reading, now)
    returnbook.settle(tx, message.id, Fate.APPLIED, attributed=attributed, target=target)
    if reading.kind not in _SAYS_NO:
        # Nothing was ever mailed from that address: a bounce to it is none of ours.
        return Taken(Fate.APPLIED, message.id, Followed.NOTED)
    mailto.take(tx, keyring, leaving_address(attributed.token, ""), message.subject, now)
    if target is None:
        return Taken(Fate.APPLIED, message.id, Followed.LEFT)
    no = Reading(Kind.UNSUBSCRIBE, reason=message.subject, confidence=reading.confidence)
    fact_id = returnbook.add_fact(tx, message.id, target, no, message.happened_at)
    if fact_id is not None:
        returnbook.set_followed(tx, fact_id, Followed.LEFT)
    fate = Fate.APPLIED
    if reading.kind is Kind.REPLY:
        # They wrote more than a program does: somebody should read it.
        fate = forwarding.forward(tx, keyring, message.id, message.raw, target, now)
        returnbook.settle(tx, message.id, fate, attributed=attributed, target=target)
    return Taken(fate, message.id, Followed.LEFT, target.issue_id)


def _apply(tx: Transaction, keyring: Keyring, message: Message, target: Target, reading: Reading, now: datetime) -> Taken:
    if reading.kind is Kind.REPLY:
        return _pass_on(tx, keyring, message, target, reading, now)
    fact_id = returnbook.add_fact(tx, message.id, target, reading, message.happened_at)
    if fact_id is None:
        returnbook.settle(tx, message.id, Fate.AGAIN, target=target)
        if reading.kind in {Kind.OPT_OUT, Kind.UNSUBSCRIBE} and target.subscription_id is not None:
            # They may have come back since the first one: a no is never too many.
            following.leave(tx, keyring, target.subscription_id, reading, now)
        return Taken(Fate.AGAIN, message.id, None, target.issue_id)
    returnbook.settle(tx, message.id, Fate.APPLIED, target=target)
    followed = following.follow(tx, keyring, fact_id, target, reading, message.happened_at, now)
    return Taken(Fate.APPLIED, message.id, followed, target.issue_id)


def _pass_on(tx: Transaction, keyring: Keyring, message: Message, target: Target, reading: Reading, now: datetime) -> Taken:
    """Let what a person wrote go on to the newsletter; each of their mails does, and the figures count the person once."""
    fate = forwarding.forward(tx, keyring, message.id, message.raw, target, now)
    returnbook.settle(tx, message.id, fate, target=target)
    fact_id = returnbook.add_fact(tx, message.id, target, reading, message.happened_at)
    if fact_id is not None:
        following.follow(tx, keyring, fact_id, target, reading, message.happened_at, now)
    return Taken(fate, message.id, Followed.NOTED, target.issue_id)
