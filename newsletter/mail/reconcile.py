"""Settles uncertain deliveries by the log of the relay: those it took are accepted, those it never had can be mailed again.

Only the log of the very relay that was spoken to can say that it never had a message, and only a log with nothing missing.
So nothing is called missing unless the log covers the whole time around it, and names every message of the same letter that
was accepted meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.mail import doubts, uncertain
from newsletter.mail.delivery import Phase, Reply
from newsletter.mail.doubts import PutBack
from newsletter.mail.postfixlog import Kept, Trace
from newsletter.mail.uncertain import Doubt
from subscribers.errors import TokenInvalid
from subscribers.tokens import Keyring, Purpose
from subscribers.transaction import Transaction

# Before the mark a connection may have been waiting; after it a relay has ten minutes to answer (RFC 5321 4.5.3.2.6), and
# more to write its log. A log is to cover this much around the moment a delivery went on the wire.
BEFORE = timedelta(minutes=1)
AFTER = timedelta(minutes=15)

NOTE = "found in the relay's log"
RESEND_NOTE = "mailed again: the relay's log has nothing of it"


class Answer(StrEnum):
    """What the log says of an uncertain delivery."""

    # It had the whole message.
    ACCEPTED = "accepted"
    # It would stand in it and does not, or it broke off before the end: it was not taken.
    MISSING = "missing"
    # The log does not tell.
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Told:
    """One uncertain delivery, and what the log says of it."""

    doubt: Doubt
    answer: Answer
    # None: the log does not name it.
    kept: Kept | None = None
    # Why nothing can be said.
    why: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What was written."""

    accepted: int
    resent: PutBack


def delivery_of(keyring: Keyring, message_id: str) -> int | None:
    """Give the delivery that a Message-ID, without its brackets, stands for; None when it is not of ours."""
    try:
        return keyring.open(Purpose.DELIVERY, message_id.partition("@")[0])
    except TokenInvalid:
        return None


def compare(tx: Transaction, found: Sequence[Doubt], trace: Trace) -> tuple[Told, ...]:
    """Say of each uncertain delivery what the log tells; writes nothing."""
    told = tuple(judge(doubt, trace) for doubt in found)
    gaps = _letters_with_gaps(tx, told, trace)
    return tuple(_unless_gap(one, gaps) for one in told)


def judge(doubt: Doubt, trace: Trace) -> Told:
    """Say what a log tells of one delivery, by itself."""
    kept = trace.kept.get(doubt.delivery_id)
    if kept is not None and kept.is_queued:
        return Told(doubt, Answer.ACCEPTED, kept)
    if kept is not None and kept.is_set_aside:
        return Told(doubt, Answer.UNTOLD, kept, "a rule of the relay held or discarded it")
    why = _why_untold(doubt, trace)
    return Told(doubt, Answer.UNTOLD if why else Answer.MISSING, kept, why)


def _why_untold(doubt: Doubt, trace: Trace) -> str:
    """Say why a log that does not name a delivery is no proof that it was not taken; empty when it is one."""
    if not trace.ours:
        return "the log names no message of ours: is it the log of the relay?"
    if not trace.is_timed:
        return "the log's times name no time zone: say which, by --timezone"
    if doubt.times > 1:
        # When that was is not known, so neither is whether the log covers it.
        return "the fate of an earlier try is not known either"
    if doubt.sending_at is None or not trace.covers(doubt.sending_at - BEFORE, doubt.sending_at + AFTER):
        return "the log does not cover the time around it"
    return ""


def settle(tx: Transaction, told: Sequence[Told], now: datetime, *, resends_missing: bool) -> Settled:
    """Write what the log told; those that are missing are mailed again only when that is asked for, cancelled ones never.

    Raises:
        NotAdopted: this database is a copy that nobody has adopted yet.

    """
    taken = [one for one in told if one.answer is Answer.ACCEPTED]
    accepted = sum(_accept(tx, one, now) for one in taken)
    doubts.tell_all(tx, [one.doubt for one in taken], now)
    resent = PutBack(0, 0)
    if resends_missing:
        resent = doubts.resend(tx, resendable(told), RESEND_NOTE, now)
    return Settled(accepted, resent)


def resendable(told: Iterable[Told]) -> tuple[Doubt, ...]:
    """Give those that can be mailed again: missing, and of a mailing that nobody gave up."""
    return tuple(one.doubt for one in told if one.answer is Answer.MISSING and not one.doubt.is_cancelled)


def _accept(tx: Transaction, told: Told, now: datetime) -> int:
    assert told.kept is not None
    fate = f", {told.kept.status} later" if told.kept.status in {"bounced", "expired"} else ""
    # In the words of Postfix's own answer, so that it is found where those of all others stand. Not what the receiving
    # server said: it may name the person.
    reply = Reply(Phase.BODY, 250, "2.0.0", f"2.0.0 Ok: queued as {told.kept.queue_id}")
    return uncertain.accept(tx, [told.doubt.delivery_id], now, NOTE + fate, reply)


def _letters_with_gaps(tx: Transaction, told: Sequence[Told], trace: Trace) -> frozenset[int]:
    """Give the letters of which the log does not name everybody who was accepted while the missing ones were on the wire."""
    times: defaultdict[int, list[datetime]] = defaultdict(list)
    for one in told:
        if one.answer is Answer.MISSING and one.doubt.sending_at is not None:
            times[one.doubt.letter_id].append(one.doubt.sending_at)
    return frozenset(letter_id for letter_id, moments in times.items() if _has_gap(tx, letter_id, moments, trace))


def _has_gap(tx: Transaction, letter_id: int, moments: Sequence[datetime], trace: Trace) -> bool:
    neighbours: Iterator[int] = uncertain.accepted_between(tx, letter_id, min(moments) - BEFORE, max(moments) + BEFORE)
    return any(delivery_id not in trace.ours for delivery_id in neighbours)


def _unless_gap(told: Told, gaps: frozenset[int]) -> Told:
    if told.answer is not Answer.MISSING or told.doubt.letter_id not in gaps:
        return told
    return Told(told.doubt, Answer.UNTOLD, told.kept, "the log lacks messages of the same letter that the relay accepted")


def figures(told: Sequence[Told]) -> Mapping[Answer, int]:
    """Count the answers; they add up to those that were asked about."""
    return {answer: sum(one.answer is answer for one in told) for answer in Answer}
