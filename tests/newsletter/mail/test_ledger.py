"""The ledger on both databases: who is claimed, who passes the gate, and what is written afterwards."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select, update

from newsletter.letters import store as letters
from newsletter.letters.letter import LetterKind
from newsletter.mail import ledger, mailings
from newsletter.mail.delivery import DeliveryState, Passage, Phase, Reply, Verdict
from newsletter.mail.mailings import MailingState
from newsletter.tables.instance import instance
from newsletter.tables.mail import attempt, delivery
from subscribers import register, suppression
from subscribers.address import parse
from subscribers.model import EVERY_LIST, Reason
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom, people
from tests.newsletter.mail.conftest import Ledger

S = DeliveryState
DEFERRED = Verdict(S.DEFERRED, not_before=None)
BUSY = Reply(Phase.RCPT, 450, "4.2.0", "4.2.0 come back later, ann@example.net")


def test_everybody_confirmed_is_planned_once(book: Ledger) -> None:
    """The audience is frozen as it stands."""
    assert {"ann": S.PENDING, "bob": S.PENDING, "cem": S.PENDING} == book.states()
    with book.database.read() as tx:
        assert 3 == mailings.report(tx, book.room.letter_id).audience


def test_claims_do_not_overlap(book: Ledger) -> None:
    """What one worker has, no other gets."""
    first = book.claim(book.start("one"), limit=2)
    second = book.claim(book.start("two"))

    assert (["ann", "bob"], ["cem"]) == (mailroom.names(first), mailroom.names(second))


def test_two_that_claim_at_once_never_get_the_same(book: Ledger, keyring: Keyring) -> None:
    """On PostgreSQL they skip each other's rows, on SQLite they take turns."""
    with book.database.write() as tx:
        for number in range(60):
            people.join(tx, keyring, book.room.list_id, f"reader{number}@example.net", book.now)
        mailroom.plan(tx, book.room.newsletter_id, book.room.list_id, book.now)
    got: dict[str, list[int]] = {"one": [], "two": []}

    def drain(worker_id: str) -> None:
        while claimed := book.claim(worker_id, limit=3):
            got[worker_id] += [one.id for one in claimed]

    workers = [Thread(target=drain, args=[book.start(worker_id)]) for worker_id in got]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    everything = got["one"] + got["two"]

    assert 66 == len(everything) == len(set(everything))


def test_notices_are_claimed_first(book: Ledger) -> None:
    """A confirmation never waits behind an issue."""
    with book.database.write() as tx:
        subscriber = register.find(tx, parse("cem@example.net"))
        draft = mailroom.a_draft(LetterKind.WELCOME)
        letter = letters.freeze(tx, draft, book.now, newsletter_id=None, issue_id=None, list_id=book.room.list_id)
        ledger.plan_notice(tx, letter.id, LetterKind.WELCOME, subscriber.id, book.room.list_id, book.now)
    claimed = book.claim(book.start("one"))

    assert ["cem", "ann", "bob", "cem"] == mailroom.names(claimed)
    assert letter.id == claimed[0].letter_id


def test_deferred_are_claimed_when_their_time_has_come(book: Ledger) -> None:
    """Neither before nor never again."""
    worker = book.start("one")
    [ann] = book.claim(worker, limit=1)
    later = book.now + timedelta(minutes=5)
    book.settle(worker, ann, Verdict(S.DEFERRED, not_before=later), BUSY)
    book.claim(worker)

    assert () == book.claim(worker)
    assert ["ann"] == mailroom.names(book.claim(worker, now=later))


def test_marked_is_sending(book: Ledger) -> None:
    """The gate lets through who may be written to."""
    worker = book.start("one")
    [ann, *_] = book.claim(worker)

    assert [Passage.GRANTED] == book.mark(worker, ann)
    assert S.SENDING == book.states()["ann"]


def test_nobody_is_marked_twice(book: Ledger) -> None:
    """A mark is for one transmission."""
    worker = book.start("one")
    [ann, *_] = book.claim(worker)
    book.mark(worker, ann)
    book.now += timedelta(microseconds=1)

    assert [Passage.GONE] == book.mark(worker, ann)


def test_another_worker_cannot_mark(book: Ledger) -> None:
    """A lease belongs to one."""
    [ann, *_] = book.claim(book.start("one"))

    assert [Passage.GONE] == book.mark(book.start("two"), ann)


def withdraw(tx: Transaction, keyring: Keyring, book: Ledger) -> None:
    """Ann leaves, by the whole verb."""
    subscription = mailroom.subscription_of(tx, "ann")
    register.withdraw(tx, keyring, subscription.id, book.now, people.LINK)
    ledger.skip_open(tx, subscription.id, book.now, "withdrawn")


def withdraw_only(tx: Transaction, keyring: Keyring, book: Ledger) -> None:
    """Ann leaves, and nobody tells the ledger."""
    register.withdraw(tx, keyring, mailroom.subscription_of(tx, "ann").id, book.now, people.LINK)


