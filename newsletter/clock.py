"""The only place that asks the system for the time."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

# What is handed around: a function that gives the present moment, aware UTC.
Clock = Callable[[], datetime]

# A machine whose clock is kept by NTP is milliseconds away; whoever is further off than this has lost its time server.
MOST_APART = timedelta(minutes=1)


def system_clock() -> datetime:
    """Give the present moment in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds from an arbitrary start that never go back; for measuring how long something took."""
    return time.monotonic()


def apart(ahead: timedelta) -> str:
    """Say how far one clock is ahead of another, or behind it: "3 h 0 min ahead of", "12 s behind"."""
    minutes, seconds = divmod(round(abs(ahead.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    far = f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{seconds} s"
    return f"{far} {'ahead of' if ahead > timedelta() else 'behind'}"


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


class SharedClock:
    """The clock of the database that several hosts share, whatever the clocks of those hosts show.

    It is asked now and then (`look`), and runs on in between by what never goes back: a host that is hours ahead, or whose
    clock is set every minute, does nothing early.
    """

    def __init__(self, ask: Clock, host: Clock = system_clock, seconds: Callable[[], float] = monotonic) -> None:
        self._ask = ask
        self._host = host
        self._seconds = seconds
        # Both at once, because threads read while another one looks: when it was asked, and what it said.
        self._known = self._asked()

    def __call__(self) -> datetime:
        """Give the moment that the database's clock shows."""
        asked_at, moment = self._known
        return moment + timedelta(seconds=self._seconds() - asked_at)

    def look(self) -> timedelta:
        """Ask the database's clock anew; gives how far the clock of this machine is ahead of it."""
        self._known = self._asked()
        return self._host() - self()

    def _asked(self) -> tuple[float, datetime]:
        before = self._seconds()
        moment = self._ask()
        return (before + self._seconds()) / 2, moment


class SteadyClock:
    """Another clock, but one that never goes back: for work that waits for moments it has written down itself.

    Where the other one is set back, this one goes at half its pace until the other has caught up.
    """

    def __init__(self, clock: Clock, seconds: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._seconds = seconds
        self._turn = threading.Lock()
        self._shown = clock()
        self._shown_at = seconds()

    def __call__(self) -> datetime:
        """Give the moment this clock shows."""
        with self._turn:
            elapsed = self._seconds() - self._shown_at
            self._shown = max(self._clock(), self._shown + timedelta(seconds=elapsed / 2))
            self._shown_at += elapsed
            return self._shown

    def reach(self, moment: datetime | None) -> None:
        """Show *moment* at least from now on, which somebody else has seen already."""
        with self._turn:
            self._shown = self._shown if moment is None else max(self._shown, moment)
