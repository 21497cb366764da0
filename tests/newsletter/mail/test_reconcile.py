"""Uncertain mail settled by the relay's log, on both databases; nothing is called missing that the log cannot deny."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import update

from newsletter.errors import NotAdopted
from newsletter.issues.model import IssueState
from newsletter.mail import bookkeeping, conservation, dispatch, doubts, postfixlog, reconcile
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.doubts import PutBack
from newsletter.mail.postfixlog import Calendar, Trace
from newsletter.mail.reconcile import Answer, Settled, Told
from newsletter.tables.instance import instance
from subscribers.tokens import Keyring, Purpose
from tests.harness.mailed import Mailed, being_mailed
from tests.newsletter.mail.conftest import Ledger

S = DeliveryState


@pytest.fixture
def mailed(book: Ledger) -> Mailed:
    """Give an issue that was sent: Ann has it, nobody knows of Bob and Cem."""
    made = being_mailed(book.database, book.room, book.now)
    made.mail({"bob": S.UNCERTAIN, "cem": S.UNCERTAIN})
    return made


class Log:
    """What a Postfix writes, line by line."""

    def __init__(self, keyring: Keyring, now: datetime) -> None:
        self._keyring = keyring
        self._now = now
        self.lines: list[str] = []

    def tick(self, minutes: float) -> None:
        """Let something else happen, so many minutes after the mailing."""
        self._write(minutes, "postfix/anvil[1]: statistics: max connection rate 1/60s")

    def take(self, delivery_id: int, *, minutes: float = 0, is_whole: bool = True, status: str = "sent") -> None:
        """Let a message of ours come in, whole or broken off."""
        token = self._keyring.seal(Purpose.DELIVERY, delivery_id)
        queue_id = f"3F2A91C{delivery_id:03d}"
        self._write(minutes, f"postfix/cleanup[1]: {queue_id}: message-id=<{token}@example.org>")
        if is_whole:
            self._write(minutes, f"postfix/qmgr[1]: {queue_id}: from=<x@example.org>, size=1, nrcpt=1 (queue active)")
            self._write(minutes, f"postfix/smtp[1]: {queue_id}: to=<a@b.c>, relay=mx, dsn=2.0.0, status={status} (250 ok)")

    def trace(self, wanted: list[int]) -> Trace:
        """Give what the log tells."""
        opened = partial(reconcile.delivery_of, self._keyring)
        return postfixlog.follow([self.lines], opened, frozenset(wanted), Calendar(self._now))

    def _write(self, minutes: float, words: str) -> None:
        self.lines.append(f"{(self._now + timedelta(minutes=minutes)).isoformat()} mail {words}")


@pytest.fixture
def log(keyring: Keyring, now: datetime) -> Log:
    """Give an empty log."""
    return Log(keyring, now)


def compared(mailed: Mailed, log: Log) -> tuple[Told, ...]:
    """Ask the log about everything that is uncertain."""
    found = mailed.doubts
    with mailed.database.read() as tx:
        return reconcile.compare(tx, found, log.trace([doubt.delivery_id for doubt in found]))


def settled(mailed: Mailed, log: Log, *, resends_missing: bool = False) -> Settled:
    """Settle by the log."""
    told = compared(mailed, log)
    with mailed.database.write() as tx:
        return reconcile.settle(tx, told, mailed.now, resends_missing=resends_missing)


def write_whole_log(mailed: Mailed, log: Log) -> tuple[int, int]:
    """Let the relay have Ann's and Bob's and write on for an hour; gives the deliveries of Bob and Cem."""
    bob, cem = (doubt.delivery_id for doubt in mailed.doubts)
    log.tick(-5)
    log.take(int(str(mailed.column("id")[0])))
    log.take(bob)
    log.tick(60)
    return bob, cem


def test_copy_resends_nothing_by_the_log(mailed: Mailed, log: Log) -> None:
    """What is missing there was perhaps mailed by the database it is a copy of."""
    write_whole_log(mailed, log)
    with mailed.database.write() as tx:
        tx.execute(update(instance).values(is_adopted=False))
    with pytest.raises(NotAdopted):
        settled(mailed, log, resends_missing=True)

    assert {"ann": S.ACCEPTED, "bob": S.UNCERTAIN, "cem": S.UNCERTAIN} == mailed.states


def test_message_in_the_log_is_accepted_with_its_queue_id(mailed: Mailed, log: Log) -> None:
    """And one that never came is told, and held."""
    bob, _ = write_whole_log(mailed, log)
    told = compared(mailed, log)

    assert [Answer.ACCEPTED, Answer.MISSING] == [one.answer for one in told]
    assert {Answer.ACCEPTED: 1, Answer.MISSING: 1, Answer.UNTOLD: 0} == reconcile.figures(told)
    assert Settled(1, PutBack(0, 0)) == settled(mailed, log)
    assert {"ann": S.ACCEPTED, "bob": S.ACCEPTED, "cem": S.UNCERTAIN} == mailed.states
    assert f"2.0.0 Ok: queued as 3F2A91C{bob:03d}" in mailed.column("reply")
    assert (1, IssueState.SENT) == (len(mailed.alerts), mailed.state)


def test_missing_is_mailed_again_on_demand(mailed: Mailed, log: Log) -> None:
    """And the books are in order to the end."""
    write_whole_log(mailed, log)
    assert Settled(1, PutBack(1, 0)) == settled(mailed, log, resends_missing=True)

    assert ["cem"] == mailed.mail()
    assert (IssueState.SENT, []) == (mailed.state, mailed.alerts)
    with mailed.database.read() as tx:
        assert () == conservation.findings(bookkeeping.books(tx, mailed.issue_id, mailed.now))


def test_doing_it_again_changes_nothing(mailed: Mailed, log: Log) -> None:
    """The same log, read by two."""
    write_whole_log(mailed, log)
    told = compared(mailed, log)
    settled(mailed, log, resends_missing=True)
    with mailed.database.write() as tx:
        assert Settled(0, PutBack(0, 0)) == reconcile.settle(tx, told, mailed.now, resends_missing=True)


def test_message_that_broke_off_was_not_taken(mailed: Mailed, log: Log) -> None:
    """Its Message-ID alone stands in the log."""
    _, cem = write_whole_log(mailed, log)
    log.take(cem, is_whole=False)

    assert [Answer.ACCEPTED, Answer.MISSING] == [one.answer for one in compared(mailed, log)]


def test_bounce_was_accepted_first(mailed: Mailed, log: Log) -> None:
    """What came later is noted beside it."""
    log.take(mailed.doubts[0].delivery_id, status="bounced")

    assert 1 == settled(mailed, log).accepted
    assert "found in the relay's log, bounced later" in mailed.column("note")


@pytest.mark.parametrize(("first", "last"), [(1, 60), (-5, 14)])
def test_log_that_does_not_cover_the_time_tells_nothing(mailed: Mailed, log: Log, first: float, last: float) -> None:
    """It begins too late, or it ends before the relay had to answer."""
    log.tick(first)
    log.take(int(str(mailed.column("id")[0])), minutes=5)
    log.tick(last)

    assert {"the log does not cover the time around it"} == {one.why for one in compared(mailed, log)}
    assert Settled(0, PutBack(0, 0)) == settled(mailed, log, resends_missing=True)


def test_log_of_another_server_tells_nothing(mailed: Mailed, log: Log) -> None:
    """It names nothing of ours."""
    log.tick(-5)
    log.tick(60)

    assert {Answer.UNTOLD} == {one.answer for one in compared(mailed, log)}
    assert "is it the log of the relay" in compared(mailed, log)[0].why


def test_log_with_holes_tells_nothing(mailed: Mailed, log: Log) -> None:
    """Ann's was accepted in the same minute and is not in it, and who knows what else."""
    log.tick(-5)
    log.take(mailed.doubts[0].delivery_id)
    log.tick(60)
    told = compared(mailed, log)

    assert [Answer.ACCEPTED, Answer.UNTOLD] == [one.answer for one in told]
    assert "lacks messages of the same letter" in told[1].why


