"""The ways mail can go: keeps a mailer's relays in step with what is written of them, and their purses filled."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from newsletter.clock import Clock, monotonic
from newsletter.database import UNAVAILABLE, Database
from newsletter.errors import BadValue, NewsletterError, RelayMissing, RelayUnreachable, SealBroken
from newsletter.mail import allowances, lookout, relaybook, relaycheck
from newsletter.mail.lookout import Lookout
from newsletter.mail.pool import Pool
from newsletter.mail.relaybook import Entry
from newsletter.mail.relays import Relay, Tls
from newsletter.mail.scribe import Scribe
from newsletter.mail.transactions import Patience
from newsletter.strongbox import Strongbox

log = structlog.get_logger()

# What somebody changes in a relay holds after this, and permits are asked for twice in it. In seconds.
LOOK_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class Post:
    """A relay and how to speak to it."""

    relay: Relay
    patience: Patience
    tls_context: ssl.SSLContext


@dataclass(frozen=True, slots=True)
class _Unusable:
    """A relay that cannot be spoken to as it is written down, and why."""

    relay: Relay
    reason: str


class Routes:
    """All relays a mailer may use, how each is doing, and how to speak to it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        strongbox: Strongbox,
        setting: Relay | None,
        patience: Patience,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._strongbox = strongbox
        self._setting = setting
        self._patience = patience
        # In place of what is made for each relay.
        self._tls_context = tls_context
        self._posts: dict[str, Post] = {}
        # Of these the log has told.
        self._unusable: dict[str, _Unusable] = {}
        self._disabled: list[str] = []
        self._lookout = Lookout()
        self.pool = Pool((), patience.trouble, patience.longest_trouble)

    @property
    def posts(self) -> Mapping[str, Post]:
        """The relays that take mail, or did, by name."""
        return self._posts

    @property
    def connections(self) -> int:
        """How many connections all relays bear together."""
        return sum(relay.connections for relay in self.pool.relays.values())

    async def look(self) -> None:
        """Take over what is written of the relays now; a database that is away changes nothing."""
        try:
            known = await asyncio.to_thread(self._read)
        except UNAVAILABLE as error:
            log.warning("the relays cannot be read", reason=str(error))
            return
        entries = [entry for entry in known if entry.is_enabled]
        self._disabled = [entry.name for entry in known if not entry.is_enabled]
        looked_at = [await self._usable(entry) for entry in entries]
        usable = [relay for relay in looked_at if relay is not None]
        names = {entry.name for entry in entries} - {relay.name for relay in usable}
        self._unusable = {name: one for name, one in self._unusable.items() if name in names}
        if dict(self.pool.relays) != {relay.name: relay for relay in usable}:
            self.pool.update(usable)

    def why_none(self) -> NewsletterError:
        """Say why no relay takes mail, when none does."""
        if not self._unusable:
            return RelayMissing(self._disabled)
        names = " and ".join(str(one.relay) for one in self._unusable.values())
        return RelayUnreachable(names, "; ".join(one.reason for one in self._unusable.values()))

    async def fill(self, scribe: Scribe, *, has_mail: bool) -> None:
        """Ask the allowances for what limited relays may be given next, and give back what came to nothing."""
        orders = self.pool.orders(has_mail=has_mail)
        if not orders:
            return
        asked_at = monotonic()
        try:
            granted = await scribe.run(lambda tx: allowances.serve(tx, orders, self._clock()))
        except UNAVAILABLE as error:
            log.warning("the allowances of the relays cannot be read", reason=str(error))
            return
        self.pool.fill(granted, asked_at)

    async def report(self, scribe: Scribe) -> None:
        """Tell a person of relays that take no mail, and of those that do again."""
        self.pool.show()
        news = self._lookout.news(self.pool)
        if not news:
            return
        try:
            await scribe.run(lambda tx: lookout.write(tx, news, self._clock()))
        except UNAVAILABLE:
            # The scribe says so; this is told at the next look.
            return
        self._lookout.note(news)

    async def keep_up(self, scribe: Scribe, has_mail: Callable[[], bool], changed: Callable[[], None]) -> None:
        """Look and fill again and again, until cancelled; *changed* is called behind each look."""
        while True:
            await self.look()
            changed()
            await self.report(scribe)
            for _ in range(2):
                await self.fill(scribe, has_mail=has_mail())
                await asyncio.sleep(LOOK_EVERY)

    def _read(self) -> tuple[Entry, ...]:
        with self._database.read() as tx:
            return relaybook.entries(tx, self._setting)

    async def _usable(self, entry: Entry) -> Relay | None:
        """Give a relay with all that is needed to speak to it; None, with a word in the log, when something is broken."""
        known = self._posts.get(entry.name)
        try:
            relay = relaybook.opened(entry, self._strongbox)
            if known is None or known.relay != relay:
                context = await asyncio.to_thread(_trust, relay)
                self._posts[entry.name] = Post(
                    relay, relaycheck.patience_of(relay, self._patience), self._tls_context or context
                )
        except (BadValue, SealBroken) as error:
            # The others go on.
            found = _Unusable(entry.relay, str(error))
            if self._unusable.get(entry.name) != found:
                log.warning("a relay cannot be used", relay=entry.name, reason=found.reason)
                self._unusable[entry.name] = found
            return None
        return relay


def _trust(relay: Relay) -> ssl.SSLContext:
    if relay.tls is Tls.NONE:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Reads the system's certificates, some hundred files.
    return relaycheck.trust(relay)
