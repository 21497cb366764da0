"""Ticks: every few seconds it looks for what is due, while the mailer beside it drains the ledger.

APScheduler is the metronome and nothing more: it keeps one job in memory and remembers nothing that matters.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from importlib.metadata import version

import structlog
from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from newsletter import tracing
from newsletter.bootstrap import Application
from newsletter.clock import monotonic, system_clock
from newsletter.database import UNAVAILABLE
from newsletter.errors import DatabaseNotReady, WorkerRunning
from newsletter.mail.mailer import Mailer
from newsletter.mail.tally import Progress
from newsletter.meters import STEP_FAILURES, STEP_SECONDS, TICKED_AT
from newsletter.worker import steps, telling
from newsletter.worker.people import Lookout
from newsletter.worker.returning import Returning
from newsletter.worker.steps import STEPS, Step

log = structlog.get_logger()

# Silence of the metronome after which the process is called ill: at least so many seconds, and so many ticks.
LONGEST_SILENCE = 90.0
SILENT_TICKS = 3

TELLING = "tell programs outside"

# How long a tick waits for feeds before it goes on to what else is due; reading goes on beside it. In seconds.
FEEDS_PATIENCE = 20.0

# How long a tick waits for programs that are told what happened; telling goes on beside it. In seconds.
TELLING_PATIENCE = 2.0

# What a stopping worker gives the tick under way, in seconds; the mailer has its own patience of the same length.
DRAIN = 30.0

# When the database was away in the middle of a step, which does nothing twice: how often the step is taken at most, and the
# seconds between. Where connections are ended several times a second, the fresh one may be hit, too.
MOST_TRIES = 3
PAUSE_BEFORE_RETRY = 0.5

# After a crash of the mailer; it is not to crash a hundred times a second. In seconds.
PAUSE_AFTER_CRASH = 5.0


@dataclass(frozen=True, slots=True)
class Idle:
    """What a run until idle did."""

    mailed: Progress
    # The names of steps that failed; the log says why.
    failed: tuple[str, ...]


class Worker:
    """The clock of one process."""

    def __init__(
        self,
        application: Application,
        *,
        progress: Callable[[Progress], None] | None = None,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._application = application
        self._seconds = seconds
        self._tick_seconds = application.settings.tick_seconds
        self._turn = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[int] | None = None
        self._lookout = Lookout()
        self._beat_at = seconds()
        # Set when this version can go on no longer, with the reason.
        self._outlived = asyncio.Event()
        self._misfit = ""
        self._mailer = Mailer(
            application.database,
            application.keyring,
            application.links,
            application.relay,
            application.clock,
            worker_place=place(),
            version=version("newsletter"),
            returns=application.settings.return_path,
            progress=progress,
        )

    def is_healthy(self) -> bool:
        """Whether the metronome goes; a process where it stands still is to be restarted."""
        return self._seconds() - self._beat_at <= max(LONGEST_SILENCE, SILENT_TICKS * self._tick_seconds)

    async def tick(self) -> tuple[str, ...]:
        """Do everything that is due; gives the names of the steps that failed, which did not stop the others."""
        async with self._turn:
            if await self._is_outlived():
                return ()
            failed = [step.name for step in self._steps() if not await self._take(step)]
        self._beat()
        TICKED_AT.put(system_clock().timestamp())
        return tuple(failed)

    async def run(self, stop: asyncio.Event) -> None:
        """Tick, mail and take in what comes back until *stop* is set; then finish what is on the wire and the tick under way.

        Raises:
            WorkerRunning: another mailer has this SQLite database.
            DatabaseNotReady: a newer version upgraded the database, and this one cannot go on beside it.

        """
        while not await self._take(Step("arrive", steps.arrive)) and not stop.is_set():
            await _wait(stop, PAUSE_AFTER_CRASH)
        scheduler = AsyncIOScheduler(timezone=UTC)
        # Missed runs are one run, late runs are run, and nothing runs twice: what is due is asked of the database.
        job = scheduler.add_job(
            self.tick,
            "interval",
            seconds=self._tick_seconds,
            next_run_time=system_clock(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        scheduler.start()
        watching = asyncio.create_task(self._watch(job))
        ending = asyncio.create_task(self._end(stop))
        returning = Returning(self._application)
        returning.start()
        try:
            await self._mail(stop)
        finally:
            watching.cancel()
            ending.cancel()
            await asyncio.to_thread(returning.stop)
            scheduler.pause()
            await self._drain()
            scheduler.shutdown(wait=False)
        if self._misfit:
            raise DatabaseNotReady(self._misfit)

    async def run_until_idle(self, stop: asyncio.Event | None = None) -> Idle:
        """Do everything that is due and mail everything that can be mailed now, then return; sooner when *stop* is set.

        Raises:
            RelayMissing: there is something to mail and no relay.
            RelayUnreachable: the relay took nothing for about a minute.
            WorkerRunning: another mailer has this SQLite database.

        """
        await steps.arrive(self._application)
        failed = await self.tick()
        if self._reading is not None and not self._reading.done():
            await asyncio.wait([self._reading])
            failed = await self.tick()
        mailed = await self._mailer.run_until_idle(stop)
        if not await self._take(steps.FINISH):
            failed = (*failed, steps.FINISH.name)
        if not await self._take(Step(TELLING, self._tell_all)):
            failed = (*failed, TELLING)
        return Idle(mailed, failed)

    async def _is_outlived(self) -> bool:
        """Look whether somebody upgraded the database, to a shape that this version cannot work on."""
        try:
            misfit = await asyncio.to_thread(self._application.database.misfit)
        except UNAVAILABLE:
            # The steps wait for it, and say so.
            return False
        if misfit:
            self._misfit = f"The database {misfit} What was on the wire is finished."
            self._outlived.set()
        return bool(misfit)

    async def _end(self, stop: asyncio.Event) -> None:
        await self._outlived.wait()
        log.error("this version ends: a newer one upgraded the database, and does not serve it any more")
        stop.set()

    def _steps(self) -> tuple[Step, ...]:
        # Those that remember something from tick to tick are steps of this worker, the others anybody's.
        reading = Step("read feeds", self._read_feeds)
        bursts = Step("look for bursts of departures", self._look_for_bursts)
        return (reading, *STEPS, bursts, Step(TELLING, self._tell))

    async def _take(self, step: Step) -> bool:
        began = monotonic()
        with structlog.contextvars.bound_contextvars(step=step.name), tracing.span(f"step: {step.name}"):
            try:
                await self._take_all(step)
            except Exception:
                # The door of the tick: the next steps and the next tick are not to suffer.
                log.exception("a step of the tick failed")
                STEP_FAILURES.add(step.name)
                return False
            finally:
                STEP_SECONDS.see(monotonic() - began, step.name)
        self._beat()
        return True

    async def _take_all(self, step: Step) -> None:
        for _ in range(MOST_TRIES - 1):
            try:
                await self._take_to_its_end(step)
            except UNAVAILABLE as error:
                # A connection that was just ended is no reason to end a run with a failure.
                log.warning("a step of the tick is tried again", reason=str(error.orig))
                await asyncio.sleep(PAUSE_BEFORE_RETRY)
            else:
                return
        await self._take_to_its_end(step)

    async def _take_to_its_end(self, step: Step) -> None:
        while await step.take(self._application):
            self._beat()

    async def _read_feeds(self, application: Application) -> bool:
        """Read the feeds that are due; a slow one is left to be read beside the other steps."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(steps.gather_feeds(application))
        await asyncio.wait([self._reading], timeout=FEEDS_PATIENCE)
        if self._reading.done() and not self._reading.cancelled():
            self._reading.result()
        return False

    async def _tell(self, application: Application) -> bool:
        """Tell programs outside what happened; a slow one is left to be told beside the other steps."""
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(telling.tell(application))
        await asyncio.wait([self._telling], timeout=TELLING_PATIENCE)
        if self._telling.done() and not self._telling.cancelled():
            self._telling.result()
        return False

    async def _tell_all(self, application: Application) -> bool:
        """Tell all there is to tell now."""
        if self._telling is not None and not self._telling.done():
            await asyncio.wait([self._telling])
        await telling.tell(application)
        return False

    async def _look_for_bursts(self, application: Application) -> bool:
        """Flag departures that look like the work of a mail scanner."""
        return await asyncio.to_thread(self._lookout.look, application.database, application.clock())

    async def _watch(self, job: Job) -> None:
        """Wake the metronome when the clock of the machine was set back: it waits for a moment that is far away then."""
        while True:
            await asyncio.sleep(self._tick_seconds)
            if not self.is_healthy() and not self._turn.locked():
                log.warning("the metronome stood still; it is set going again")
                job.modify(next_run_time=system_clock())

    async def _mail(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._mailer.run(stop)
            except WorkerRunning:
                raise
            except Exception:
                # The door of the mailer: what it held is taken back by the next one.
                log.exception("the mailer ended; it is started again", seconds=PAUSE_AFTER_CRASH)
                await _wait(stop, PAUSE_AFTER_CRASH)

    async def _drain(self) -> None:
        # What was read before is kept, and the next worker reads on; what is just told is told again under its id.
        beside = [task for task in (self._reading, self._telling) if task is not None]
        for task in beside:
            task.cancel()
        if beside:
            await asyncio.wait(beside)
        try:
            async with asyncio.timeout(DRAIN), self._turn:
                pass
        except TimeoutError:
            log.warning("the tick under way did not end in time; what it began is rolled back or done again")

    def _beat(self) -> None:
        self._beat_at = self._seconds()


def place() -> str:
    """Say where this process runs, for whoever wonders which one has the database."""
    return f"{socket.gethostname()}, process {os.getpid()}"


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
