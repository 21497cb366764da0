"""From how many on something is no accident: what comes back for our own fault, and complaints; pure."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from newsletter.returns.model import Cause
from subscribers.sentence import say

# More than one in fifty of the first two hundred, or of all who were accepted.
ONE_IN = 50
FIRST = 200

# What Gmail and Yahoo ask of senders since February 2024: below 0.1 %, and never 0.3 %.
LIMIT = 0.001
LAST_LIMIT = 0.003
# Half of it is early enough to do something.
NEAR = LIMIT / 2
# One in a hundred is one person: it is shown, and nobody is called for it.
FEWEST_COMPLAINTS = 2


class Level(StrEnum):
    """How near complaints have come to what large providers bear."""

    FINE = "fine"
    # Above the limits in numbers, and one person only.
    TOO_FEW = "too-few"
    NEAR = "near"
    OVER = "over"
    FAR_OVER = "far-over"


def is_systemic(cause: Cause, count: int, accepted: int) -> bool:
    """Whether everybody else would most likely meet the same; *count* of *accepted* came back for this cause.

    Authentication is the same for everybody at a provider, so the first word of it is enough.
    """
    if cause is Cause.AUTHENTICATION:
        return count > 0
    return count * ONE_IN > max(accepted, FIRST)


def complaints_at(count: int, accepted: int) -> Level:
    """Give how near *count* complaints of *accepted* people are to the limits."""
    rate = count / max(accepted, count, 1)
    if count < FEWEST_COMPLAINTS:
        return Level.TOO_FEW if rate >= NEAR else Level.FINE
    if rate >= LAST_LIMIT:
        return Level.FAR_OVER
    if rate >= LIMIT:
        return Level.OVER
    return Level.NEAR if rate >= NEAR else Level.FINE


def in_words(level: Level) -> str:
    """Say what a level means; empty for what is fine."""
    return _WORDS[level]()


_WORDS: Mapping[Level, Callable[[], str]] = {
    Level.FINE: lambda: "",
    Level.TOO_FEW: lambda: say("From 0.1 %% on, Gmail and Yahoo deliver less of it; of so few people, one says little."),
    Level.NEAR: lambda: say("From 0.1 %% on, Gmail and Yahoo deliver less of it; this is on the way there."),
    Level.OVER: lambda: say("From 0.1 %% on, Gmail and Yahoo deliver less of it; from 0.3 %% on, hardly any."),
    Level.FAR_OVER: lambda: say("From 0.3 %% on, Gmail and Yahoo refuse it, and do not mend that for a week."),
}
