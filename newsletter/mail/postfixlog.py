"""Reads Postfix's log: which of our messages it took, under which queue id, and what became of them. Pure.

Postfix gives every message a queue id. `cleanup` writes the Message-ID under it as soon as the headers are read, which is
before the sender has finished; `qmgr` writes `queue active` when the whole message is kept, which is after it was accepted.
So a Message-ID alone is no proof: a connection that breaks in the body leaves one too, and nothing else.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

# A queue id is hexadecimal, or with enable_long_queue_ids of all digits and consonants: so `warning` and `NOQUEUE` are none.
_QUEUE_ID = r"(?:[0-9A-F]{6,20}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,25})"
_RFC3339 = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_SYSLOG = r"[A-Z][a-z]{2} [ 0-9]\d \d\d:\d\d:\d\d"
_LINE = re.compile(
    # Some collectors keep the priority. An instance has a name of its own (postfix-out), a service may (submission/smtpd).
    rf"(?:<\d{{1,3}}>)?(?P<at>{_RFC3339}|{_SYSLOG}) (?P<host>\S+) (?P<program>[\w.-]+(?:/[\w.-]+)*)/(?P<daemon>[\w.-]+)"
    rf"\[\d+\]: (?P<queue>{_QUEUE_ID}): (?P<rest>.*)",
    re.ASCII,
)
_TIME = re.compile(rf"(?:<\d{{1,3}}>)?(?P<at>{_RFC3339}|{_SYSLOG}) ", re.ASCII)
_MESSAGE_ID = re.compile(r"message-id=<([^<>\s]{1,500})>")
# It does as a rule of its owner says; whether the sender finished is not told by it.
_SET_ASIDE = re.compile(r"(?:milter-)?(?:hold|discard): ")
_STATUS = re.compile(r"\bstatus=(sent|bounced|deferred|expired)\b(?: \((.*)\))?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# A log whose machine has a clock of its own may be so far ahead of ours.
_AHEAD = timedelta(days=1)
# Two files, or two lines, so far apart may have others between them that we were not given.
LONGEST_PAUSE_BETWEEN_FILES = timedelta(minutes=10)
# Of what a receiving server said we keep this much.
LONGEST_WORDS = 500


class Event(StrEnum):
    """What a line tells of a message."""

    MESSAGE_ID = "message-id"
    # The whole message is kept; it was accepted.
    QUEUED = "queued"
    STATUS = "status"
    # A rule held or discarded it, which may be before its Message-ID was read.
    SET_ASIDE = "set aside"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Line:
    """A line about one message."""

    # The machine, and the instance of Postfix on it: queue ids are unique within these, for a while.
    where: str
    queue_id: str
    event: Event
    # The Message-ID without its brackets; or sent, bounced, deferred, expired.
    value: str = ""
    # What the receiving server said.
    words: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last moment of a piece of log."""

    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A message of ours as Postfix knew it."""

    queue_id: str
    # It had the whole message. False: it began to read it, and no more is told.
    is_queued: bool = False
    # A rule held or discarded it, so nothing more would be told if it had.
    is_set_aside: bool = False
    # The last that became of it: sent, bounced, deferred, expired; empty while nothing did.
    status: str = ""
    words: str = ""


@dataclass(slots=True)
class Trace:
    """What a log tells of our messages."""

    # By delivery: of those that were asked for.
    kept: dict[int, Kept] = field(default_factory=dict)
    # All deliveries of ours that it names.
    ours: set[int] = field(default_factory=set)
    spans: list[Span] = field(default_factory=list)
    lines: int = 0
    # False: some of its times say no zone, and nobody said which.
    is_timed: bool = True

    def covers(self, first: datetime, last: datetime) -> bool:
        """Whether everything that happened between two moments would stand in it, as far as its times tell."""
        return self.is_timed and any(span.first <= first and last <= span.last for span in _joined(self.spans))


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the log's times leave unsaid: syslog writes neither year nor zone."""

    now: datetime
    # None: nobody knows.
    zone: tzinfo | None = None

    def read(self, text: str) -> datetime | None:
        """Give the moment a line begins with; None when there is no such moment."""
        try:
            if text[0].isdigit():
                moment = datetime.fromisoformat(text.replace(",", "."))
                return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone or UTC)).astimezone(UTC)
            return self._syslog(text)
        # No such day, and the first and last hours of the calendar, which have no moment in every zone.
        except (ValueError, OverflowError):
            return None

    def says_all(self, text: str) -> bool:
        """Whether a time of this form is exact, by itself or by the zone we know."""
        return self.zone is not None or (text[0].isdigit() and (text[-1] == "Z" or text[-6] in "+-" or text[-5] in "+-"))

    def _syslog(self, text: str) -> datetime | None:
        if text[:3] not in _MONTHS:
            return None
        month = _MONTHS.index(text[:3]) + 1
        day, hour, minute, second = int(text[4:6]), int(text[7:9]), int(text[10:12]), int(text[13:15])
        # The last such day that is not in the future; 29 February may be four years ago, eight around 2100.
        for back in range(9):
            try:
                moment = datetime(self.now.year + 1 - back, month, day, hour, minute, min(second, 59), tzinfo=self.zone or UTC)
            except ValueError:
                continue
            if moment <= self.now + _AHEAD:
                return moment.astimezone(UTC)
        return None


