"""Carriers over real connections: each delivery comes to one end, and no relay keeps what another could take."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

import pytest

from newsletter.database import Database
from newsletter.letters.links import Links
from newsletter.mail import leases, mailings, relaybook
from newsletter.mail.breaker import OPENS_AFTER, BreakerState
from newsletter.mail.carrier import Carrier, Office
from newsletter.mail.compiled import CompiledLetter, Unwritable
from newsletter.mail.delivery import Delivery, DeliveryState
from newsletter.mail.limits import Limits
from newsletter.mail.objections import Objections
from newsletter.mail.relays import Relay, Tls
from newsletter.mail.routes import Routes
from newsletter.mail.scribe import Scribe
from newsletter.mail.stationery import Stationery
from newsletter.mail.tally import Tally
from newsletter.mail.transactions import Patience
from newsletter.mail.tray import Tray
from newsletter.strongbox import Strongbox
from subscribers.tokens import Keyring
from tests.harness import chaossmtp as chaos
from tests.harness import mailroom
from tests.harness.sink import Conversation, Reaction, Script, Sink, Step
from tests.newsletter.mail.conftest import Ledger

S = DeliveryState
T = TypeVar("T")

HASTE = Patience(greeting=60, mail=1, rcpt=1, data=1, block=1, dot=0.3, trouble=0.01, longest_trouble=0.05)


@dataclass
class Depot:
    """Carriers and all that they work with, without what feeds them."""

    book: Ledger
    office: Office
    crew: list[asyncio.Task[None]] = field(default_factory=list)

    async def add(self, relay: Relay) -> None:
        """Write a relay down, and take it up."""
        with self.book.database.write() as tx:
            relaybook.add(tx, relay, Strongbox.of(self.office.stationery.keyring), self.book.now)
        await self.office.routes.look()

    def hire(self, name: str, count: int = 1) -> None:
        """Set carriers to work."""
        self.crew += [asyncio.create_task(Carrier(self.office, name, number).work()) for number in range(count)]

    def claim(self, number: int = 0) -> tuple[Delivery, ...]:
        """Put everybody on the tray who can be claimed."""
        with self.book.database.write() as tx:
            claimed = leases.claim(tx, "one", self.book.now, 100, number)
        self.office.tray.put(claimed)
        return claimed

    async def settled(self) -> dict[str, DeliveryState]:
        """Wait until everybody has come to an end; gives how they stand."""
        await self.office.tray.emptied()
        await self.office.scribe.flushed()
        return self.book.states()

    async def close(self) -> None:
        """Let the carriers go home; they do not take their time."""
        self.office.stopping.set()
        self.office.tray.end()
        await asyncio.gather(*self.crew)


def at_work(book: Ledger, keyring: Keyring, act: Callable[[Depot], Awaitable[T]], patience: Patience = HASTE) -> T:
    """Do *act* with a depot that is open."""

    async def run() -> T:
        scribe, tray = Scribe(book.database, lambda: book.now, "one"), Tray()
        stationery = Stationery(keyring, Links("https://news.example.org"))
        letters: dict[int, CompiledLetter | Unwritable] = {}

        async def fetch(letter_id: int) -> CompiledLetter | Unwritable:
            with book.database.read() as tx:
                return letters.setdefault(letter_id, stationery.compile(mailings.load(tx, letter_id)))

        office = Office(
            routes=Routes(book.database, lambda: book.now, Strongbox.of(keyring), None, patience),
            stationery=stationery,
            scribe=scribe,
            tally=Tally(None, 0),
            clock=lambda: book.now,
            letters=letters,
            fetch=fetch,
            tray=tray,
            halted={},
            losses=Counter(),
            objections=defaultdict(Objections),
            stopping=asyncio.Event(),
        )
        depot = Depot(book, office)
        writing = asyncio.create_task(scribe.write_on())
        try:
            async with asyncio.timeout(30):
                return await act(depot)
        finally:
            async with asyncio.timeout(10):
                await depot.close()
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            await scribe.close()

    book.start("one")
    return asyncio.run(run())


@pytest.fixture
def book(sqlite_url: str, keyring: Keyring, now: datetime) -> Iterator[Ledger]:
    """Give a ledger with a letter for three people; on SQLite, because none of this is about the database."""
    database = Database(sqlite_url)
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem"))
    yield Ledger(database, room, now)
    database.close()


def relay_at(sink: Sink, name: str = "here", **more: object) -> Relay:
    """Give a sink as a relay."""
    return replace(Relay("127.0.0.1", sink.port, Tls.NONE, name=name, connections=1), **more)  # type: ignore[arg-type]


def carried(book: Ledger, keyring: Keyring, script: Script, extensions: tuple[str, ...]) -> tuple[dict[str, S], Sink]:
    """Let one carrier carry what there is, to a relay of this kind."""

    async def act(depot: Depot) -> tuple[dict[str, S], Sink]:
        async with Sink(script=script, extensions=extensions) as sink:
            await depot.add(relay_at(sink))
            depot.claim()
            depot.hire("here")
            states = await depot.settled()
            await depot.close()
        return states, sink

    return at_work(book, keyring, act)


ENDS = [
    *(
        (step, reaction)
        for step in ("mail", "rcpt", "data", "dot", "answer")
        for reaction in (chaos.close, chaos.reset, chaos.garble)
    ),
    *((step, chaos.saying("451 4.3.0 later")) for step in ("mail", "rcpt", "data", "dot")),
    *((step, chaos.saying("550 5.1.1 nobody")) for step in ("rcpt", "dot")),
    *((step, chaos.saying_and_closing("421 4.3.2 bye")) for step in ("connect", "mail", "rcpt", "data", "dot")),
    ("connect", chaos.close),
    ("answer", chaos.stall),
]


PIPELINED, CHUNKED, SINGLY = ("PIPELINING", "8BITMIME"), ("PIPELINING", "8BITMIME", "CHUNKING"), ("8BITMIME",)
CASES = [*((PIPELINED, *end) for end in ENDS), *((kind, *end) for kind in (CHUNKED, SINGLY) for end in ENDS[::3])]


@pytest.mark.parametrize(("extensions", "step", "reaction"), CASES)
def test_each_delivery_comes_to_one_end_whatever_the_relay_does(
    extensions: tuple[str, ...], step: str, reaction: Reaction, book: Ledger, keyring: Keyring
) -> None:
    """The shift waits for everybody it took in hand: one end too few would hang it, one too many would end it too early."""
    script = chaos.at(step, reaction, times=1, after=0 if step == "connect" else 1)
    states, sink = carried(book, keyring, script, extensions)
    standing = Counter(states.values())

    assert {S.LEASED, S.SENDING}.isdisjoint(standing)
    assert standing[S.ACCEPTED] >= 2
    assert len(sink.taken) == len({one.recipient for one in sink.taken}) <= standing[S.ACCEPTED] + standing[S.UNCERTAIN]


def test_connection_that_cannot_be_made_uses_up_no_permit(book: Ledger, keyring: Keyring) -> None:
    """A relay that is away for an hour is not to have spent its day when it comes back."""

    async def act(depot: Depot) -> dict[str, S]:
        async with Sink(script=chaos.at("connect", chaos.close, times=5)) as sink:
            await depot.add(relay_at(sink, limits=Limits(daily_cap=3)))
            tray = depot.office.tray
            filling = depot.office.routes.keep_up(depot.office.scribe, lambda: tray.has_some, lambda: None)
            keeping_up = asyncio.create_task(filling)
            depot.claim()
            depot.hire("here")
            states = await depot.settled()
            keeping_up.cancel()
            await asyncio.gather(keeping_up, return_exceptions=True)
            return states

    assert {S.ACCEPTED} == set(at_work(book, keyring, act).values())


def test_relay_that_does_not_greet_holds_nobody(book: Ledger, keyring: Keyring) -> None:
    """It may take a minute to give it up; the other relay has mailed everybody by then, and the end does not wait for it."""

    async def act(depot: Depot) -> tuple[int, int]:
        async with Sink(script=chaos.at("connect", chaos.stall)) as silent, Sink() as well:
            await depot.add(relay_at(silent, "silent", weight=1000, connections=3))
            depot.hire("silent", 3)
            depot.claim()
            while silent.connections < 3:  # noqa: ASYNC110 -- the sink is a server, it does not tell
                await asyncio.sleep(0.005)
            await depot.add(relay_at(well, "well"))
            depot.hire("well")
            await depot.settled()
            await depot.close()
            return len(silent.taken), len(well.taken)

    assert (0, 3) == at_work(book, keyring, act)


def test_relay_that_loses_every_answer_does_not_make_everybody_uncertain(book: Ledger, keyring: Keyring) -> None:
    """After some in a row it is left alone, and tried by one at a time."""
    for_ever = replace(HASTE, trouble=3600, longest_trouble=3600)

    async def act(depot: Depot) -> tuple[int, BreakerState]:
        async with Sink(script=chaos.at("answer", chaos.reset)) as sink:
            await depot.add(relay_at(sink))
            depot.hire("here")
            depot.claim()
            pace = depot.office.routes.pool.pace("here")
            while pace.state is not BreakerState.OPEN:  # noqa: ASYNC110 -- a breaker does not tell
                await asyncio.sleep(0.005)
            return len(sink.taken), pace.state

    assert (OPENS_AFTER, BreakerState.OPEN) == at_work(book, keyring, act, for_ever)


def test_relay_that_moves_gets_the_next_message_at_its_new_place(book: Ledger, keyring: Keyring) -> None:
    """An open connection to the old one is not used up first."""

    async def act(depot: Depot) -> tuple[int, int]:
        may_go_on = asyncio.Event()

        def script(step: Step) -> Reaction | None:
            return hold if step.name == "answer" else None

        async def hold(talk: Conversation) -> None:
            await may_go_on.wait()
            await talk.say_right()

        async with Sink(script=script) as old, Sink() as new:
            await depot.add(relay_at(old))
            # The second goes out behind the first, the third is offered only when that is answered.
            depot.hire("here")
            depot.claim()
            while not old.taken:  # noqa: ASYNC110 -- the sink is a server, it does not tell
                await asyncio.sleep(0.005)
            with depot.book.database.write() as tx:
                relaybook.change(tx, relay_at(new), Strongbox.of(keyring), depot.book.now)
            await depot.office.routes.look()
            may_go_on.set()
            await depot.settled()
            return len(old.taken), len(new.taken)

    # One was on the wire, and one rode behind it.
    assert (2, 1) == at_work(book, keyring, act)
