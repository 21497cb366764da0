"""When something is told again, and when a program is given up; pure."""

from datetime import datetime, timedelta

# Behind each try of a message that was not taken, as Standard Webhooks proposes: ten tries within three days.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)

# A program that failed so often in a row is left alone for so long, whatever waits for it: one that is down is not asked a
# thousand times because a thousand people joined meanwhile.
RESTS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
)
LONGEST_REST = timedelta(hours=1)

# What a program may ask for by Retry-After.
LONGEST_RETRY_AFTER = timedelta(days=1)

# A person is told of one that takes nothing for so long; behind the second span it is switched off.
TROUBLED = timedelta(days=1)
DEAD = timedelta(days=5)
# A clock that was set wrong for a moment kills nobody.
LEAST_FAILURES = 10

# RFC 9110 15.5.11: whoever answers so does not want to be told again.
GONE = 410


def next_try(tries: int, now: datetime, retry_after: float) -> datetime | None:
    """Give when a message is tried again that was tried so often; None: no more."""
    if tries > len(PAUSES):
        return None
    return now + max(PAUSES[tries - 1], _asked(retry_after))


def rest(failures: int, now: datetime, retry_after: float) -> datetime:
    """Give until when a program is left alone that failed so often in a row."""
    usual = RESTS[failures - 1] if failures <= len(RESTS) else LONGEST_REST
    return now + max(usual, _asked(retry_after))


def is_troubled(since: datetime | None, now: datetime) -> bool:
    """Whether a person is to be told of a program that takes nothing."""
    return since is not None and now - since >= TROUBLED


def is_dead(since: datetime | None, failures: int, now: datetime) -> bool:
    """Whether a program is switched off."""
    return since is not None and now - since >= DEAD and failures >= LEAST_FAILURES


def _asked(retry_after: float) -> timedelta:
    return min(timedelta(seconds=max(0.0, retry_after)), LONGEST_RETRY_AFTER)