def suppress(tx: Transaction, keyring: Keyring, book: Ledger) -> None:
    """Ann's mail came back from elsewhere."""
    suppression.suppress(tx, keyring.hash_address("ann@example.net"), Reason.BOUNCED, book.now)


def suppress_on_list(tx: Transaction, keyring: Keyring, book: Ledger) -> None:
    """Ann complained about this list."""
    hashed = keyring.hash_address("ann@example.net")
    suppression.suppress(tx, hashed, Reason.COMPLAINED, book.now, list_id=book.room.list_id)


Leaving = Callable[[Transaction, Keyring, Ledger], None]


@pytest.mark.parametrize("leave", [withdraw, withdraw_only, suppress, suppress_on_list])
def test_who_left_after_the_claim_does_not_pass(leave: Leaving, book: Ledger, keyring: Keyring) -> None:
    """Leaving is honoured up to the last moment, and the row says why."""
    worker = book.start("one")
    [ann, bob, _] = book.claim(worker)
    with book.database.write() as tx:
        leave(tx, keyring, book)
    passages = book.mark(worker, ann, bob)

    assert Passage.GRANTED is not passages[0]
    assert Passage.GRANTED is passages[1]
    assert S.SKIPPED == book.states()["ann"]
    assert book.column("note")[0]


def test_withdrawn_after_planning_is_not_claimed(book: Ledger, keyring: Keyring) -> None:
    """Leaving between dispatch and delivery is honoured."""
    with book.database.write() as tx:
        withdraw(tx, keyring, book)

    assert ["bob", "cem"] == mailroom.names(book.claim(book.start("one")))


def test_deferred_who_left_is_not_tried_again(book: Ledger, keyring: Keyring) -> None:
    """Days may lie between two attempts."""
    worker = book.start("one")
    [ann] = book.claim(worker, limit=1)
    book.settle(worker, ann, Verdict(S.DEFERRED, not_before=book.now), BUSY)
    with book.database.write() as tx:
        withdraw(tx, keyring, book)

    assert S.SKIPPED == book.states()["ann"]


def test_on_the_wire_cannot_be_called_back(book: Ledger, keyring: Keyring) -> None:
    """What is sending ends as what it was: the outcome is written over nothing."""
    worker = book.start("one")
    [ann, *_] = book.claim(worker)
    book.mark(worker, ann)
    with book.database.write() as tx:
        withdraw(tx, keyring, book)
    book.settle(worker, ann, Verdict(S.ACCEPTED))

    assert S.ACCEPTED == book.states()["ann"]


def test_paused_goes_back_and_waits(book: Ledger) -> None:
    """Pause bites at the next mark, and nobody is lost by it."""
    worker = book.start("one")
    [ann, *_] = book.claim(worker)
    with book.database.write() as tx:
        mailings.change_state(tx, book.room.letter_id, MailingState.OPEN, MailingState.PAUSED)

    assert [Passage.RETURNED] == book.mark(worker, ann)
    assert S.PENDING == book.states()["ann"]
    assert () == book.claim(worker)


def test_resumed_is_claimed_again(book: Ledger) -> None:
    """Where it stopped it goes on."""
    with book.database.write() as tx:
        mailings.change_state(tx, book.room.letter_id, MailingState.OPEN, MailingState.PAUSED)
        mailings.change_state(tx, book.room.letter_id, MailingState.PAUSED, MailingState.OPEN)

    assert 3 == len(book.claim(book.start("one")))


def test_cancelled_is_settled_but_for_what_is_on_the_wire(book: Ledger) -> None:
    """Who has it keeps it, who has not goes without, and the one in between is told apart."""
    worker = book.start("one")
    [ann, bob] = book.claim(worker, limit=2)
    book.mark(worker, ann)
    with book.database.write() as tx:
        mailings.cancel(tx, book.room.letter_id, book.now)

    assert {"ann": S.SENDING, "bob": S.CANCELLED, "cem": S.CANCELLED} == book.states()
    assert [Passage.GONE] == book.mark(worker, bob)


def test_copy_that_nobody_adopted_sends_nothing(book: Ledger) -> None:
    """A restored backup has the same rows and must not mail them."""
    worker = book.start("one")
    [ann, *_] = book.claim(worker, limit=2)
    with book.database.write() as tx:
        tx.execute(update(instance).values(is_adopted=False))

    assert [Passage.RETURNED] == book.mark(worker, ann)
    assert () == book.claim(worker)
    with book.database.read() as tx:
        assert not mailings.outstanding(tx, book.now).is_ready


