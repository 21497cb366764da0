"""Uncertain mail on both databases: shown, settled by a person or by the setting, never mailed again by itself."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from newsletter.errors import BadValue, NotAdopted, WrongState
from newsletter.issues import store as issues
from newsletter.issues.model import IssueState
from newsletter.letters.letter import LetterKind
from newsletter.letters.links import Links
from newsletter.mail import dispatch, doubts, mailings, uncertain
from newsletter.mail.delivery import Delivery, DeliveryState, Phase, Reply, Verdict
from newsletter.mail.doubts import RESEND_AFTER, PutBack
from newsletter.mail.mailings import MailingState
from newsletter.mail.stationery import Stationery
from newsletter.people import erase, withdraw
from newsletter.staff import audit
from newsletter.tables.instance import instance
from newsletter.tables.mail import delivery
from subscribers import register
from subscribers.address import parse
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom, people
from tests.harness.mailed import Mailed, being_mailed
from tests.newsletter.mail.conftest import Ledger

S = DeliveryState
NOTE = "mailed again, by ann"


@pytest.fixture
def mailed(book: Ledger) -> Mailed:
    """Give an issue for Ann, Bob and Cem that is being mailed."""
    return being_mailed(book.database, book.room, book.now)


@pytest.fixture
def doubtful(mailed: Mailed) -> Mailed:
    """Give an issue that was sent; Ann has it, and nobody knows of Bob and Cem."""
    mailed.mail({"bob": S.UNCERTAIN, "cem": S.UNCERTAIN})
    return mailed


def message_of(tx: Transaction, keyring: Keyring, letter_id: int, name: str) -> bytes:
    """Give the bytes that a person gets."""
    columns = (delivery.c[field] for field in Delivery.__slots__ if field in delivery.c)
    row = tx.execute(select(*columns).where(delivery.c.letter_id == letter_id, delivery.c.email.like(f"{name}@%"))).one()
    stationery = Stationery(keyring, Links("https://news.example.org"))
    return stationery.envelope(
        stationery.compile(mailings.load(tx, letter_id)), Delivery(**{**row._asdict(), "attempts": 0})
    ).data


def person_id(tx: Transaction, name: str) -> int:
    """Give the subscriber `name@example.net`."""
    return register.find(tx, parse(f"{name}@example.net")).id


def test_doubts_say_who_when_and_why(doubtful: Mailed, keyring: Keyring) -> None:
    """And by which Message-ID a log would know them."""
    bob, cem = doubtful.doubts

    assert ["bob@example.net", "cem@example.net"] == [bob.email, cem.email]
    assert (doubtful.now, 1, "Unexpected EOF") == (bob.sending_at, bob.times, bob.reply)
    with doubtful.database.read() as tx:
        told = f"Message-ID: {doubts.message_id(keyring, bob)}".encode()
        assert told in message_of(tx, keyring, doubtful.letter_id, "bob").replace(b"\r\n ", b" ")


def test_crash_is_told_as_the_reason(mailed: Mailed) -> None:
    """A lost answer and a dead mailer are different stories."""
    mailed.crash()

    assert {"the mailer ended while this was on the wire"} == {doubt.why for doubt in mailed.doubts}


def test_called_sent_is_accepted_by_that_word(doubtful: Mailed) -> None:
    """The row says whose it was, and the alert is about the one who is left."""
    bob, _ = doubtful.doubts
    with doubtful.database.write() as tx:
        assert 1 == doubts.call_sent(tx, [bob], "ann", doubtful.now)

    assert {"ann": S.ACCEPTED, "bob": S.ACCEPTED, "cem": S.UNCERTAIN} == doubtful.states
    assert "accepted by the word of ann" in doubtful.column("note")
    [alert] = doubtful.alerts
    assert "Whether 1 person got" in alert


def test_alert_is_settled_when_nothing_is_uncertain(doubtful: Mailed) -> None:
    """Nothing waits any more, and the issue is what it was."""
    with doubtful.database.write() as tx:
        assert 2 == doubts.call_sent(tx, doubtful.doubts, "ann", doubtful.now)

    assert [] == doubtful.alerts
    assert IssueState.SENT is doubtful.state


def test_settled_is_settled(doubtful: Mailed) -> None:
    """Whoever comes second with an old list changes nothing."""
    found = doubtful.doubts
    with doubtful.database.write() as tx:
        doubts.call_sent(tx, found, "ann", doubtful.now)
        assert 0 == doubts.call_sent(tx, found, "bob", doubtful.now)
        assert PutBack(0, 0) == doubts.resend(tx, found, NOTE, doubtful.now)

    assert [] == doubtful.mail()
    assert IssueState.SENT is doubtful.state


def test_resent_issue_is_being_sent_and_then_sent(doubtful: Mailed) -> None:
    """On the day it was sent first, and by the same bytes."""
    with doubtful.database.read() as tx:
        sent_at = issues.load(tx, doubtful.issue_id).sent_at
    later = doubtful.now + timedelta(days=3)
    with doubtful.database.write() as tx:
        assert PutBack(2, 0) == doubts.resend(tx, doubtful.doubts, NOTE, later)
    assert (IssueState.SENDING, []) == (doubtful.state, doubtful.alerts)
    doubtful.now = later

    assert ["bob", "cem"] == doubtful.mail()
    assert {S.ACCEPTED} == set(doubtful.states.values())
    with doubtful.database.read() as tx:
        issue = issues.load(tx, doubtful.issue_id)
        assert (IssueState.SENT, sent_at) == (issue.state, issue.sent_at)


def test_resend_changes_nothing_of_the_message(doubtful: Mailed, keyring: Keyring) -> None:
    """Byte for byte, Message-ID and all, three days later."""
    with doubtful.database.write() as tx:
        before = message_of(tx, keyring, doubtful.letter_id, "bob")
        doubts.resend(tx, doubtful.doubts, NOTE, doubtful.now + timedelta(days=3))

        assert before == message_of(tx, keyring, doubtful.letter_id, "bob")


def test_resend_while_the_issue_is_being_mailed(mailed: Mailed) -> None:
    """It need not be over for that."""
    mailed.mail({"ann": S.DEFERRED, "bob": S.UNCERTAIN})
    assert IssueState.SENDING is mailed.state
    with mailed.database.write() as tx:
        doubts.resend(tx, mailed.doubts, NOTE, mailed.now)

    assert ["bob"] == mailed.mail()
    assert {"ann": S.DEFERRED, "bob": S.ACCEPTED, "cem": S.ACCEPTED} == mailed.states


def test_paused_issue_stays_paused(mailed: Mailed) -> None:
    """A resend is no resume."""
    mailed.mail({"ann": S.DEFERRED, "bob": S.UNCERTAIN})
    with mailed.database.write() as tx:
        dispatch.pause(tx, mailed.issue_id, mailed.now)
        doubts.resend(tx, mailed.doubts, NOTE, mailed.now)

    assert [] == mailed.mail()
    assert S.PENDING is mailed.states["bob"]


def test_who_left_meanwhile_is_not_written_to(doubtful: Mailed, keyring: Keyring) -> None:
    """The gate asks again, as for everybody."""
    with doubtful.database.write() as tx:
        withdraw.withdraw(tx, keyring, mailroom.subscription_of(tx, "bob").id, doubtful.now, people.LINK)
        doubts.resend(tx, doubtful.doubts, NOTE, doubtful.now)

    assert ["cem"] == doubtful.mail()
    assert S.SKIPPED is doubtful.states["bob"]


def test_who_was_erased_meanwhile_is_let_go(doubtful: Mailed, keyring: Keyring) -> None:
    """Their address is gone, and the issue does not wait for them."""
    with doubtful.database.write() as tx:
        erase.erase(tx, keyring, person_id(tx, "bob"), doubtful.now)
        assert PutBack(1, 1) == doubts.resend(tx, doubtful.doubts, NOTE, doubtful.now)

    assert ["cem"] == doubtful.mail()
    assert (IssueState.SENT, [], ()) == (doubtful.state, doubtful.alerts, doubtful.doubts)


def test_cancelled_issue_is_not_mailed_again(mailed: Mailed) -> None:
    """It was given up; that a mail of it arrived can still be said."""
    mailed.mail({"ann": S.DEFERRED, "bob": S.UNCERTAIN})
    with mailed.database.write() as tx:
        dispatch.cancel(tx, mailed.issue_id, mailed.now)
    with mailed.database.write() as tx, pytest.raises(WrongState, match="cannot be mailed again"):
        doubts.resend(tx, mailed.doubts, NOTE, mailed.now)
    with mailed.database.write() as tx:
        doubts.call_sent(tx, mailed.doubts, "ann", mailed.now)

    assert {"ann": S.CANCELLED, "bob": S.ACCEPTED, "cem": S.ACCEPTED} == mailed.states


def test_cancelling_a_resend_leaves_the_issue_sent(doubtful: Mailed) -> None:
    """It was published; only two go without it. It can be taken up once more."""
    found = doubtful.doubts
    with doubtful.database.write() as tx:
        doubts.resend(tx, found[:1], NOTE, doubtful.now)
        assert 1 == dispatch.cancel(tx, doubtful.issue_id, doubtful.now).cancelled
    assert IssueState.SENT is doubtful.state

    with doubtful.database.write() as tx:
        doubts.resend(tx, found[1:], NOTE, doubtful.now)
    assert ["cem"] == doubtful.mail()
    assert IssueState.SENT is doubtful.state


def test_copy_resends_nothing(doubtful: Mailed) -> None:
    """A copy mails nobody, on nobody's word."""
    with doubtful.database.write() as tx:
        tx.execute(update(instance).values(is_adopted=False))
    with doubtful.database.write() as tx, pytest.raises(NotAdopted):
        doubts.resend(tx, doubtful.doubts, NOTE, doubtful.now)
    with doubtful.database.write() as tx:
        assert 0 == doubts.resend_due(tx, doubtful.now + RESEND_AFTER)

    assert 2 == len(doubtful.doubts)


