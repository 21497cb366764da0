"""A house with a newsletter, and a program outside that is told what happens there."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from newsletter.database import Database
from newsletter.instance import claim_instance
from newsletter.issues.model import Newsletter
from newsletter.outbound import FetchPolicy
from newsletter.strongbox import Strongbox
from newsletter.webhooks import hookbook, signing, telling, tellingbook
from newsletter.webhooks.hookbook import Wanted
from newsletter.webhooks.model import Hook, Telling
from newsletter.webhooks.telling import Herald
from subscribers.outcomes import Confirmed
from subscribers.tokens import Keyring
from tests.harness.hooked import Listener
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join
from tests.newsletter.web.conftest import Hands

# Tests reach only what the product may not: loopback.
POLICY = FetchPolicy(allow_loopback=True, seconds=5)


@dataclass
class Outside:
    """Programs, and who tells them."""

    database: Database
    keyring: Keyring
    clock: Hands
    newsletter: Newsletter
    herald: Herald
    listener: Listener = field(repr=False)

    @property
    def strongbox(self) -> Strongbox:
        """What opens their secrets."""
        return self.herald.strongbox

    def hook(self, name: str = "crm", **wishes: object) -> Hook:
        """Begin to tell a program; without a wish, everything."""
        usual = Wanted(name, f"{self.listener.origin}/in", None, (), shows_addresses=False)
        wanted = replace(usual, **wishes)  # type: ignore[arg-type]
        with self.database.write() as tx:
            return hookbook.add(tx, wanted, None, self.herald.policy, self.strongbox, self.clock(), "ann")

    def forward(self, span: timedelta) -> None:
        """Let time go by."""
        self.clock.moment += span

    def hasty(self, seconds: float = 0.2) -> None:
        """Wait no longer than so for an answer."""
        self.herald = replace(self.herald, policy=replace(self.herald.policy, seconds=seconds))

    def secret(self, hook: Hook) -> str:
        """Give what the receiver was handed."""
        with self.database.read() as tx:
            return signing.spelled(hookbook.secrets_of(tx, hook.id, self.strongbox, self.clock())[0])

    def join(self, address: str = "ben@example.org") -> Confirmed:
        """Let somebody join the newsletter's list."""
        with self.database.write() as tx:
            return join(tx, self.keyring, self.newsletter.list_id, address, self.clock())

    def tell(self) -> int:
        """Tell what is due; gives how many messages were tried."""
        return asyncio.run(telling.tell(self.herald))

    def known(self, hook: Hook) -> Hook:
        """Give a program as it is now."""
        with self.database.read() as tx:
            return hookbook.by_id(tx, hook.id)

    def log(self, hook: Hook) -> list[Telling]:
        """Give what a program was told, the first first."""
        with self.database.read() as tx:
            return list(reversed(tellingbook.page(tx, hook.id, None, 10_000)))


@pytest.fixture
def outside(database: Database, keyring: Keyring, now: datetime) -> Iterator[Outside]:
    """Give a newsletter, and a program that answers as told."""
    clock = Hands(now)
    with database.write() as tx:
        claim_instance(tx, keyring.key_check, now)
        newsletter = a_newsletter(tx)
    herald = Herald(database, Strongbox.of(keyring), POLICY, clock)
    with Listener() as listener:
        yield Outside(database, keyring, clock, newsletter, herald, listener)
