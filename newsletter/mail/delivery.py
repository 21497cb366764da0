"""One letter to one person: its states, and what a relay's answer means for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.letters.letter import FOR_MANY, LetterKind
from newsletter.mail.refusals import Fault, fault_of


class DeliveryState(StrEnum):
    """What is known of one letter to one person."""

    PENDING = "pending"
    LEASED = "leased"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


S = DeliveryState

# States that nothing leaves by itself; an issue is sent when its people are all in these.
SETTLED = frozenset({S.ACCEPTED, S.REFUSED, S.UNCERTAIN, S.SKIPPED, S.CANCELLED})


class Phase(StrEnum):
    """How far a transaction had come when it ended."""

    # Up to and with the login.
    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    # From the first byte of the body on, silence means that nobody knows.
    BODY = "body"


# What only one person can be the cause of.
_OF_ONE_PERSON = frozenset({Phase.RCPT, Phase.DATA, Phase.BODY})

NO_ANSWER = 0
GOING_DOWN = 421

# RFC 5321 4.5.4.1 asks for half an hour before remote servers; ours is a relay that has a queue of its own.
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=8)
GIVE_UP_AFTER = timedelta(hours=72)

# A person at whom the connection was lost waits a little, so that others go first.
LOSS_PAUSE = timedelta(seconds=5)
# When it is lost again and again at the same person, it is no longer the relay's trouble alone.
MOST_LOSSES = 3


# RFC 3463 2: class, subject and detail.
_STATUS = re.compile(r"\s*(([0-9]{1,3})\.[0-9]{1,3}\.[0-9]{1,3})(?!\S)")

# What would end an address on the wire, or begin another.
_BREAKS_PATH = re.compile(r"[<>\s]")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One letter to one person, as a worker holds it."""

    id: int
    letter_id: int
    # None for proofs.
    subscriber_id: int | None
    subscription_id: int | None
    list_id: int | None
    email: str
    email_hash: str
    name: str
    confirmation_id: int
    # Tries that came to a verdict before.
    attempts: int
    # Whether they allowed, when the letter was planned, that it is kept which of its links they follow.
    allows_clicks: bool = False
    # Which of its worker's claims it came by.
    claim: int = 0
    # What the person answered to what the letter asks for, by the attributes' keys; None: nothing, or it asks for nothing.
    answers: Mapping[str, str] | None = None

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only a relay with SMTPUTF8 can take it (RFC 6531)."""
        return not self.email.isascii()


@dataclass(frozen=True, slots=True)
class Reply:
    """What the relay answered, or that it did not (code 0) and why we think so."""

    phase: Phase
    code: int
    enhanced: str
    text: str

    @property
    def words(self) -> str:
        """The answer as a person reads it."""
        return f"{self.code} {self.text}" if self.code else self.text


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reply means for the delivery, and for others."""

    state: DeliveryState
    note: str = ""
    # For pending and deferred: the moment of the next try.
    not_before: datetime | None = None
    # Whether this try counts against the person.
    burns_attempt: bool = True
    # The address is dead; nothing is ever sent to it again.
    suppresses: bool = False
    # The relay is in trouble: everybody waits.
    slows_relay: bool = False
    # Everybody would fail: the mailing is paused until somebody has looked.
    pauses_mailing: bool = False


