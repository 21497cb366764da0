"""Writes the ledger for a mailer: marks, outcomes and claims of all connections, turn by turn, committed together.

One commit a message would bound a mailing by the disk; one commit for everything that is waiting costs the same and bounds
nothing. An outcome that was given in before a mark is committed with it or earlier, so a kill leaves at most one open row
for each connection.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import structlog

from newsletter import failpoints
from newsletter.clock import Clock, monotonic
from newsletter.database import UNAVAILABLE, Database
from newsletter.mail import consequences, gate, leases
from newsletter.mail.delivery import Delivery, DeliveryState, Outcome, Passage
from newsletter.meters import TURNS
from newsletter.writers import DatabaseBusy, Writer
from subscribers.transaction import Transaction

log = structlog.get_logger()

T = TypeVar("T")

# Without a pause between two commits another process's one-row write waited 7.4 s for SQLite. With this one and the work
# between two turns, 99 of 100 who leave during a mailing and an import at full speed wait less than 0.2 s (soak, D13).
BREATH = 0.001

# PostgreSQL needs no pause, and what is given in during one is written by the same statements: with it a turn has half
# as many messages again, and each costs the database a third less and the worker a fifth.
GATHERING = 0.002

# On SQLite a turn is written by the loop itself while that takes no longer than this, in seconds: handing the interpreter to
# another thread and back cost as much as the writing. A disk that is slower gets the thread, and is tried again after so many.
AT_ONCE = 0.01
SLOW_TURNS = 200
TURNS_AVERAGED = 20

# Between two tries of a database that does not answer, in seconds.
SHORTEST_WAIT = 0.5
LONGEST_WAIT = 5.0


class LedgerSilent(Exception):  # noqa: N818 -- named for what happened
    """The mark could not be committed, so nothing may be sent."""


@dataclass(frozen=True, slots=True)
class _Mark:
    delivery: Delivery
    answer: "asyncio.Future[Passage]"


@dataclass(frozen=True, slots=True)
class _Claim:
    limit: int
    number: int
    answer: "asyncio.Future[tuple[Delivery, ...]]"


@dataclass(frozen=True, slots=True)
class _Turn:
    """What is written by one transaction."""

    outcomes: list[Outcome]
    marks: list[_Mark]
    claim: _Claim | None


@dataclass(frozen=True, slots=True)
class _Written:
    """What the ledger said."""

    passages: dict[int, Passage]
    claimed: tuple[Delivery, ...]


class Scribe:
    """The one hand that writes what happens to the deliveries of one worker."""

    def __init__(self, database: Database, clock: Clock, worker_id: str) -> None:
        self._database = database
        self._clock = clock
        self._worker_id = worker_id
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._outcomes: list[Outcome] = []
        self._marks: list[_Mark] = []
        self._claim: _Claim | None = None
        self._has_work = asyncio.Event()
        self._has_none = asyncio.Event()
        self._has_none.set()
        self._answers = asyncio.Event()
        self._answers.set()
        self._failures = 0
        self._writer = database.writer()
        self._hasty_writer = database.hasty_writer() if database.is_sqlite else None
        # How long a turn takes these days, in seconds, when the loop writes it.
        self._turn_takes = 0.0
        self._slow_turns = 0
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._has_ended = False

    def ask(self, delivery: Delivery) -> "asyncio.Future[Passage]":
        """Ask the gate; its answer comes when the mark is committed, or as LedgerSilent when the database did not take it."""
        answer: asyncio.Future[Passage] = asyncio.get_running_loop().create_future()
        mark = _Mark(delivery, answer)
        if self._has_ended:
            _refuse(_Turn([], [mark], None), "the mailer is ending")
            return answer
        self._marks.append(mark)
        self._wake()
        return answer

    async def claim(self, limit: int, number: int) -> tuple[Delivery, ...]:
        """Lease up to *limit* deliveries by claim *number*, together with what else is written; one caller at a time.

        Raises:
            LedgerSilent: the database did not take it.

        """
        if self._has_ended:
            raise LedgerSilent("the mailer is ending")
        answer: asyncio.Future[tuple[Delivery, ...]] = asyncio.get_running_loop().create_future()
        self._claim = _Claim(limit, number, answer)
        self._wake()
        return await answer

    def settle(self, outcome: Outcome) -> None:
        """Have an outcome written; it is kept and tried again until the database takes it."""
        self._outcomes.append(outcome)
        self._wake()

    async def run(self, errand: Callable[[Transaction], T]) -> T:
        """Do *errand* in a writing transaction of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, errand)

    async def flushed(self) -> None:
        """Wait until everything given in is committed, or the scribe has ended."""
        await self._has_none.wait()

    @property
    def is_silent(self) -> bool:
        """Whether the database did not take what it was given last."""
        return not self._answers.is_set()

    @property
    def is_through(self) -> bool:
        """Whether everything given in is committed."""
        return self._has_none.is_set()

    async def answering(self) -> None:
        """Wait until the database takes what it is given, or the scribe has ended."""
        await self._answers.wait()

    async def write_on(self) -> None:
        """Write what is given in, turn by turn, until cancelled."""
        try:
            while True:
                await self._has_work.wait()
                self._has_work.clear()
                await self._take_turn()
        finally:
            self._has_ended = True
            self._has_none.set()
            self._answers.set()
            _refuse(self._taken(), "the mailer is ending")

    async def close(self) -> None:
        """Wait for the transaction under way, and let the thread and the connections go."""
        await asyncio.to_thread(self._thread.shutdown)
        self._writer.close()
        if self._hasty_writer is not None:
            self._hasty_writer.close()

    def _wake(self) -> None:
        self._has_none.clear()
        self._has_work.set()

    def _taken(self) -> _Turn:
        turn = _Turn(self._outcomes, self._marks, self._claim)
        self._outcomes, self._marks, self._claim = [], [], None
        return turn

    async def _take_turn(self) -> None:
        turn = self._taken()
        try:
            written = await self._written(turn)
        except UNAVAILABLE as error:
            _refuse(turn, str(error))
            self._outcomes[:0] = turn.outcomes
            await self._wait_for_database(error)
            return
        except BaseException:
            _refuse(turn, "the mailer is ending")
            raise
        self._failures = 0
        self._answers.set()
        for mark in turn.marks:
            if not mark.answer.done():
                mark.answer.set_result(written.passages[mark.delivery.id])
        if turn.claim is not None and not turn.claim.answer.done():
            turn.claim.answer.set_result(written.claimed)
        if not self._has_work.is_set():
            self._has_none.set()
        await asyncio.sleep(BREATH if self._database.is_sqlite else GATHERING)

    async def _wait_for_database(self, error: Exception) -> None:
        if self._failures == 0:
            log.warning("the ledger cannot be written; nothing is mailed until it can", reason=str(error))
        self._failures += 1
        self._answers.clear()
        await asyncio.sleep(min(SHORTEST_WAIT * self._failures, LONGEST_WAIT))
        # The next turn asks again, with an empty transaction if there is nothing to write.
        self._has_work.set()

    async def _written(self, turn: _Turn) -> _Written:
        if self._hasty_writer is not None and not self._slow_turns:
            try:
                return self._write_at_once(turn, self._hasty_writer)
            except DatabaseBusy:
                # Somebody else writes: the thread waits for them, and the loop does not.
                pass
        self._slow_turns = max(self._slow_turns - 1, 0)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._commit, turn, self._writer)

    def _write_at_once(self, turn: _Turn, writer: Writer) -> _Written:
        began = monotonic()
        try:
            return self._commit(turn, writer)
        finally:
            # Over some turns: now and then SQLite moves its log into its file, which takes longer and means nothing.
            self._turn_takes += (monotonic() - began - self._turn_takes) / TURNS_AVERAGED
            if self._turn_takes > AT_ONCE:
                self._turn_takes, self._slow_turns = 0.0, SLOW_TURNS

    def _moment(self) -> datetime:
        # Two turns are not at the same moment, however coarse the clock: by it the gate knows whom it has just let out.
        now = self._clock()
        self._latest = now if now != self._latest else now + timedelta(microseconds=1)
        return self._latest

    def _do(self, errand: Callable[[Transaction], T]) -> T:
        with self._database.write(goes_ahead=True) as tx:
            return errand(tx)

    def _commit(self, turn: _Turn, writer: Writer) -> _Written:
        began = monotonic()
        written = self._write(turn, writer)
        TURNS.see(monotonic() - began)
        return written

    def _write(self, turn: _Turn, writer: Writer) -> _Written:
        now = self._moment()
        asked = [mark.delivery for mark in turn.marks]
        claim = turn.claim
        with writer.write() as tx:
            late = consequences.record(tx, self._worker_id, turn.outcomes, now)
            passages = gate.mark(tx, self._worker_id, asked, now) if asked else {}
            claimed = () if claim is None else leases.claim(tx, self._worker_id, now, claim.limit, claim.number)
        for outcome in late:
            if outcome.verdict.state is DeliveryState.PENDING:
                # Somebody else gave it back before us.
                continue
            log.warning("an outcome came when the delivery was no longer ours", delivery=outcome.delivery.id)
        _pass_points(turn.outcomes, passages)
        return _Written(passages, claimed)


def _pass_points(outcomes: Sequence[Outcome], passages: Mapping[int, Passage]) -> None:
    if not failpoints.is_armed():
        return
    for outcome in outcomes:
        failpoints.hit("mark.sent" if outcome.verdict.state is DeliveryState.ACCEPTED else "mark.failed")
    for passage in passages.values():
        if passage is Passage.GRANTED:
            failpoints.hit("mark.sending")


def _refuse(turn: _Turn, reason: str) -> None:
    answers: list[asyncio.Future[Any]] = [mark.answer for mark in turn.marks]
    if turn.claim is not None:
        answers.append(turn.claim.answer)
    for answer in answers:
        if not answer.done():
            answer.set_exception(LedgerSilent(reason))
            # The one who asked may be cancelled, and nobody would look.
            answer.exception()
