"""Who has an issue open right now, and what in it, whatever process and machine each of them is served by.

Each window says every 20 seconds where it is. That is kept in memory, and written down for other processes at most every five
seconds, for all windows of this one together: SQLite has one writer at a time, and a courtesy must not hold up a mailing. What
cannot be written at once waits for the next word of any window. Whoever saves second is told all the same.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from newsletter.database import Database, DatabaseFault
from newsletter.staff import windows
from newsletter.staff.windows import Key, Window
from newsletter.writers import DatabaseBusy

log = structlog.get_logger()

# After which somebody who said nothing is gone; pages say that they are open three times as often.
GONE_AFTER = timedelta(seconds=60)

# What is written down anew, though nothing changed: so often that no other process takes somebody for gone.
EVERY = timedelta(seconds=20)
# Between two writes of one process, whatever changed meanwhile.
LEAST = timedelta(seconds=5)

# Windows that are open at once, in one process and of one person; more are a bug, and are not seen.
MOST_WINDOWS = 2_000
MOST_OF_ONE = 50

# Of the name that a window gives itself.
LONGEST_WINDOW = 64


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody who has an issue open."""

    account_id: int
    name: str
    place: str


class Presence:
    """One for each process that serves pages."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        # One that writes at a time.
        self._writing = threading.Lock()
        self._windows: dict[Key, Window] = {}
        # Said since the last write, and of these what no other process knows.
        self._said: set[Key] = set()
        self._news: set[Key] = set()
        self._closed: dict[Key, datetime] = {}
        self._written_at: datetime | None = None

    def enter(self, window: Window) -> tuple[Here, ...]:
        """Note where a window is; gives who else has its issue open, where each of their windows is."""
        key, now = window.key, window.seen_at
        with self._lock:
            self._forget(now)
            before = self._windows.get(key)
            if before is not None or self._has_room(key):
                self._windows[key] = window
                self._closed.pop(key, None)
                self._said.add(key)
                if before is None or (before.issue_id, before.place) != (window.issue_id, window.place):
                    self._news.add(key)
        self._write(now)
        return self.others(window.issue_id, now, but=key)

    def leave(self, key: Key, now: datetime) -> None:
        """Note that a window was closed."""
        with self._lock:
            self._forget(now)
            self._windows.pop(key, None)
            self._said.discard(key)
            if len(self._closed) < MOST_WINDOWS:
                self._closed[key] = now
                self._news.add(key)
        self._write(now)

    def others(self, issue_id: int, now: datetime, but: Key | None = None) -> tuple[Here, ...]:
        """Give who has an issue open, in whichever process, each place of theirs once."""
        with self._database.read() as tx:
            elsewhere = windows.at_issue(tx, issue_id, now - GONE_AFTER)
        with self._lock:
            self._forget(now)
            found = _latest([*elsewhere, *self._windows.values()], self._closed)
        there = {Here(one.key.account_id, one.name, one.place) for one in found if one.issue_id == issue_id and one.key != but}
        return tuple(sorted(there, key=lambda one: (one.name, one.place)))

    def _has_room(self, key: Key) -> bool:
        of_theirs = sum(one.account_id == key.account_id for one in self._windows)
        return len(self._windows) < MOST_WINDOWS and of_theirs < MOST_OF_ONE

    def _forget(self, now: datetime) -> None:
        since = now - GONE_AFTER
        self._windows = {key: one for key, one in self._windows.items() if one.seen_at >= since}
        self._closed = {key: at for key, at in self._closed.items() if at >= since}
        self._said &= self._windows.keys()
        self._news &= self._windows.keys() | self._closed.keys()

    def _write(self, now: datetime) -> None:
        """Tell other processes what they do not know, if it is time to."""
        if not self._writing.acquire(blocking=False):
            return
        try:
            with self._lock:
                if not self._is_due(now):
                    return
                # Also where it cannot be written: a database that is busy is not asked again at once.
                self._written_at = now
                said, news = [self._windows[key] for key in self._said], set(self._news)
                closed = [key for key in self._closed if key in news]
            self._keep(said, closed, now)
            with self._lock:
                kept = {one.key: one.seen_at for one in said}
                self._said = {key for key in self._said if self._windows[key].seen_at != kept.get(key)}
                self._news = {key for key in self._news if key not in news or key in self._said}
        except (DatabaseBusy, DatabaseFault) as error:
            log.debug("who is here is written down later", reason=type(error).__name__)
        finally:
            self._writing.release()

    def _is_due(self, now: datetime) -> bool:
        if self._written_at is None:
            return bool(self._said or self._news)
        # However far the clock of this machine was set back.
        since = abs(now - self._written_at)
        return bool((self._news and since >= LEAST) or (self._said and since >= EVERY))

    def _keep(self, said: list[Window], closed: list[Key], now: datetime) -> None:
        if not self._database.is_sqlite:
            with self._database.write() as tx:
                windows.note(tx, said)
                windows.forget(tx, closed, now - GONE_AFTER)
            return
        writer = self._database.hasty_writer()
        try:
            with writer.write() as tx:
                windows.note(tx, said)
                windows.forget(tx, closed, now - GONE_AFTER)
        finally:
            writer.close()


def _latest(found: Iterable[Window], closed: Mapping[Key, datetime]) -> list[Window]:
    """Give each window as it was last, without those that were closed since."""
    known: dict[Key, Window] = {}
    for one in found:
        before = known.get(one.key)
        if before is None or before.seen_at <= one.seen_at:
            known[one.key] = one
    return [one for key, one in known.items() if key not in closed or closed[key] < one.seen_at]
