"""From how many on something is no accident: what comes back for our own fault, and complaints; pure."""

from enum import StrEnum

from newsletter.returns.model import Cause

# More than one in fifty of the first two hundred, or of all who were accepted.
ONE_IN = 50
FIRST = 200

# What Gmail and Yahoo ask of senders since February 2024: below 0.1 %, and never 0.3 %.
LIMIT = 0.001
LAST_LIMIT = 0.003
# Half of it is early enough to do something.
NEAR = LIMIT / 2
# One in a hundred is one person, and no wolf.
FEWEST_COMPLAINTS = 2


class Level(StrEnum):
    """How near complaints have come to what large providers bear."""

    FINE = "fine"
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
    if count < FEWEST_COMPLAINTS:
        return Level.FINE
    rate = count / max(accepted, count)
    if rate >= LAST_LIMIT:
        return Level.FAR_OVER
    if rate >= LIMIT:
        return Level.OVER
    return Level.NEAR if rate >= NEAR else Level.FINE
