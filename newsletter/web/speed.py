"""How fast a mailing goes: measured between the looks that people take at it."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from newsletter.clock import monotonic
from newsletter.languages.catalogue import Words
from newsletter.mail.delivery import Report
from newsletter.web.reports import settled, waiting
from newsletter.web.spelled import ENGLISH_WORDS, Unit, measured

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

    def words(self, issue_id: int, report: Report, words: Words = ENGLISH_WORDS) -> str:
        """Say how fast an issue goes and how long it will take; empty while nobody can know."""
        oldest, newest = self._look(issue_id, settled(report))
        seconds, done = newest.at - oldest.at, newest.settled - oldest.settled
        if seconds < LEAST_SECONDS or not waiting(report):
            return ""
        if done <= 0:
            return _nobody(int(seconds), words) if seconds >= STILL_SECONDS else ""
        return words.beside([_rate(done / seconds, words), _left(waiting(report) * seconds / done, words)])

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


def _nobody(seconds: int, words: Words) -> str:
    return words.ngettext("Nobody in the last %(num)s second", "Nobody in the last %(num)s seconds", seconds)


def _rate(per_second: float, words: Words) -> str:
    if per_second >= 1:
        return words.ngettext("%(num)s a second", "%(num)s a second", round(per_second))
    return words.ngettext("%(num)s a minute", "%(num)s a minute", round(per_second * 60))


def _left(seconds: float, words: Words) -> str:
    length = timedelta(seconds=seconds)
    if length < timedelta(minutes=1):
        return words.gettext("less than a minute left")
    unit, count = measured(length)
    if unit is Unit.MINUTE:
        return words.ngettext("about %(num)s minute left", "about %(num)s minutes left", count)
    if unit is Unit.HOUR:
        return words.ngettext("about %(num)s hour left", "about %(num)s hours left", count)
    return words.ngettext("about %(num)s day left", "about %(num)s days left", count)