def test_log_without_a_zone_tells_nothing_of_what_is_not_in_it(mailed: Mailed, log: Log) -> None:
    """What is in it is in it, whatever the hour."""
    write_whole_log(mailed, log)
    log.lines = [line.replace("+00:00", "") for line in log.lines]
    told = compared(mailed, log)

    assert [Answer.ACCEPTED, Answer.UNTOLD] == [one.answer for one in told]
    assert "--timezone" in told[1].why


def test_second_loss_is_never_called_missing(mailed: Mailed, log: Log) -> None:
    """The log may tell of the second try; of the first nobody knows when it was."""
    with mailed.database.write() as tx:
        doubts.resend(tx, mailed.doubts, "again", mailed.now)
    mailed.mail({"bob": S.UNCERTAIN, "cem": S.UNCERTAIN})
    write_whole_log(mailed, log)

    assert [Answer.ACCEPTED, Answer.UNTOLD] == [one.answer for one in compared(mailed, log)]


def test_missing_of_a_cancelled_issue_stays_as_it_is(book: Ledger, log: Log) -> None:
    """It was given up."""
    mailed = being_mailed(book.database, book.room, book.now)
    mailed.mail({"ann": S.DEFERRED, "cem": S.UNCERTAIN})
    with mailed.database.write() as tx:
        dispatch.cancel(tx, mailed.issue_id, mailed.now)
    log.tick(-5)
    log.take(int(str(mailed.column("id")[1])))
    log.tick(60)

    assert [Answer.MISSING] == [one.answer for one in compared(mailed, log)]
    assert Settled(0, PutBack(0, 0)) == settled(mailed, log, resends_missing=True)


def test_forged_message_id_is_nobodys(keyring: Keyring) -> None:
    """Made for another purpose, by another instance, or by hand."""
    forged = [
        keyring.seal(Purpose.UNSUBSCRIBE, 7),
        Keyring("another secret, which is long enough").seal(Purpose.DELIVERY, 7),
        "a" * 26,
        "",
        "é" * 26,
    ]

    assert {None} == {reconcile.delivery_of(keyring, f"{local}@example.org") for local in forged}
    assert 7 == reconcile.delivery_of(keyring, f"{keyring.seal(Purpose.DELIVERY, 7).upper()}@example.org")
