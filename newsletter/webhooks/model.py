"""What programs outside are told, and how each of them stands; pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.errors import BadValue, NotFound
from newsletter.issues import tidings
from subscribers import news
from subscribers.sentence import say


class EventKind(StrEnum):
    """What there is to be told of."""

    SUBSCRIBED = news.Kind.SUBSCRIBED
    CONFIRMED = news.Kind.CONFIRMED
    UNSUBSCRIBED = news.Kind.UNSUBSCRIBED
    BOUNCED = news.Kind.BOUNCED
    COMPLAINED = news.Kind.COMPLAINED
    ERASED = news.Kind.ERASED
    DRAFTED = tidings.Kind.DRAFTED
    APPROVED = tidings.Kind.APPROVED
    SENT = tidings.Kind.SENT
    FINISHED = tidings.Kind.FINISHED


# Told by hand, to try an address; nothing happened.
TRIAL = "webhook.test"


class HookNotFound(NotFound):
    """No program of this name or id is told anything."""

    what = say("webhook")


class TellingState(StrEnum):
    """How far an event is on its way to one program."""

    # Also while it is tried.
    WAITING = "waiting"
    # Answered with a status that begins with 2.
    TAKEN = "taken"
    # It was tried often enough; nothing happens before somebody has it told again.
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True)
class Hook:
    """A program outside that is told what happens."""

    id: int
    name: str
    url: str
    # None: of all newsletters.
    newsletter_id: int | None
    # Empty: everything.
    kinds: tuple[str, ...]
    shows_addresses: bool
    is_enabled: bool
    # Why the worker switched it off, as a sentence.
    off_because: str
    failures: int
    failing_since: datetime | None
    rests_until: datetime | None
    took_at: datetime | None
    # Until then the secret before signs as well.
    former_until: datetime | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Tiding:
    """Something that happened, as it is told."""

    uid: str
    kind: str
    at: datetime
    subscriber_id: int | None
    document: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Telling:
    """One event for one program."""

    id: int
    hook_id: int
    tiding: Tiding
    state: TellingState
    tries: int
    due_at: datetime
    tried_at: datetime | None
    status: int | None
    trouble: str
    took_ms: int | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: what was answered, or what was wrong."""

    at: datetime
    # None: there was no answer.
    status: int | None
    # Empty: it was taken.
    trouble: str
    took_ms: int
    # How long the program wants to be left alone, in seconds.
    retry_after: float = 0.0

    @property
    def is_taken(self) -> bool:
        """Whether the program has it."""
        return not self.trouble


def read_kinds(given: Collection[str]) -> tuple[str, ...]:
    """Give the kinds of events that are named, each once and in order; a name with a star stands for several.

    Raises:
        BadValue: there is no such kind.

    """
    wanted: set[str] = set()
    for name in given:
        text = name.strip().lower()
        found = [kind.value for kind in EventKind if kind == text or (text.endswith("*") and kind.startswith(text[:-1]))]
        if not found:
            known = ", ".join(EventKind)
            raise BadValue(say("event"), name[:80], say("is none of %(known)s", known=known))
        wanted.update(found)
    # All there are is everything, that to come included.
    return () if len(wanted) == len(EventKind) else tuple(kind.value for kind in EventKind if kind in wanted)


@dataclass(frozen=True, slots=True)
class ToldOf:
    """That a program outside was told, or is to be told, what a person did, for the person who asks."""

    program: str
    event: str
    at: datetime
    state: str
    # When it was last tried; None: not yet.
    tried_at: datetime | None
