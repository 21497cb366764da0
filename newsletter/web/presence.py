"""Who has a text open right now, in the memory of this process: a courtesy, on which nothing rests.

With several web processes somebody at another one is not seen. Whoever saves second is told all the same.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.clock import monotonic

# Seconds after which somebody who said nothing is gone; pages say that they are open three times as often.
GONE_AFTER = 60.0

# Windows that are open at once; more are a bug, and are not seen.
MOST_WINDOWS = 2_000

# Of the name that a window gives itself.
LONGEST_WINDOW = 64


@dataclass(frozen=True, slots=True)
class _Seen:
    name: str
    until: float


class Presence:
    """Remembers which windows have which article open."""

    def __init__(self, ticks: Callable[[], float] = monotonic) -> None:
        self._lock = threading.Lock()
        self._ticks = ticks
        self._windows: dict[tuple[int, str], _Seen] = {}

    def enter(self, article_id: int, window: str, name: str) -> tuple[str, ...]:
        """Note that a window of *name* has an article open; gives who else has, each once."""
        with self._lock:
            self._forget()
            place = (article_id, window[:LONGEST_WINDOW])
            if place in self._windows or len(self._windows) < MOST_WINDOWS:
                self._windows[place] = _Seen(name, self._ticks() + GONE_AFTER)
            return self._others(article_id, place[1])

    def others(self, article_id: int) -> tuple[str, ...]:
        """Give who has an article open."""
        with self._lock:
            self._forget()
            return self._others(article_id, "")

    def leave(self, article_id: int, window: str) -> None:
        """Note that a window was closed."""
        with self._lock:
            self._windows.pop((article_id, window[:LONGEST_WINDOW]), None)

    def _others(self, article_id: int, window: str) -> tuple[str, ...]:
        found = (one.name for (article, other), one in self._windows.items() if article == article_id and other != window)
        return tuple(sorted(set(found)))

    def _forget(self) -> None:
        now = self._ticks()
        self._windows = {place: one for place, one in self._windows.items() if one.until > now}