def read(line: str) -> Line | None:
    """Read one line; None for all that tell nothing of a message, whoever wrote them."""
    match = _LINE.match(line)
    if match is None:
        return None
    daemon, rest = match["daemon"], match["rest"]
    # postfix/relay and postfix/submission are services of one instance, and share its queue.
    where = f"{match['host']} {match['program'].partition('/')[0]}"
    bare = Line(where, match["queue"], Event.SET_ASIDE)
    if daemon == "cleanup":
        return _of_cleanup(bare, rest)
    if daemon == "qmgr" and rest == "removed":
        return replace(bare, event=Event.REMOVED)
    if daemon == "qmgr" and rest.startswith("from=<") and rest.endswith("(queue active)"):
        return replace(bare, event=Event.QUEUED)
    status = _STATUS.search(rest) if rest.startswith(("to=<", "from=<")) else None
    if status is None:
        return None
    return replace(bare, event=Event.STATUS, value=status[1], words=(status[2] or "")[:LONGEST_WORDS])


def _of_cleanup(bare: Line, rest: str) -> Line | None:
    found = _MESSAGE_ID.match(rest)
    if found is not None:
        return replace(bare, event=Event.MESSAGE_ID, value=found[1])
    return bare if _SET_ASIDE.match(rest) else None


def moment_of(line: str, calendar: Calendar) -> datetime | None:
    """Give the moment a line was written; None when it does not begin with one."""
    match = _TIME.match(line)
    return calendar.read(match["at"]) if match else None


def follow(
    logs: Iterable[Iterable[str]], opened: Callable[[str], int | None], wanted: frozenset[int], calendar: Calendar
) -> Trace:
    """Follow our messages through *logs*, the oldest first; *opened* gives the delivery a Message-ID stands for, if it is ours.

    What is told of the deliveries in *wanted* is kept. Memory grows with our messages, not with the log.
    """
    follower = _Follower(opened, wanted, calendar)
    for log in logs:
        follower.follow(log)
    return follower.trace


class _Follower:
    """Knows which queue ids stand for messages of ours at the moment."""

    def __init__(self, opened: Callable[[str], int | None], wanted: frozenset[int], calendar: Calendar) -> None:
        self.trace = Trace()
        self._opened = opened
        self._wanted = wanted
        self._calendar = calendar
        # From its Message-ID on a queue id belongs to a message, until it is removed or another Message-ID stands under it:
        # short ones are used again.
        self._under_way: dict[tuple[str, str], int] = {}
        self._set_aside: set[tuple[str, str]] = set()

    def follow(self, log: Iterable[str]) -> None:
        first = last = None
        for text in log:
            self.trace.lines += 1
            match = _TIME.match(text)
            moment = self._calendar.read(match["at"]) if match else None
            if match is not None and moment is not None:
                # In a log of several machines a later line may be of an earlier moment.
                first, last = min(first or moment, moment), max(last or moment, moment)
                self.trace.is_timed = self.trace.is_timed and self._calendar.says_all(match["at"])
            line = read(text)
            if line is not None:
                self._take(line)
        if first is not None and last is not None:
            self.trace.spans.append(Span(first, last))

    def _take(self, line: Line) -> None:
        key = (line.where, line.queue_id)
        if line.event is Event.MESSAGE_ID:
            self._begin(key, line)
            return
        if line.event is Event.REMOVED:
            self._set_aside.discard(key)
            self._under_way.pop(key, None)
            return
        if line.event is Event.SET_ASIDE:
            self._set_aside.add(key)
        delivery_id = self._under_way.get(key)
        if delivery_id is not None:
            self.trace.kept[delivery_id] = _told(self.trace.kept[delivery_id], line)

    def _begin(self, key: tuple[str, str], line: Line) -> None:
        self._under_way.pop(key, None)
        delivery_id = self._opened(line.value)
        if delivery_id is None:
            return
        self.trace.ours.add(delivery_id)
        if delivery_id not in self._wanted:
            return
        self._under_way[key] = delivery_id
        # A filter behind Postfix gives it back under a second queue id: the first one that was kept counts.
        kept = self.trace.kept.get(delivery_id)
        if kept is None or not kept.is_queued:
            self.trace.kept[delivery_id] = Kept(line.queue_id, is_set_aside=key in self._set_aside)


def _told(kept: Kept, line: Line) -> Kept:
    if line.event is Event.SET_ASIDE:
        return replace(kept, is_set_aside=True)
    if line.event is Event.STATUS:
        return replace(kept, is_queued=True, status=line.value, words=line.words)
    return replace(kept, is_queued=True)


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    whole: Span | None = None
    for span in sorted(spans, key=lambda span: span.first):
        if whole is None or span.first - whole.last > LONGEST_PAUSE_BETWEEN_FILES:
            if whole is not None:
                yield whole
            whole = span
        else:
            whole = Span(whole.first, max(whole.last, span.last))
    if whole is not None:
        yield whole
