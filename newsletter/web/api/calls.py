"""One request of a program, vetted: who asks, when, and the transactions in which it is answered."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from newsletter.bootstrap import Application
from newsletter.issues import authors, newsletters
from newsletter.staff import repeats
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Actor, Permission
from newsletter.staff.repeats import Named
from newsletter.web.api.gate import CALLER, Caller
from newsletter.web.api.landing import COMING, Coming, Landed
from newsletter.web.visits import Site
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Call:
    """What an endpoint is given."""

    site: Site
    actor: Actor
    now: datetime
    # What the caller calls this request, where it may come twice.
    named: Named | None = None

    @property
    def application(self) -> Application:
        """The open application."""
        return self.site.application

    @contextmanager
    def reading(self, within: float | None = None) -> Iterator[Transaction]:
        """Give a transaction that only reads, *within* so many seconds, as `Database.read` does."""
        with self.application.database.read(within) as tx:
            yield tx

    @contextmanager
    def acting(self) -> Iterator[Acting]:
        """Give a transaction that may write, in the name of whoever asks; with it stands that the request was done."""
        with self.application.database.write() as tx:
            authors.sign(tx, self.actor.name)
            if self.named is not None:
                repeats.note_done(tx, self.named, self.site.wall())
            yield Acting(tx, self.actor, self.now)

    def newsletters(self, permission: Permission) -> frozenset[int] | None:
        """Give the newsletters in which it is allowed; None: in all of them."""
        return self.actor.newsletters(permission)

    def lists(self, tx: Transaction, permission: Permission = Permission.MANAGE_PEOPLE) -> frozenset[int] | None:
        """Give the lists of these newsletters; None: all lists, those that no newsletter goes to included."""
        own = self.newsletters(permission)
        if own is None:
            return None
        return frozenset(one.list_id for one in newsletters.all_newsletters(tx) if one.id in own)


def _call(request: Request) -> Call:
    caller: Caller = request.scope[CALLER]
    site: Site = request.app.state.site
    return Call(site, caller.actor, site.application.clock(), caller.named)


Calling = Annotated[Call, Depends(_call)]


async def _brought(request: Request) -> AsyncIterator[Landed]:
    coming: Coming = request.scope[COMING]
    async with coming.take() as landed:
        yield landed


# The body of an address below `/files`, whole and on the disk, until the answer is given.
Brought = Annotated[Landed, Depends(_brought)]
