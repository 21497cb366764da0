"""The only place that asks the system for the time."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

# What is handed around: a function that gives the present moment, aware UTC.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Give the present moment in UTC."""
    return datetime.now(UTC)


class MovableClock:
    """A clock that starts at a moment of choice, runs on, and can be set forward; for demo and tests."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        """Give the moment this clock shows."""
        return self._start + timedelta(seconds=time.monotonic() - self._since)

    def set(self, moment: datetime) -> None:
        """Show *moment* now and run on from there."""
        self._start = moment
        self._since = time.monotonic()


def monotonic() -> float:
    """Seconds from an arbitrary start that never go back; for measuring how long something took."""
    return time.monotonic()
