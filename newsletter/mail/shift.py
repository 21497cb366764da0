"""One run of the mailer: a worker with an identity of its own, its connections, and what feeds them."""

import asyncio
import gc
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import structlog

from newsletter import failpoints
from newsletter.clock import Clock, SteadyClock, monotonic
from newsletter.database import UNAVAILABLE, Database
from newsletter.errors import RelayUnreachable
from newsletter.mail import dispatch, dkimkeys, mailings, roster, workers
from newsletter.mail.carrier import Office
from newsletter.mail.compiled import CompiledLetter, Unwritable
from newsletter.mail.crew import Crew
from newsletter.mail.delivery import NO_ANSWER, Delivery, DeliveryState, Outcome, Phase, Reply, Verdict
from newsletter.mail.dkim import Signer
from newsletter.mail.message import Facts
from newsletter.mail.objections import Objections
from newsletter.mail.pace import wait_for
from newsletter.mail.routes import Routes
from newsletter.mail.scribe import LedgerSilent, Scribe
from newsletter.mail.stationery import Stationery
from newsletter.mail.tally import Progress, Tally
from newsletter.mail.tray import Tray
from newsletter.strongbox import Strongbox
from subscribers.transaction import Transaction

log = structlog.get_logger()

T = TypeVar("T")

# A tray that is not low after this holds more than goes at the pace of now. In seconds.
NEVER_LOW = 2.0

# How often an idle mailer looks for work, in seconds.
POLL = 0.5

# How often one that is to end asks a database that cannot be written at its start, and how long it waits in between at most:
# two thirds of a minute in all.
MOST_TRIES = 12
LONGEST_POLL = 5.0

# What a stopping mailer gives its connections to finish the message in hand, in seconds.
DRAIN = 30.0
# And the ledger to take the last outcomes.
LAST_WORDS = 10.0

# A shift that ends when idle does not wait longer than this for a relay's quiet hours or its daily cap, in seconds.
LONGEST_REST = 60.0

# Compiled letters kept in memory; an issue is one, notices come one by one.
KEPT_LETTERS = 16


