"""Asks how the instance stands, seldom and never for long, and tells it with what this process has counted.

Whoever collects asks every few seconds, perhaps several at once, and a database that is away is the moment when they need an
answer most: what this process knows is told at once, and the database is asked by one thread at a time.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from importlib.metadata import PackageNotFoundError, version

import structlog

from newsletter.clock import Clock, monotonic
from newsletter.database import Database, DatabaseFault
from newsletter.errors import TookTooLong
from newsletter.mail.relays import Relay
from newsletter.meters import METERS
from newsletter.watching import exposition, stock
from newsletter.watching.exposition import Page
from newsletter.watching.readings import BUILD, DATABASE_UP, Reading, told
from newsletter.watching.stock import Stock

log = structlog.get_logger()

# What was asked for is told again for so long. In seconds.
FRESH = 5.0
# Prometheus waits 10 seconds for an answer. Of the whole, and of one statement.
PATIENCE = 4.0
LONGEST_STATEMENT = 2.0


class Watch:
    """Tells how the instance and this process stand."""

    def __init__(self, database: Database, setting: Relay | None, clock: Clock) -> None:
        self._database = database
        self._setting = setting
        self._clock = clock
        self._turn = threading.Lock()
        self._asked: Future[Stock | None] | None = None
        self._asked_at = 0.0

    def page(self) -> Page:
        """Write everything down for whoever collects."""
        return exposition.page(self._readings(), METERS)

    def _readings(self) -> Iterator[Reading]:
        found = self._stock()
        yield Reading(BUILD, {(_version(),): 1.0})
        yield Reading(DATABASE_UP, {(): float(found is not None)})
        if found is not None:
            yield from told(found)

    def _stock(self) -> Stock | None:
        """Give how the instance stands; None where the database does not say so in time."""
        with self._turn:
            if self._asked is None or (self._asked.done() and monotonic() - self._asked_at > FRESH):
                self._asked, self._asked_at = Future(), monotonic()
                # One that hangs in a connection must not hold up the end of the process.
                threading.Thread(target=self._ask, args=(self._asked,), name="metrics", daemon=True).start()
            asked = self._asked
        try:
            return asked.result(PATIENCE)
        except NotInTime:
            return None

    def _ask(self, answer: "Future[Stock | None]") -> None:
        try:
            with self._database.read(LONGEST_STATEMENT) as tx:
                answer.set_result(stock.take(tx, self._database, self._setting, self._clock()))
        except (DatabaseFault, TookTooLong, OSError) as error:
            log.warning("how the instance stands cannot be asked", reason=str(error))
            answer.set_result(None)
        except BaseException as error:
            answer.set_exception(error)
            raise


def _version() -> str:
    try:
        return version("newsletter")
    except PackageNotFoundError:
        return "unknown"