def test_only_what_is_uncertain_can_be_chosen(doubtful: Mailed, keyring: Keyring) -> None:
    """Ann has it, and an address that nobody has is a slip."""
    addresses = {keyring.hash_address(f"{name}@example.net"): f"{name}@example.net" for name in ("bob", "ann")}
    with pytest.raises(BadValue, match=r"ann@example\.net: its delivery is not uncertain"):
        doubts.chosen(doubtful.doubts, addresses)
    addresses.popitem()

    assert ["bob@example.net"] == [doubt.email for doubt in doubts.chosen(doubtful.doubts, addresses)]


def test_setting_resends_after_half_an_hour(doubtful: Mailed) -> None:
    """Not a second sooner, and it is written down who did it."""
    with doubtful.database.write() as tx:
        assert 0 == doubts.resend_due(tx, doubtful.now + RESEND_AFTER - timedelta(seconds=1))
        assert 2 == doubts.resend_due(tx, doubtful.now + RESEND_AFTER)
        entry = audit.recent(tx)[0]
    doubtful.now += RESEND_AFTER

    assert ("the worker", "uncertain.resend", {"resent": 2, "erased": 0}) == (entry.actor, entry.act, entry.detail)
    assert ["bob", "cem"] == doubtful.mail()
    assert IssueState.SENT is doubtful.state