@pytest.mark.parametrize(
    ("reason", "passage"),
    [
        (Reason.UNSUBSCRIBED, Passage.GRANTED),
        (Reason.ERASED, Passage.GRANTED),
        (Reason.BOUNCED, Passage.SKIPPED),
        (Reason.MANUAL, Passage.SKIPPED),
    ],
)
def test_confirmation_asks_who_left_but_not_who_must_be_left_alone(
    reason: Reason, passage: Passage, book: Ledger, keyring: Keyring
) -> None:
    """It needs no confirmed subscription, that is what it asks for."""
    with book.database.write() as tx:
        due = people.ask(tx, keyring, book.room.list_id, "dot@example.net", book.now)
        suppression.suppress(tx, keyring.hash_address("dot@example.net"), reason, book.now, list_id=EVERY_LIST)
        draft = mailroom.a_draft(LetterKind.CONFIRMATION)
        letter = letters.freeze(tx, draft, book.now, newsletter_id=None, issue_id=None, list_id=book.room.list_id)
        ledger.plan_notice(
            tx,
            letter.id,
            LetterKind.CONFIRMATION,
            due.subscriber.id,
            book.room.list_id,
            book.now,
            confirmation_id=due.confirmation_id,
        )
    worker = book.start("one")
    [confirmation] = book.claim(worker, limit=1)

    assert due.confirmation_id == confirmation.confirmation_id
    assert [passage] == book.mark(worker, confirmation)


def test_proof_needs_no_subscriber(book: Ledger, keyring: Keyring) -> None:
    """It goes to whoever works on the issue."""
    with book.database.write() as tx:
        draft = mailroom.a_draft(LetterKind.PROOF)
        letter = letters.freeze(tx, draft, book.now, newsletter_id=None, issue_id=None, list_id=None)
        address = parse("editor@example.org")
        ledger.plan_to(tx, letter.id, LetterKind.PROOF, address, keyring.hash_address(address.key), book.now)
    worker = book.start("one")
    [proof] = book.claim(worker, limit=1)

    assert ("editor@example.org", None) == (proof.email, proof.subscriber_id)
    assert [Passage.GRANTED] == book.mark(worker, proof)


def test_acceptance_keeps_the_relays_word(book: Ledger) -> None:
    """The queue id by which the relay's log can be asked."""
    worker = book.start("one")
    [ann, *_] = book.claim(worker)
    book.send(worker, ann)

    assert [250, "2.0.0", "2.0.0 queued as 7", 1] == [
        book.column(name)[0] for name in ("code", "enhanced", "reply", "attempts")
    ]
    with book.database.read() as tx:
        assert [] == mailroom.attempts(tx)


def test_acceptance_without_a_mark_is_not_believed(book: Ledger) -> None:
    """Nothing was sent, whatever somebody says."""
    worker = book.start("one")
    [ann, *_] = book.claim(worker)

    assert not book.settle(worker, ann, Verdict(S.ACCEPTED))
    assert S.LEASED == book.states()["ann"]


def test_refusal_before_the_mark_is_written(book: Ledger) -> None:
    """RCPT may be refused before the gate was asked."""
    worker = book.start("one")
    [ann, *_] = book.claim(worker)

    assert book.settle(worker, ann, Verdict(S.REFUSED), Reply(Phase.RCPT, 550, "5.1.1", "5.1.1 no"))
    assert S.REFUSED == book.states()["ann"]
    with book.database.read() as tx:
        assert ["refused"] == mailroom.attempts(tx)


def test_trouble_of_the_relay_burns_no_attempt(book: Ledger) -> None:
    """The person had no part in it, and no row says they had."""
    worker = book.start("one")
    [ann, *_] = book.claim(worker)
    book.settle(worker, ann, Verdict(S.PENDING, not_before=book.now, burns_attempt=False), Reply(Phase.MAIL, 421, "", "busy"))

    assert (S.PENDING, 0) == (book.states()["ann"], book.column("attempts")[0])
    with book.database.read() as tx:
        assert [] == mailroom.attempts(tx)


def test_attempts_are_counted(book: Ledger) -> None:
    """Each try that came to a verdict is a row, in order."""
    worker = book.start("one")
    for _ in range(2):
        [ann] = [one for one in book.claim(worker) if one.email.startswith("ann")]
        book.settle(worker, ann, Verdict(S.DEFERRED, not_before=book.now), BUSY)

    with book.database.read() as tx:
        numbers = list(tx.execute(select(attempt.c.number).order_by(attempt.c.id)).scalars())
    assert [1, 2] == numbers
    assert 2 == book.column("attempts")[0]


def test_erased_person_leaves_no_trace_but_states(book: Ledger) -> None:
    """Neither in the row nor in what a relay said, not even when the answer comes afterwards."""
    worker = book.start("one")
    [ann, bob, _] = book.claim(worker)
    book.settle(worker, ann, Verdict(S.DEFERRED, not_before=book.now), BUSY)
    book.mark(worker, bob)
    with book.database.write() as tx:
        for name in ("ann", "bob"):
            ledger.forget(tx, register.find(tx, parse(f"{name}@example.net")).id, book.now)
    book.settle(worker, bob, Verdict(S.REFUSED), Reply(Phase.BODY, 554, "5.7.1", "5.7.1 not for bob@example.net"))

    with book.database.read() as tx:
        rows = tx.execute(select(delivery.c.email, delivery.c.name, delivery.c.reply).where(delivery.c.email == "")).all()
        replies = list(tx.execute(select(attempt.c.reply)).scalars())
    assert [("", "", ""), ("", "", "")] == [tuple(row) for row in rows]
    assert ["", ""] == replies
    assert [S.SKIPPED, S.REFUSED, S.LEASED] == book.column("state")
