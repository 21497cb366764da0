"""How often a program may ask: a bucket for each key that fills again with time, in the memory of this process."""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.clock import monotonic

# Of keys, and of networks that come with a wrong one, at once: the ones last heard of.
MOST_KNOWN = 2_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second after that."""

    name: str
    burst: int
    per_second: float

    @property
    def policy(self) -> str:
        """As a header says it (draft-ietf-httpapi-ratelimit-headers)."""
        return f'"{self.name}";q={self.burst};w={round(self.burst / self.per_second)}'


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a rate after one more request."""

    requests: int
    # Seconds until there is room again; 0: there is some.
    wait: int


# A sync of 600 people at once goes through; a loop that forgot to sleep is told.
OF_KEY = Rate("key", 600, 10.0)
# Without a good key: a mistyped one is tried a few times, and nobody tries all of them.
OF_STRANGER = Rate("stranger", 60, 0.5)


class Rates:
    """Counts what was asked, by whose it was."""

    def __init__(self, rate: Rate, ticks: Callable[[], float] = monotonic) -> None:
        self.rate = rate
        self._ticks = ticks
        self._lock = threading.Lock()
        # How full each bucket was, and when.
        self._known: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, whose: str) -> Left:
        """Count one more request; one for which there is no room is not counted."""
        now = self._ticks()
        with self._lock:
            full, at = self._known.get(whose, (float(self.rate.burst), now))
            full = min(float(self.rate.burst), full + (now - at) * self.rate.per_second)
            has_room = full >= 1
            self._known[whose] = (full - 1 if has_room else full, now)
            self._known.move_to_end(whose)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        if has_room:
            return Left(int(full - 1), 0)
        return Left(0, max(1, math.ceil((1 - full) / self.rate.per_second)))
