"""Workers on both databases: leases, and the rescue of what a dead one held."""

from datetime import timedelta

from sqlalchemy import func, select, text, update

from newsletter.database import Database
from newsletter.mail import workers
from newsletter.mail.delivery import DeliveryState, Passage, Verdict
from newsletter.mail.workers import Rescued
from newsletter.tables.mail import worker
from subscribers.tables.kinds import Instant
from tests.harness import mailroom
from tests.newsletter.mail.conftest import Ledger

S = DeliveryState


def die(database: Database, worker_id: str) -> None:
    """Let a worker's lease run out; on SQLite it is dead as soon as another one starts."""
    with database.write() as tx:
        if not database.is_sqlite:
            past = func.now(type_=Instant()) - text("interval '1 second'")
            tx.execute(update(worker).where(worker.c.id == worker_id).values(lease_until=past))


def rescue(book: Ledger, worker_id: str) -> Rescued:
    """Take back what dead workers hold."""
    with book.database.write() as tx:
        return workers.rescue(tx, worker_id, book.now)


def test_dead_workers_rows_are_taken_back(book: Ledger) -> None:
    """Leased was never on the wire and goes out again; sending may have arrived and never does."""
    [ann, *_] = book.claim(book.start("one"), limit=2)
    book.mark("one", ann)
    die(book.database, "one")

    assert Rescued(returned=1, uncertain=1) == rescue(book, book.start("two"))
    assert {"ann": S.UNCERTAIN, "bob": S.PENDING, "cem": S.PENDING} == book.states()
    with book.database.read() as tx:
        assert ["uncertain"] == mailroom.attempts(tx)


def test_uncertain_is_never_claimed(book: Ledger) -> None:
    """Sending it again could be the second time."""
    [ann, *_] = book.claim(book.start("one"))
    book.mark("one", ann)
    die(book.database, "one")
    rescue(book, book.start("two"))

    assert ["bob", "cem"] == mailroom.names(book.claim("two"))


def test_own_rows_are_not_rescued(book: Ledger) -> None:
    """A worker that looks for the dead is alive."""
    worker_id = book.start("one")
    book.claim(worker_id)

    assert Rescued(0, 0) == rescue(book, worker_id)


def test_living_worker_is_left_alone(postgres_book: Ledger) -> None:
    """On PostgreSQL many may mail at once."""
    postgres_book.claim(postgres_book.start("one"))

    assert Rescued(0, 0) == rescue(postgres_book, postgres_book.start("two"))


def test_lease_that_ran_out_lets_nobody_through(postgres_book: Ledger) -> None:
    """A worker that was stopped for too long starts no new body when it wakes up."""
    [ann, *_] = postgres_book.claim(postgres_book.start("one"))
    die(postgres_book.database, "one")

    assert [Passage.RETURNED] == postgres_book.mark("one", ann)


def test_late_words_of_a_rescued_worker_change_nothing(postgres_book: Ledger) -> None:
    """It writes into no row that was taken from it."""
    [ann, *_] = postgres_book.claim(postgres_book.start("one"))
    postgres_book.mark("one", ann)
    die(postgres_book.database, "one")
    rescue(postgres_book, postgres_book.start("two"))

    assert not postgres_book.settle("one", ann, Verdict(S.ACCEPTED))
    assert S.UNCERTAIN == postgres_book.states()["ann"]


def test_renewed_lease_holds(postgres_book: Ledger) -> None:
    """A sign of life counts from the moment it is given."""
    [ann, *_] = postgres_book.claim(postgres_book.start("one"))
    die(postgres_book.database, "one")
    with postgres_book.database.write() as tx:
        workers.renew(tx, "one", postgres_book.now)

    assert [Passage.GRANTED] == postgres_book.mark("one", ann)


def test_leases_are_judged_by_the_databases_clock(postgres_book: Ledger) -> None:
    """A host whose clock is wrong by hours neither dies nor kills."""
    postgres_book.now += timedelta(hours=3)
    postgres_book.claim(postgres_book.start("fast"))
    postgres_book.now -= timedelta(hours=6)

    assert Rescued(0, 0) == rescue(postgres_book, postgres_book.start("slow"))


def test_worker_that_stops_gives_everything_back(book: Ledger) -> None:
    """No lease is left behind by a clean end."""
    worker_id = book.start("one")
    book.claim(worker_id)
    with book.database.write() as tx:
        rescued = workers.release(tx, worker_id, book.now)

    assert Rescued(3, 0) == rescued
    assert {S.PENDING} == set(book.states().values())
    with book.database.read() as tx:
        assert book.now == tx.execute(select(worker.c.stopped_at)).scalar_one()
