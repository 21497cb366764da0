"""The circuit breaker of a relay: closed while it works, open after failures in a row, half-open to try once. Pure."""

from enum import StrEnum

# A single failure holds the relay up for a breath only: others of its connections may be well.
BREATH = 0.25

# So many in a row, with nothing that worked between them, are no accident.
OPENS_AFTER = 3

# A run that is to end lets go after this many failures in a row: a minute with the usual patience.
MOST_FAILURES = 9

# A probe of which nothing is heard (its delivery was given back, it stalls) does not keep the relay closed for ever.
LONGEST_PROBE = 30.0

# Beyond any wait that makes sense; more would overflow some day.
MOST_DOUBLINGS = 30

# While a probe is out, others ask again after this.
PROBE_WAIT = 0.25


class BreakerState(StrEnum):
    """Whether mail goes through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """What is concluded from failures and successes; told the time by whoever asks."""

    def __init__(self, first_wait: float, longest_wait: float) -> None:
        self._first_wait = first_wait
        self._longest_wait = longest_wait
        self._is_open = False
        self._failures = 0
        self._not_before = 0.0
        self._probe_until = 0.0

    @property
    def failures(self) -> int:
        """How many failures came in a row."""
        return self._failures

    @property
    def is_calm(self) -> bool:
        """Whether nothing has happened that anybody waits for, or that would count at the next failure."""
        return not (self._is_open or self._not_before or self._failures)

    @property
    def is_hopeless(self) -> bool:
        """Whether a run that is to end should end."""
        return self._failures >= MOST_FAILURES

    def state(self, now: float) -> BreakerState:
        """Give how it stands."""
        if not self._is_open:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self._not_before else BreakerState.HALF_OPEN

    def wait(self, now: float) -> float:
        """Give how long to wait before asking again; 0.0: somebody may try."""
        if now < self._not_before:
            return self._not_before - now
        if not self._is_open:
            self._not_before = 0.0
            return 0.0
        return min(PROBE_WAIT, self._probe_until - now) if now < self._probe_until else 0.0

    def forget(self) -> None:
        """Begin anew: what failed before is no longer there."""
        self._is_open = False
        self._failures = 0
        self._not_before = self._probe_until = 0.0

    def begin(self, now: float) -> None:
        """Say that somebody tries now; while half-open this is the one probe."""
        if self._is_open:
            self._probe_until = now + LONGEST_PROBE

    def withdraw(self) -> None:
        """Say that who was to try does not."""
        self._probe_until = 0.0

    def fail(self, now: float) -> float:
        """Note a failure; gives how long everybody waits, 0.0 when it belongs to trouble that is known already."""
        if now < self._not_before:
            # Several connections feel the same trouble at once; it counts once.
            return 0.0
        self._failures += 1
        self._probe_until = 0.0
        self._is_open = self._is_open or self._failures >= OPENS_AFTER
        self._not_before = now + self._pause()
        return self._not_before - now

    def succeed(self, now: float) -> None:
        """Note that the relay answered as a relay does.

        While open that can only be the end of something begun before: it shows that there is hope, and the probe still decides.
        """
        self._failures = 0
        if self.state(now) is BreakerState.OPEN:
            return
        self._is_open = False
        self._probe_until = 0.0
        if self._not_before <= now:
            self._not_before = 0.0

    def _pause(self) -> float:
        if not self._is_open:
            return min(BREATH, self._first_wait)
        return min(self._first_wait * 2.0 ** min(self._failures - OPENS_AFTER, MOST_DOUBLINGS), self._longest_wait)