class Shift:
    """A worker from its start to its end; every shift is a new one."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        routes: Routes,
        stationery: Stationery,
        *,
        place: str,
        version: str,
        stopping: asyncio.Event,
        ends_when_idle: bool,
        tell: Callable[[Progress], None] | None,
    ) -> None:
        self._database = database
        # One that is not set back under a mailing: whoever was planned for nine does not wait for nine once more.
        self._clock = SteadyClock(clock)
        self._routes = routes
        self._stationery = stationery
        self._place = place
        self._version = version
        self._told_to_stop = stopping
        self._ends_when_idle = ends_when_idle
        self._tell = tell
        self._worker_id = uuid.uuid4().hex
        self._strongbox = Strongbox.of(stationery.keyring)
        self._letters: dict[int, CompiledLetter | Unwritable] = {}
        self._fetching = asyncio.Lock()
        self._claims = 0
        self._has_news = True
        # A claim whose answer was lost may have been written: then there are rows in our name that we do not know.
        self._has_lost_claim = False
        # Told to finish what it holds and to claim nothing more, as far as it has heard.
        self._is_drained = False
        self._rests_for = 0.0
        self._scribe = Scribe(database, self._clock, self._worker_id)
        self._tray = Tray()
        self._ending = asyncio.Event()
        self._crew = Crew()

    async def work(self) -> Progress:
        """Mail until told to stop, or until there is nothing left.

        Raises:
            RelayUnreachable: in a shift that ends when idle, no relay took mail for about a minute, or none can be used.
            RelayMissing: in such a shift, all relays were taken away.

        """
        # What is there by now stays: the collector went through all of it again and again, a tenth of a mailing's work.
        gc.freeze()
        waiting = await self._begin()
        if waiting is None:
            await self._scribe.close()
            return Tally(self._tell, 0).progress()
        await self._routes.look()
        tally = Tally(self._tell, waiting)
        office = self._office(tally)
        self._crew.hire(office)
        feeding = asyncio.create_task(self._feed())
        keeping_up = self._routes.keep_up(self._scribe, lambda: self._tray.has_some, lambda: self._crew.hire(office))
        others = [asyncio.create_task(one) for one in (self._keep_alive(), self._watch(), keeping_up)]
        writing = asyncio.create_task(self._scribe.write_on())
        try:
            await _first_end([feeding, *others, writing, self._crew.failure])
            await self._wind_up()
        finally:
            await _cancel([feeding, *self._crew.tasks, *others])
            await self._end(writing)
            tally.tell()
        return replace(tally.progress(), rests_for=self._rests_for)

    def _office(self, tally: Tally) -> Office:
        return Office(
            routes=self._routes,
            stationery=self._stationery,
            scribe=self._scribe,
            tally=tally,
            clock=self._clock,
            letters=self._letters,
            fetch=self._fetch,
            tray=self._tray,
            halted={},
            losses=Counter(),
            objections=defaultdict(Objections),
            stopping=self._ending,
        )

    async def _begin(self) -> int | None:
        """Register, take back what dead workers held, and count what waits; None when told to stop before that."""
        tries = 0
        while True:
            try:
                return await self._scribe.run(self._register)
            except UNAVAILABLE as error:
                tries += 1
                if self._ends_when_idle and tries >= MOST_TRIES:
                    raise
                log.warning("the ledger cannot be written", reason=str(error))
                if await wait_for(self._told_to_stop, min(tries * POLL, LONGEST_POLL)):
                    return None

    def _register(self, tx: Transaction) -> int:
        # The clock may have been set back before this worker started.
        self._clock.reach(mailings.newest_plan(tx))
        now = self._clock()
        workers.register(tx, self._worker_id, self._place, now, self._version)
        self._note(workers.rescue(tx, self._worker_id, now))
        return mailings.waiting(tx)

    async def _feed(self) -> None:
        is_idle = False
        while not self._ending.is_set():
            try:
                if is_idle and await self._is_done():
                    return
                # An idle mailer asks by reading: an empty claim is a commit all the same.
                is_idle = (
                    self._stands_aside()
                    or (self._is_drained and await self._hear())
                    or (is_idle and not (await self._outstanding()).is_ready)
                    or not await self._claim()
                )
            except (LedgerSilent, *UNAVAILABLE) as error:
                log.warning("the ledger cannot be read", reason=str(error))
                await wait_for(self._ending, POLL)

    async def _claim(self) -> bool:
        """Lease the next deliveries when few are left; False when there are none."""
        if not await self._is_low():
            return True
        if self._ending.is_set() or not self._routes.pool.relays:
            return False
        self._claims += 1
        try:
            claimed = await self._scribe.claim(self._tray.ahead, self._claims)
        except LedgerSilent:
            self._has_lost_claim = True
            raise
        self._has_news = self._has_news or bool(claimed)
        self._tray.put(claimed)
        for _ in claimed:
            failpoints.hit("lease.claimed")
        if not claimed:
            await self._hear()
        return bool(claimed)

    async def _hear(self) -> bool:
        """Ask whether this worker is drained, and say it when that has changed."""
        is_drained = await self._read(lambda tx: roster.is_drained(tx, self._worker_id))
        if is_drained is not self._is_drained:
            log.warning(
                "drained: nothing more is claimed" if is_drained else "drained no more: claims again", place=self._place
            )
        self._is_drained = is_drained
        return is_drained

    async def _is_low(self) -> bool:
        """Wait until few are left; give back what was claimed for a faster pace, so that nothing urgent waits behind it."""
        try:
            async with asyncio.timeout(NEVER_LOW):
                await self._tray.low()
        except TimeoutError:
            self._give_back(self._tray.surplus())
            return False
        return True

    def _stands_aside(self) -> bool:
        """Give back who waits while no relay takes anything from here: it may do so from another host."""
        if self._database.is_sqlite:
            return False
        if not self._scribe.is_through:
            # A database that hangs keeps the connections waiting, too: that says nothing of the relays.
            self._tray.touch()
        is_aside = self._routes.pool.is_down or self._crew.is_stuck(self._tray.untouched)
        if is_aside and self._tray.has_some:
            log.info("no relay takes anything from here: who waits is left to other hosts", place=self._place)
            self._give_back(self._tray.surplus(everything=True))
        return is_aside

    def _give_back(self, deliveries: Sequence[Delivery]) -> None:
        untouched = Verdict(DeliveryState.PENDING, not_before=self._clock(), burns_attempt=False)
        for delivery in deliveries:
            self._scribe.settle(Outcome(delivery, untouched, Reply(Phase.MAIL, NO_ANSWER, "", "")))

    async def _is_done(self) -> bool:
        """Wait a moment for those in hand; True when nothing is left that this shift has to wait for."""
        try:
            async with asyncio.timeout(POLL):
                await self._tray.emptied()
                await self._scribe.flushed()
        except TimeoutError:
            return False
        if self._has_lost_claim:
            # Nothing is in hand now, so whatever else is in our name came by that claim.
            self._note(await self._scribe.run(lambda tx: workers.recall(tx, self._worker_id, self._clock())))
            self._has_lost_claim = False
        if self._has_news:
            await self._scribe.run(lambda tx: dispatch.finish(tx, self._clock()))
            self._has_news = False
        left = await self._outstanding()
        if self._ends_when_idle and (left.is_nothing or self._is_drained):
            return True
        if self._ends_when_idle and left.is_held:
            await self._rescue()
        await wait_for(self._ending, POLL)
        return False

    async def _outstanding(self) -> mailings.Outstanding:
        return await self._read(lambda tx: mailings.outstanding(tx, self._clock()))

    async def _fetch(self, letter_id: int) -> CompiledLetter | Unwritable:
        """Give a compiled letter; all connections ask for a new one at the same moment, and one of them gets it."""
        async with self._fetching:
            while (letter := self._letters.get(letter_id)) is None:
                try:
                    await self._compile(letter_id)
                except UNAVAILABLE as error:
                    log.warning("the ledger cannot be read", reason=str(error))
                    await asyncio.sleep(POLL)
        return letter

    async def _compile(self, letter_id: int) -> None:
        self._letters[letter_id] = await self._read(lambda tx: self._compiled(tx, mailings.load(tx, letter_id)))
        if len(self._letters) > KEPT_LETTERS:
            self._letters.pop(next(iter(self._letters)))

    def _compiled(self, tx: Transaction, facts: Facts) -> CompiledLetter | Unwritable:
        keys = dkimkeys.active_keys(tx, self._strongbox, facts.sender_domain)
        try:
            return self._stationery.compile(facts, Signer(keys) if keys else None)
        except ValueError as error:
            return Unwritable(facts, f"the message cannot be written: {error}")

    async def _read(self, question: Callable[[Transaction], T]) -> T:
        def ask() -> T:
            with self._database.read() as tx:
                return question(tx)

        return await asyncio.to_thread(ask)

    async def _keep_alive(self) -> None:
        pause = workers.RENEW_EVERY.total_seconds()
        renewed_at = monotonic()
        while True:
            await asyncio.sleep(pause)
            try:
                await self._scribe.run(lambda tx: workers.renew(tx, self._worker_id, self._clock()))
                before, renewed_at = renewed_at, monotonic()
                if renewed_at - before < workers.LEASE.total_seconds():
                    # Else the database was away, perhaps from all: the others come back at this moment, too.
                    await self._rescue()
                for letter_id in list(self._letters):
                    # A key that signs may have been retired since.
                    await self._compile(letter_id)
                pause = workers.RENEW_EVERY.total_seconds()
            except UNAVAILABLE as error:
                # Soon: until it is renewed the gate sends back whoever comes.
                pause = POLL
                log.warning("the lease could not be renewed", reason=str(error))

    async def _rescue(self) -> None:
        self._note(await self._scribe.run(lambda tx: workers.rescue(tx, self._worker_id, self._clock())))

    def _note(self, rescued: workers.Rescued) -> None:
        if rescued.returned or rescued.uncertain:
            self._has_news = True
            log.warning("a dead worker's deliveries were taken back", returned=rescued.returned, uncertain=rescued.uncertain)

    async def _watch(self) -> None:
        """Wait for a reason to end before everything is mailed."""
        pool = self._routes.pool
        while not await wait_for(self._told_to_stop, POLL):
            if not self._ends_when_idle:
                continue
            if pool.is_hopeless:
                raise RelayUnreachable(" and ".join(map(str, pool.relays.values())), pool.last_trouble.words)
            if not pool.relays and await self._has_some():
                raise self._routes.why_none()
            rest = pool.rests_for()
            if rest > LONGEST_REST and await self._has_some():
                log.info("the relays may be given nothing for a while", seconds=round(rest))
                self._rests_for = rest
                return

    async def _has_some(self) -> bool:
        """Whether somebody is still to be mailed."""
        try:
            return not (await self._outstanding()).is_nothing
        except UNAVAILABLE:
            # The feed says so, and tries again.
            return False

    async def _wind_up(self) -> None:
        """Let every connection finish what it has in hand."""
        self._ending.set()
        self._tray.end()
        await self._crew.finish(DRAIN)

    async def _end(self, writing: asyncio.Task[None]) -> None:
        try:
            async with asyncio.timeout(LAST_WORDS):
                await self._scribe.flushed()
        except TimeoutError:
            log.warning("the last outcomes could not be written; their deliveries will be called uncertain")
        await _cancel([writing])
        await self._routes.report(self._scribe)
        await self._routes.fill(self._scribe, has_mail=False)
        try:
            left = await self._scribe.run(lambda tx: workers.release(tx, self._worker_id, self._clock()))
            if left.returned or left.uncertain:
                log.info("what was in hand was given back", returned=left.returned, uncertain=left.uncertain)
        except UNAVAILABLE as error:
            log.warning("the deliveries in hand could not be given back; the next worker takes them", reason=str(error))
        finally:
            await self._scribe.close()


async def _first_end(tasks: Sequence[asyncio.Future[None]]) -> None:
    """Wait for the first to end; its error is raised."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
