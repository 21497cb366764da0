"""How fast a mailing goes: measured between the looks that people take at it."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from newsletter.clock import monotonic
from newsletter.mail.delivery import Report
from newsletter.web.reports import settled, waiting
from newsletter.web.spelled import span

# The rate is that of the last minute, so that a pause is forgotten after it.
WINDOW_SECONDS = 60.0
# Between two looks closer than this the rate jumps.
LEAST_SECONDS = 1.5
# After this long without anybody mailed, that is what there is to say.
STILL_SECONDS = 20.0

# As many mailings are watched at once, and looks at one kept: two seconds apart over the window, twice.
MOST_MAILINGS = 50
MOST_LOOKS = 60


@dataclass(frozen=True, slots=True)
class _Look:
    at: float
    settled: int


class Speed:
    """Remembers when how many were settled."""

    def __init__(self, ticks: Callable[[], float] = monotonic) -> None:
        self._lock = threading.Lock()
        self._ticks = ticks
        self._looks: OrderedDict[int, deque[_Look]] = OrderedDict()

    def words(self, issue_id: int, report: Report) -> str:
        """Say how fast an issue goes and how long it will take; empty while nobody can know."""
        oldest, newest = self._look(issue_id, settled(report))
        seconds, done = newest.at - oldest.at, newest.settled - oldest.settled
        if seconds < LEAST_SECONDS or not waiting(report):
            return ""
        if done <= 0:
            return f"Nobody in the last {int(seconds)} seconds" if seconds >= STILL_SECONDS else ""
        return f"{_rate(done / seconds)}, {_left(waiting(report) * seconds / done)}"

    def _look(self, issue_id: int, count: int) -> tuple[_Look, _Look]:
        with self._lock:
            looks = self._looks.setdefault(issue_id, deque(maxlen=MOST_LOOKS))
            self._looks.move_to_end(issue_id)
            if len(self._looks) > MOST_MAILINGS:
                self._looks.popitem(last=False)
            looks.append(_Look(self._ticks(), count))
            while looks[0].at < looks[-1].at - WINDOW_SECONDS:
                looks.popleft()
            return looks[0], looks[-1]


def _rate(per_second: float) -> str:
    return f"{per_second:,.0f} a second" if per_second >= 1 else f"{per_second * 60:,.0f} a minute"


def _left(seconds: float) -> str:
    words = span(timedelta(seconds=seconds))
    return f"about {words} left" if words else "less than a minute left"