ACCEPTED = Verdict(S.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended."""

    delivery: Delivery
    verdict: Verdict
    reply: Reply


class Passage(StrEnum):
    """What the gate said to a delivery that was about to go out."""

    # Marked as sending; only this one may be sent.
    GRANTED = "granted"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    # Back to pending: paused, or not adopted.
    RETURNED = "returned"
    # No longer ours.
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one letter; they add up: everybody is in exactly one of the seven."""

    audience: int
    accepted: int
    refused: int
    deferred: int
    uncertain: int
    skipped: int
    cancelled: int
    # Pending, leased and sending.
    pending: int


def judge(reply: Reply, attempts: int, now: datetime, jitter: float, losses: int = 0) -> Verdict:
    """Decide what *reply* means after *attempts* earlier tries.

    *jitter* from 0 to 1 spreads the next tries. *losses* tells how often in a row the relay went away at this very person.
    """
    if reply.phase is Phase.BODY and reply.code // 100 == 2:  # noqa: PLR2004 -- 2yz: RFC 5321 4.2.1
        return ACCEPTED
    if reply.code == GOING_DOWN or (reply.code == NO_ANSWER and reply.phase is not Phase.BODY):
        return _relay_trouble(reply, attempts, now, jitter, losses)
    if reply.code // 100 == 4 and reply.phase in _OF_ONE_PERSON:  # noqa: PLR2004 -- 4yz
        return defer(attempts, now, jitter)
    # With one recipient a transaction, RFC 5321's reading of 552 as "too many recipients" cannot apply.
    if reply.code // 100 == 5:  # noqa: PLR2004 -- 5yz
        return _never(reply, now)
    if reply.phase is Phase.BODY:
        # RFC 1047: it may have been taken or not, and sending again could be the second time.
        return Verdict(S.UNCERTAIN, "the relay's answer to the whole message was lost")
    return _relay_trouble(reply, attempts, now, jitter, losses)


def defer(attempts: int, now: datetime, jitter: float) -> Verdict:
    """Give the verdict for a try that is to be repeated: later each time, and refused after three days."""
    if sum((_pause(number) for number in range(attempts)), timedelta()) >= GIVE_UP_AFTER:
        return Verdict(S.REFUSED, "given up after 72 hours")
    spread = 0.8 + 0.4 * jitter
    return Verdict(S.DEFERRED, not_before=now + _pause(attempts) * spread)


def enhanced_status(code: int, text: str) -> str:
    """Give the RFC 3463 status at the head of a reply's *text*, empty when there is none that fits *code*."""
    found = _STATUS.match(text)
    return found[1] if found is not None and int(found[2]) == code // 100 else ""


def refusal_before_sending(delivery: Delivery, *, smtputf8: bool) -> str:
    """Why *delivery* cannot be handed to a relay that offers SMTPUTF8 or does not; empty when it can."""
    if not _is_safe_path(delivery.email):
        return "the address cannot be written in an envelope"
    if delivery.needs_smtputf8 and not smtputf8:
        return "the relay does not take addresses outside ASCII (SMTPUTF8)"
    return ""


def lane(kind: LetterKind) -> int:
    """Give the place of a kind in the queue, 0 first: a confirmation never waits for an issue."""
    if kind in FOR_MANY:
        return 2
    return 1 if kind is LetterKind.PROOF else 0


def _relay_trouble(reply: Reply, attempts: int, now: datetime, jitter: float, losses: int) -> Verdict:
    if reply.phase not in _OF_ONE_PERSON:
        # The person had no part in it.
        return Verdict(S.PENDING, not_before=now, burns_attempt=False, slows_relay=True)
    if losses >= MOST_LOSSES:
        return defer(attempts, now, jitter)
    return Verdict(S.PENDING, not_before=now + LOSS_PAUSE, burns_attempt=False, slows_relay=True)


def _never(reply: Reply, now: datetime) -> Verdict:
    if reply.phase is Phase.CONNECT:
        # A login or greeting that is refused says nothing about the person.
        return Verdict(S.PENDING, not_before=now, burns_attempt=False, slows_relay=True)
    if reply.phase is Phase.MAIL:
        return Verdict(S.PENDING, not_before=now, burns_attempt=False, pauses_mailing=True)
    fault = fault_of(reply.enhanced, reply.text)
    if fault in {Fault.AUTHENTICATION, Fault.CONTENT}:
        # Ours, and the same for the next one: nobody is refused for it.
        return Verdict(S.PENDING, not_before=now, burns_attempt=False, pauses_mailing=True)
    return Verdict(S.REFUSED, suppresses=fault is Fault.ADDRESS)


def _pause(attempts: int) -> timedelta:
    # Twenty doublings of five minutes are ten years; more would overflow.
    return min(FIRST_PAUSE * (1 << min(attempts, 20)), LONGEST_PAUSE)


def _is_safe_path(address: str) -> bool:
    local, at, domain = address.rpartition("@")
    return bool(local and at and domain) and address.isprintable() and not _BREAKS_PATH.search(address)