@pytest.mark.parametrize("is_crash", [True, False])
def test_setting_resends_once(doubtful: Mailed, *, is_crash: bool) -> None:
    """A second loss is held, by whatever it came: somebody has to look."""
    doubtful.now += RESEND_AFTER
    with doubtful.database.write() as tx:
        doubts.resend_due(tx, doubtful.now)
    if is_crash:
        doubtful.crash()
    else:
        doubtful.mail({"bob": S.UNCERTAIN, "cem": S.UNCERTAIN})
    doubtful.now += timedelta(days=9)
    with doubtful.database.write() as tx:
        assert 0 == doubts.resend_due(tx, doubtful.now)

    assert [2, 2] == [doubt.times for doubt in doubtful.doubts]
    assert 1 == len(doubtful.alerts)


def test_setting_leaves_what_was_given_up(mailed: Mailed) -> None:
    """Cancelled is cancelled."""
    mailed.mail({"ann": S.DEFERRED, "bob": S.UNCERTAIN})
    with mailed.database.write() as tx:
        dispatch.cancel(tx, mailed.issue_id, mailed.now)
        assert 0 == doubts.resend_due(tx, mailed.now + RESEND_AFTER)

    assert S.UNCERTAIN is mailed.states["bob"]


def test_notices_are_resent_by_the_setting_too(mailed: Mailed, keyring: Keyring) -> None:
    """A confirmation that was lost in a crash comes after all; they belong to no issue."""
    mailed.mail()
    with mailed.database.write() as tx:
        due = people.ask(tx, keyring, register.all_lists(tx)[0].id, "dot@example.net", mailed.now)
        draft = mailroom.a_draft(LetterKind.CONFIRMATION)
        list_id = register.all_lists(tx)[0].id
        dispatch.notice(tx, draft, due.subscriber, mailed.now, list_id=list_id, confirmation_id=due.confirmation_id)
    mailed.mail({"dot": S.UNCERTAIN})
    with mailed.database.write() as tx:
        [doubt] = uncertain.all_doubts(tx)
        assert (None, LetterKind.CONFIRMATION) == (doubt.issue_id, doubt.kind)
        assert 1 == doubts.resend_due(tx, mailed.now + RESEND_AFTER)
    mailed.now += RESEND_AFTER

    assert ["dot"] == mailed.mail()
    with mailed.database.read() as tx:
        assert not mailings.change_state(tx, doubt.letter_id, MailingState.OPEN, MailingState.OPEN)


