"""Whether the books of one issue are in order: nobody lost, nobody twice, and every figure the sum of its rows. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from newsletter.issues.model import IssueState
from newsletter.mail.delivery import DeliveryState

S = DeliveryState

_KNOWN = frozenset(DeliveryState)
# Somebody in one of these is still to be written to, by nobody when the mailing is over.
_WAITING = (S.PENDING, S.DEFERRED, S.LEASED)

_OPEN, _PAUSED, _CANCELLED, _FINISHED = "open", "paused", "cancelled", "finished"
# Which state of its mailing goes with which state of an issue. One that was sent, mailed again and then cancelled is sent.
_TOGETHER: Mapping[IssueState, frozenset[str]] = {
    IssueState.SENDING: frozenset({_OPEN, _PAUSED}),
    IssueState.SENT: frozenset({_FINISHED, _CANCELLED}),
    IssueState.CANCELLED: frozenset({_CANCELLED}),
}


class Fault(StrEnum):
    """A rule that does not hold."""

    SUM = "sum"
    STATE = "state"
    COUNTERS = "counters"
    TWICE = "twice"
    DEAD_WORKER = "dead worker"
    LEFT_BEHIND = "left behind"
    ISSUE = "issue"
    ATTEMPTS = "attempts"
    NO_WORD = "no word"
    TIMES = "times"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that does not hold, in words."""

    fault: Fault
    text: str


@dataclass(frozen=True, slots=True)
class Books:
    """What the rows of an issue say, all seen at one moment."""

    issue_id: int
    issue_state: IssueState
    is_paused: bool
    mailing_state: str
    # Written down when the audience was frozen, and when it grew.
    audience: int
    rows: int
    # Rows by state.
    counts: Mapping[str, int]
    # Addresses, and people, that have more than one row.
    addresses_twice: int
    people_twice: int
    # Leased or sending, in the hands of nobody who lives.
    held_by_dead: int
    # Rows whose count of tries and whose written attempts contradict each other.
    attempts_wrong: int
    # Accepted without a 2yz reply and without anybody's word for it.
    accepted_without_word: int
    # Settled without a moment, or on the wire without one.
    times_wrong: int
    # The figures as they were kept, for the states that are counted.
    counters: Mapping[str, int]


def findings(books: Books) -> tuple[Finding, ...]:
    """Give everything that is not in order; nothing, for the books of a healthy mailing at whatever moment."""
    return tuple(_findings(books))


def _findings(books: Books) -> Iterator[Finding]:
    yield from _sums(books)
    yield from _counters(books)
    yield from _states(books)
    for count, fault, text in (
        (books.addresses_twice, Fault.TWICE, "addresses have more than one row"),
        (books.people_twice, Fault.TWICE, "people have more than one row"),
        (books.held_by_dead, Fault.DEAD_WORKER, "rows are held by a worker that is dead; the next worker takes them back"),
        (books.attempts_wrong, Fault.ATTEMPTS, "rows count other tries than the attempts that are written down"),
        (books.accepted_without_word, Fault.NO_WORD, "rows are called accepted without a word of the relay or of anybody"),
        (books.times_wrong, Fault.TIMES, "rows lack the moment at which they were sent or settled"),
    ):
        if count:
            yield Finding(fault, f"{count:,} {text}.")


def _sums(books: Books) -> Iterator[Finding]:
    unknown = {state: count for state, count in books.counts.items() if state not in _KNOWN and count}
    if unknown:
        yield Finding(Fault.STATE, f"{sum(unknown.values()):,} rows are in no known state ({', '.join(sorted(unknown))}).")
    total = sum(books.counts.values())
    if total != books.rows:
        yield Finding(Fault.SUM, f"The states hold {total:,} rows together, and there are {books.rows:,}.")
    if books.rows != books.audience:
        missing = books.audience - books.rows
        words = f"{missing:,} are missing" if missing > 0 else f"{-missing:,} are too many"
        yield Finding(Fault.SUM, f"The audience is {books.audience:,} and there are {books.rows:,} rows: {words}.")


def _counters(books: Books) -> Iterator[Finding]:
    for state in sorted(books.counters):
        counted, found = books.counters[state], books.counts.get(state, 0)
        if counted != found:
            yield Finding(Fault.COUNTERS, f"The mailer counted {counted:,} {state}, and there are {found:,} rows.")


def _states(books: Books) -> Iterator[Finding]:
    if books.mailing_state not in _TOGETHER.get(books.issue_state, frozenset()):
        yield Finding(Fault.ISSUE, f"The issue is {books.issue_state.words} and its mailing is {books.mailing_state}.")
    elif books.is_paused != (books.mailing_state == _PAUSED):
        words = "paused" if books.is_paused else "not paused"
        yield Finding(Fault.ISSUE, f"The issue is {words} and its mailing is {books.mailing_state}.")
    if books.mailing_state not in {_FINISHED, _CANCELLED}:
        return
    # What was on the wire when a mailing was cancelled may still come to its end.
    left = (*_WAITING, S.SENDING) if books.mailing_state == _FINISHED else _WAITING
    waiting = sum(books.counts.get(state, 0) for state in left)
    if waiting:
        yield Finding(
            Fault.LEFT_BEHIND, f"{waiting:,} rows still wait, and the mailing is {books.mailing_state}: nobody mails them."
        )
