"""What a tick does about programs outside: tells them what happened, and forgets what was told long ago."""

import asyncio

from newsletter.bootstrap import Application
from newsletter.strongbox import Strongbox
from newsletter.webhooks import telling, tellingbook
from newsletter.webhooks.telling import Herald


async def tell(application: Application) -> int:
    """Tell every program what is due; gives how many messages were tried."""
    return await telling.tell(herald(application))


def herald(application: Application) -> Herald:
    """Give what telling needs of an application."""
    strongbox = Strongbox.of(application.keyring)
    return Herald(application.database, strongbox, application.fetch_policy, application.clock)


async def forget(application: Application) -> bool:
    """Forget some of what was told long ago; True when there may be more of it."""
    return await asyncio.to_thread(_forget, application)


def _forget(application: Application) -> bool:
    with application.database.read() as tx:
        if not tellingbook.has_old(tx, application.clock()):
            return False
    with application.database.write() as tx:
        return tellingbook.forget(tx, application.clock()) == tellingbook.BATCH
