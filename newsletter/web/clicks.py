"""Clicks on their way into the database: kept in memory for some seconds, told apart, and written down together.

A redirect writes nothing itself, so it is as quick while a mailing has the database as at any other time.
"""

import hmac
import secrets
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from newsletter.clock import Clock, system_clock
from newsletter.database import Database, DatabaseFault
from newsletter.mail.clicking import BURST_WITHIN, Click, machines
from newsletter.people import clicking
from newsletter.writers import DatabaseBusy

log = structlog.get_logger()

# Seconds between two times that clicks are looked through.
EVERY = 1.0

# A click is judged when everything that could belong to the same burst is there. So it waits for five seconds at most, and
# is lost with a process that is killed within them.
REST = 2 * BURST_WITHIN

# More than these are followed and not counted, so that neither a flood nor a database that is away for long fills the memory:
# some ten megabytes.
MOST_WAITING = 50_000

# So many are written down in one transaction: nobody waits long for it.
BATCH = 2_000


class Clicks:
    """One for each process; whoever serves pages lets it run beside them."""

    def __init__(self, database: Database, wall: Clock = system_clock) -> None:
        self._database = database
        self._wall = wall
        # Known to this process alone, and gone with it: nobody can tell later who a caller was.
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        # One that writes at a time.
        self._writing = threading.Lock()
        self._waiting: list[Click] = []
        # Written down already, and kept for the sake of those that come a moment later.
        self._judged: list[Click] = []
        self._stopped = threading.Event()
        self._is_full = False

    def caller(self, network: str, agent: str) -> bytes:
        """Give what tells a caller from others for some seconds."""
        return hmac.digest(self._key, f"{network}\n{agent}".encode("utf-8", "surrogateescape"), "sha256")[:16]

    def take(self, click: Click) -> bool:
        """Count a click; False: there are too many, and this one is not counted."""
        with self._lock:
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(click)
                return True
            was_full, self._is_full = self._is_full, True
        if not was_full:
            log.warning("too many clicks wait to be written down; those that come now lead on and are not counted")
        return False

    def settle(self, until: datetime | None = None) -> int:
        """Write down what came before *until* (None: as long ago as a burst lasts); gives how many clicks.

        What cannot be written now, because the database is busy or away, waits for the next time.
        """
        before = until or self._wall() - REST
        written = 0
        with self._writing:
            while batch := self._due(before):
                try:
                    self._write(batch)
                except (DatabaseBusy, DatabaseFault) as error:
                    log.warning("clicks cannot be written down now", clicks=len(self._waiting), reason=type(error).__name__)
                    break
                written += len(batch)
        return written

    def run(self) -> None:
        """Write down what there is, again and again, until it is stopped; then all the rest."""
        while not self._stopped.wait(EVERY):
            self._settle_at_the_door()
        self._settle_at_the_door(self._wall() + REST)

    def stop(self) -> None:
        """End, and write down what there is."""
        self._stopped.set()

    def _settle_at_the_door(self, until: datetime | None = None) -> None:
        try:
            self.settle(until)
        except Exception:
            # A door: whatever it is, the next clicks are counted again.
            log.exception("clicks could not be written down")

    def _due(self, before: datetime) -> Sequence[Click]:
        with self._lock:
            return [one for one in self._waiting if one.wall <= before][:BATCH]

    def _write(self, batch: Sequence[Click]) -> None:
        with self._lock:
            around = [*self._judged, *self._waiting]
        found = {id(one): is_machine for one, is_machine in zip(around, machines(around), strict=True)}
        with self._database.write() as tx:
            clicking.keep(tx, batch, [found[id(one)] for one in batch])
        done = {id(one) for one in batch}
        with self._lock:
            self._waiting = [one for one in self._waiting if id(one) not in done]
            self._is_full = False
            horizon = max(one.wall for one in batch) - timedelta(seconds=1) - BURST_WITHIN
            self._judged = [one for one in (*self._judged, *batch) if one.wall >= horizon]
