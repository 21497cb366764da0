"""The scribe: what is committed together, in which order, and what a database that fails can do."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from newsletter.database import Database
from newsletter.mail.delivery import DeliveryState, Outcome, Passage, Phase, Reply, Verdict
from newsletter.mail.scribe import LedgerSilent, Scribe
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import engines, mailroom
from tests.newsletter.mail.conftest import ACCEPTED, Ledger

S = DeliveryState


class Commits:
    """Counts the commits of a database, and lets them fail on demand."""

    def __init__(self, database: Database) -> None:
        self.count = 0
        self.failing = 0
        for engine in engines.writing(database):
            event.listen(engine, "commit", self._commit)

    def _commit(self, _connection: Transaction) -> None:
        if self.failing:
            self.failing -= 1
            raise OperationalError("COMMIT", {}, Exception("database or disk is full"))
        self.count += 1


@pytest.fixture
def commits(book: Ledger) -> Commits:
    """Watch the ledger's commits."""
    return Commits(book.database)


def with_scribe(book: Ledger, act: Callable[[Scribe], Awaitable[None]]) -> None:
    """Run *act* beside a scribe that writes."""

    async def run() -> None:
        scribe = Scribe(book.database, clock_of(book), "one")
        writing = asyncio.create_task(scribe.write_on())
        try:
            async with asyncio.timeout(20):
                await act(scribe)
                await scribe.flushed()
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            await scribe.close()

    asyncio.run(run())


def clock_of(book: Ledger) -> Callable[[], datetime]:
    """Give a clock that stands still."""
    return lambda: book.now


def test_marks_of_all_connections_share_a_commit(book: Ledger, commits: Commits) -> None:
    """One commit for everything that waits."""
    claimed = book.claim(book.start("one"))
    before = commits.count

    async def act(scribe: Scribe) -> None:
        passages = await asyncio.gather(*(scribe.ask(one) for one in claimed))
        assert [Passage.GRANTED] * 3 == passages

    with_scribe(book, act)

    assert 1 == commits.count - before
    assert {S.SENDING} == set(book.states().values())


def test_outcome_is_committed_no_later_than_the_next_mark(book: Ledger, commits: Commits) -> None:
    """A kill leaves one open row for each connection, never two."""
    ann, bob, _ = book.claim(book.start("one"))
    before = commits.count

    async def act(scribe: Scribe) -> None:
        await scribe.ask(ann)
        scribe.settle(Outcome(ann, Verdict(S.ACCEPTED), ACCEPTED))
        await scribe.ask(bob)
        assert {"ann": S.ACCEPTED, "bob": S.SENDING, "cem": S.LEASED} == book.states()

    with_scribe(book, act)

    assert 2 == commits.count - before


def test_mark_that_cannot_be_committed_lets_nothing_out(book: Ledger, commits: Commits) -> None:
    """No body without a mark on the disk."""
    ann, *_ = book.claim(book.start("one"))

    async def act(scribe: Scribe) -> None:
        commits.failing = 1
        with pytest.raises(LedgerSilent, match="disk is full"):
            await scribe.ask(ann)
        await scribe.answering()

    with_scribe(book, act)

    assert S.LEASED == book.states()["ann"]


def test_outcome_is_kept_until_the_database_takes_it(book: Ledger, commits: Commits) -> None:
    """What the relay said is not forgotten because the disk was full."""
    ann, *_ = book.claim(book.start("one"))

    async def act(scribe: Scribe) -> None:
        await scribe.ask(ann)
        commits.failing = 2
        scribe.settle(Outcome(ann, Verdict(S.ACCEPTED), ACCEPTED))

    with_scribe(book, act)

    assert S.ACCEPTED == book.states()["ann"]


def test_commit_whose_answer_was_lost_is_not_done_twice(book: Ledger) -> None:
    """An outcome that is there already is left as it is."""
    ann, *_ = book.claim(book.start("one"))
    book.send("one", ann)
    settled = book.column("attempts")

    async def act(scribe: Scribe) -> None:
        scribe.settle(Outcome(ann, Verdict(S.REFUSED), Reply(Phase.BODY, 554, "", "")))

    with_scribe(book, act)

    assert (S.ACCEPTED, settled) == (book.states()["ann"], book.column("attempts"))


def test_errand_runs_between_two_turns(book: Ledger) -> None:
    """Claims and leases are written by the same hand."""
    book.start("one")

    async def act(scribe: Scribe) -> None:
        assert 3 == await scribe.run(lambda tx: tx.execute(text("SELECT count(*) FROM delivery")).scalar_one())

    with_scribe(book, act)


def test_after_the_end_nothing_is_marked(book: Ledger) -> None:
    """Whoever still asks is told, and nobody waits for ever."""
    ann, *_ = book.claim(book.start("one"))

    async def run() -> None:
        scribe = Scribe(book.database, clock_of(book), "one")
        writing = asyncio.create_task(scribe.write_on())
        await asyncio.sleep(0)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        with pytest.raises(LedgerSilent):
            await scribe.ask(ann)
        await scribe.flushed()
        await scribe.answering()
        await scribe.close()

    asyncio.run(asyncio.wait_for(run(), 10))


def test_loop_goes_on_while_somebody_else_writes(sqlite_url: str, keyring: Keyring, now: datetime) -> None:
    """The turn waits for them in a thread; pages and other relays are served meanwhile."""
    database = Database(sqlite_url)
    with database.write() as tx:
        book = Ledger(database, mailroom.open_mailroom(tx, keyring, now, ("ann",)), now)
    [ann] = book.claim(book.start("one"))
    has_lock, may_go = threading.Event(), threading.Event()

    def write() -> None:
        with database.write():
            has_lock.set()
            may_go.wait(20)

    async def act(scribe: Scribe) -> None:
        writing = asyncio.create_task(asyncio.to_thread(write))
        await asyncio.to_thread(has_lock.wait, 20)
        marking = scribe.ask(ann)
        await asyncio.sleep(0.05)
        assert not marking.done()
        may_go.set()
        assert Passage.GRANTED is await marking
        await writing

    with_scribe(book, act)
    database.close()
