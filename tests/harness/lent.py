"""Children for confined work that outlive their application in tests: one that is given back is lent to the next.

Every application has two of its own, and each loads what lays out letters or reads feeds before it answers, for a third of a
second. In a process that serves, it happens once.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from newsletter import confined
from newsletter.confined import Child

# After this many applications a child has grown, and another takes its place.
MOST_LOANS = 50
# Two of an application, and two of the one beside it.
MOST_IDLE = 4


class Lending:
    """Children that nobody has at the moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[confined._Running] = []
        self._loans: Counter[int] = Counter()
        self._start = confined._started  # noqa: SLF001 -- what starts the first ones

    def started(self) -> "confined._Running":
        """Give one that was given back, or a new one."""
        with self._lock:
            while self._idle:
                one = self._idle.pop()
                if one.process.poll() is None:
                    return one
                _dismiss(one)
        return self._start()

    def close(self, child: Child) -> None:
        """Take back what a child holds, which would end."""
        with child._lock:  # noqa: SLF001 -- in the place of its own method
            running, child._running = child._running, None  # noqa: SLF001 -- as above
        if running is None:
            return
        with self._lock:
            self._loans[running.process.pid] += 1
            if len(self._idle) < MOST_IDLE and self._loans[running.process.pid] < MOST_LOANS:
                self._idle.append(running)
                return
        _dismiss(running)

    def end(self) -> None:
        """End those that nobody has."""
        while self._idle:
            _dismiss(self._idle.pop())


def _dismiss(running: "confined._Running") -> None:
    confined._dismiss(running)  # noqa: SLF001 -- as a child does it itself


@contextmanager
def children() -> Iterator[None]:
    """Lend children from application to application while the block lasts."""
    lending = Lending()

    def close(child: Child) -> None:
        lending.close(child)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(confined, "_started", lending.started)
        patched.setattr(Child, "close", close)
        yield
    lending.end()


@contextmanager
def nobody() -> Iterator[None]:
    """Give each its own, which ends with it, while the block lasts: where that is what is tried."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(confined, "_started", _OWN_START)
        patched.setattr(Child, "close", _OWN_CLOSE)
        yield


_OWN_START, _OWN_CLOSE = confined._started, Child.close  # noqa: SLF001 -- before anybody lends