def test_issue_is_not_closed_over_somebody_who_was_put_back(doubtful: Mailed) -> None:
    """Whoever closes asks again once it holds the mailing."""
    with doubtful.database.write() as tx:
        doubts.resend(tx, doubtful.doubts, NOTE, doubtful.now)
        assert () == dispatch.finish(tx, doubtful.now)

    assert IssueState.SENDING is doubtful.state


def test_closing_waits_for_who_is_putting_somebody_back(postgres_book: Ledger) -> None:
    """It had seen everybody settled, waited for the lock, and looks again before it calls the issue sent."""
    mailed = being_mailed(postgres_book.database, postgres_book.room, postgres_book.now)
    postgres_book.room = replace(postgres_book.room, letter_id=mailed.letter_id)
    for one in postgres_book.claim(postgres_book.start("one")):
        postgres_book.mark("one", one)
        postgres_book.settle("one", one, Verdict(S.UNCERTAIN), Reply(Phase.BODY, 0, "", "lost"))

    def finish() -> tuple[int, ...]:
        with mailed.database.write() as tx:
            return dispatch.finish(tx, mailed.now)

    with ThreadPoolExecutor(1) as other:
        with mailed.database.write() as tx:
            doubts.resend(tx, mailed.doubts, NOTE, mailed.now)
            closing = other.submit(finish)
            while not _is_somebody_waiting(mailed):
                assert not closing.done()
        assert () == closing.result()
    assert (IssueState.SENDING, {S.PENDING}) == (mailed.state, set(mailed.states.values()))


def _is_somebody_waiting(mailed: Mailed) -> bool:
    with mailed.database.read() as tx:
        return bool(tx.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())
