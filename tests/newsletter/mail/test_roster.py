"""The roster on both databases: who mails, and who claims nothing more."""

from datetime import timedelta

import pytest

from newsletter.errors import BadValue
from newsletter.mail import roster, workers
from newsletter.mail.delivery import DeliveryState, Passage, Verdict
from newsletter.mail.roster import LISTED_FOR, Listed, Standing, WorkerNotFound
from newsletter.tables.mail import worker
from tests.harness import mailroom
from tests.newsletter.mail.conftest import Ledger

ONE, TWO = "one-worker", "two-worker"


def listed(book: Ledger) -> tuple[Listed, ...]:
    """Give the roster; by the clock that its leases go by."""
    with book.database.read() as tx:
        now = book.now if book.database.is_sqlite else book.database.moment()
        return roster.listed(tx, now)


def standings(book: Ledger) -> dict[str, tuple[Standing, int]]:
    """Give how everybody is, and what they hold."""
    now = book.now if book.database.is_sqlite else book.database.moment()
    return {one.id: (one.standing(now), one.holds) for one in listed(book)}


def on_hosts(book: Ledger) -> None:
    """Start a worker on each of two hosts."""
    with book.database.write() as tx:
        workers.register(tx, ONE, "mail1, process 7", book.now, "0.7.0")
        workers.register(tx, TWO, "mail2, process 7", book.now)


def test_drained_worker_finishes_what_it_holds_and_claims_nothing(book: Ledger) -> None:
    """The gate lets out what it has in hand; others claim the rest; resumed, it claims again."""
    on_hosts(book)
    [ann] = book.claim(ONE, limit=1)
    with book.database.write() as tx:
        roster.drain(tx, ONE, book.now)
    draining, refused = standings(book)[ONE], book.claim(ONE)
    assert [Passage.GRANTED] == book.mark(ONE, ann)
    assert book.settle(ONE, ann, Verdict(DeliveryState.ACCEPTED))
    drained, others = standings(book)[ONE], mailroom.names(book.claim(TWO, limit=1))
    with book.database.write() as tx:
        roster.resume(tx, ONE)

    assert ((Standing.DRAINING, 1), (), (Standing.DRAINED, 0)) == (draining, refused, drained)
    assert (["bob"], ["cem"]) == (others, mailroom.names(book.claim(ONE)))


def test_host_is_drained_whatever_is_started_there(book: Ledger) -> None:
    """By its name, until it is resumed, with those that were drained one by one; the other host goes on."""
    on_hosts(book)
    with book.database.write() as tx:
        roster.drain(tx, ONE, book.now)
        roster.drain_host(tx, "mail1", book.now)
        roster.drain_host(tx, "mail1", book.now)
        workers.release(tx, ONE, book.now)
        workers.register(tx, "its-next", "mail1, process 8", book.now)
    assert () == book.claim("its-next")
    assert ["ann"] == mailroom.names(book.claim(TWO, limit=1))
    with book.database.write() as tx:
        roster.resume(tx, "its-next")
        assert roster.is_drained(tx, "its-next")
        assert ["mail1"] == [one.name for one in roster.drained_hosts(tx)]
        assert (True, False) == (roster.resume_host(tx, "mail1"), roster.resume_host(tx, "mail1"))

    assert ["bob", "cem"] == mailroom.names(book.claim("its-next"))


def test_roster_tells_who_is_lost_and_who_ended_today(book: Ledger) -> None:
    """Those that have not ended stand first; who ended yesterday stands there no more."""
    on_hosts(book)
    with book.database.write() as tx:
        workers.register(tx, "yesterday", "mail3, process 1", book.now)
        workers.release(tx, "yesterday", book.now)
        long_ago = (book.now if book.database.is_sqlite else book.now + timedelta(days=1)) - LISTED_FOR - timedelta(days=1)
        tx.execute(worker.update().where(worker.c.id == "yesterday").values(stopped_at=long_ago))
        workers.release(tx, TWO, book.now if book.database.is_sqlite else book.database.moment())
        mailroom.expire_leases(tx, "mail1, process 7")
        if book.database.is_sqlite:
            tx.execute(worker.update().where(worker.c.id == ONE).values(lease_until=book.now))

    assert {ONE: (Standing.SILENT, 0), TWO: (Standing.STOPPED, 0)} == standings(book)
    assert [("mail1", "0.7.0"), ("mail2", "")] == [(one.host, one.version) for one in listed(book)]


@pytest.mark.parametrize("said", ["", "on", "one-worker-and-more", "two-worker", "%"])
def test_worker_is_named_by_the_beginning_of_its_id(book: Ledger, said: str) -> None:
    """Enough of it, of one that has not ended."""
    on_hosts(book)
    with book.database.write() as tx:
        now = book.now if book.database.is_sqlite else book.database.moment()
        workers.release(tx, TWO, now)
        with pytest.raises(WorkerNotFound):
            roster.find(tx, said, now)

        assert ONE == roster.find(tx, "one-wo", now).id


@pytest.mark.parametrize("name", ["", "x" * 256, "mail1\n"])
def test_what_is_no_host_is_not_drained(book: Ledger, name: str) -> None:
    """It would stand there for ever, and nobody could say it."""
    with book.database.write() as tx, pytest.raises(BadValue):
        roster.drain_host(tx, name, book.now)
