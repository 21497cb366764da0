"""The mailer: drains the ledger over the relay, by as many connections as it bears."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.letters.links import Links
from newsletter.mail.relays import Relay
from newsletter.mail.returnpath import NOWHERE, ReturnPath
from newsletter.mail.routes import Routes
from newsletter.mail.shift import Shift
from newsletter.mail.sole import only_mailer
from newsletter.mail.stationery import Stationery
from newsletter.mail.tally import Progress
from newsletter.mail.transactions import Patience
from newsletter.strongbox import Strongbox
from subscribers.tokens import Keyring


class Mailer:
    """Hands over what the ledger holds, and writes down what became of it."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        links: Links,
        relay: Relay | None,
        clock: Clock,
        *,
        worker_place: str,
        version: str = "",
        returns: ReturnPath = NOWHERE,
        progress: Callable[[Progress], None] | None = None,
        patience: Patience | None = None,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._database = database
        self._stationery = Stationery(keyring, links, returns)
        self._clock = clock
        self._place = worker_place
        self._version = version
        self._progress = progress
        self._strongbox = Strongbox.of(keyring)
        self._setting = relay
        self._patience = patience or Patience()
        self._tls_context = tls_context

    async def run_until_idle(self, stop: asyncio.Event | None = None) -> Progress:
        """Mail everything that can be mailed now, then return; sooner when *stop* is set, after what is on the wire.

        Waits out the leases of dead workers (at once on SQLite, half a minute on PostgreSQL). Does not wait for the later
        tries of deferred people, for paused mailings, for uncertain rows, nor for quiet hours and caps of the relays.

        Raises:
            RelayMissing: there is something to mail and no relay.
            RelayUnreachable: the relays took nothing for about a minute, or none of them can be used.
            WorkerRunning: another mailer has this SQLite database.

        """
        return await self._shift(stop or asyncio.Event(), ends_when_idle=True)

    async def run(self, stop: asyncio.Event) -> Progress:
        """Mail whatever comes until *stop* is set; then finish what is on the wire, give back the rest and return.

        A relay or database that is away is waited for, and so is a first relay. That there is none is said once in the log.

        Raises:
            WorkerRunning: another mailer has this SQLite database.

        """
        return await self._shift(stop, ends_when_idle=False)

    async def _shift(self, stop: asyncio.Event, *, ends_when_idle: bool) -> Progress:
        with self._alone():
            shift = Shift(
                self._database,
                self._clock,
                Routes(self._database, self._clock, self._strongbox, self._setting, self._patience, self._tls_context),
                self._stationery,
                place=self._place,
                version=self._version,
                stopping=stop,
                ends_when_idle=ends_when_idle,
                tell=self._progress,
            )
            return await shift.work()

    def _alone(self) -> AbstractContextManager[None]:
        path = self._database.path
        return nullcontext() if path is None else only_mailer(path, self._place)
