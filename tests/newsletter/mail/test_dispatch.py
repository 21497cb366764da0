"""The verbs of mailing on both databases: what is planned, what is refused, and that the figures add up."""

from dataclasses import astuple
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from newsletter import failpoints
from newsletter.errors import BadValue, IssueNotFound, NotAdopted, WrongState
from newsletter.failpoints import FailPointReached
from newsletter.issues import alerts, newsletters, readers
from newsletter.issues import draft as drafts
from newsletter.issues import store as issues
from newsletter.issues.model import IssueState
from newsletter.letters import store as letters
from newsletter.letters.letter import LetterKind
from newsletter.mail import consequences, dispatch, mailings, rest
from newsletter.mail.delivery import DeliveryState, Outcome, Phase, Reply, Report, Verdict
from newsletter.mail.mailings import MailingState
from newsletter.tables.instance import instance
from newsletter.tables.issues import issue as issue_table
from newsletter.tables.issues import newsletter as newsletter_table
from subscribers import listbook, register, terms, topicbook
from subscribers.address import parse
from subscribers.consent import Act, Door, Evidence
from subscribers.terms import Terms
from subscribers.tokens import Keyring, Purpose
from subscribers.transaction import Transaction
from tests.harness import mailroom, people
from tests.newsletter.mail.conftest import ACCEPTED, Ledger

S = DeliveryState


def approved(book: Ledger) -> int:
    """Give an approved issue of the ledger's newsletter."""
    with book.database.write() as tx:
        return mailroom.approved_issue(tx, book.room.newsletter_id, book.now)


def sent(book: Ledger) -> int:
    """Give an issue that is being sent; the ledger is about its letter from now on."""
    issue_id = approved(book)
    with book.database.write() as tx:
        mailings.cancel(tx, book.room.letter_id, book.now)
        dispatch.send_issue(tx, issue_id, book.now)
        letter_id = mailings.letter_of_issue(tx, issue_id)
    assert letter_id is not None
    book.room = mailroom.Mailroom(book.room.newsletter_id, book.room.list_id, letter_id)
    return issue_id


def state_of(tx: Transaction, issue_id: int) -> IssueState:
    """Give where an issue stands."""
    return issues.load(tx, issue_id).state


def test_issue_goes_to_whom_it_is_for(book: Ledger, keyring: Keyring) -> None:
    """Ann takes another topic, Bob has paused, and Cem takes everything."""
    with book.database.write() as tx:
        jobs, books = (topicbook.add(tx, book.room.list_id, name) for name in ("Jobs", "Books"))
        wishes = {"ann": Terms(topic_ids=frozenset({books.id})), "bob": Terms(paused_until=book.now + timedelta(days=9))}
        for name, wish in wishes.items():
            terms.agree(tx, keyring, mailroom.subscription_of(tx, name).id, wish, book.now, people.LINK)
        draft = drafts.draft_empty(tx, newsletters.by_id(tx, book.room.newsletter_id), "Jobs", book.now)
        readers.set_topics(tx, draft.id, ["Jobs"], book.now)
    with book.database.write() as tx:
        issue_id = mailroom.approve(tx, issues.load(tx, draft.id), book.now)
        report = dispatch.send_issue(tx, issue_id, book.now)
        letter_id = mailings.letter_of_issue(tx, issue_id)
        assert letter_id is not None

        assert {"cem": S.PENDING} == mailroom.states(tx, letter_id)
        assert 1 == report.audience
        assert jobs.position < books.position


def test_archived_list_gets_nothing(book: Ledger) -> None:
    """Neither an issue that was approved before, nor the rest of one that was sent."""
    issue_id = sent(book)
    waiting = approved(book)
    with book.database.write() as tx:
        listbook.archive(tx, book.room.list_id, book.now)
    for send in (dispatch.send_issue, partial(rest.send_rest, also_new=True)):
        with pytest.raises(BadValue, match="archived"), book.database.write() as tx:
            send(tx, waiting if send is dispatch.send_issue else issue_id, book.now)


def test_approved_issue_is_planned_for_everybody(book: Ledger) -> None:
    """And it is being sent from that moment on."""
    issue_id = approved(book)
    with book.database.write() as tx:
        report = dispatch.send_issue(tx, issue_id, book.now)

        assert Report(audience=3, accepted=0, refused=0, deferred=0, uncertain=0, skipped=0, cancelled=0, pending=3) == report
        assert IssueState.SENDING == state_of(tx, issue_id)


def test_issue_is_planned_once(book: Ledger) -> None:
    """A second press of the button changes nothing."""
    issue_id = sent(book)

    with book.database.write() as tx, pytest.raises(WrongState):
        dispatch.send_issue(tx, issue_id, book.now)
    assert 3 == len(book.states())


@pytest.mark.parametrize("place", ["audience.begin", "audience.done"])
def test_planning_is_whole_or_not_at_all(place: str, book: Ledger) -> None:
    """Whatever breaks in the middle, there is neither half an audience nor an issue that is sent to nobody."""
    issue_id = approved(book)
    failpoints.arm(f"{place}:raise")
    with pytest.raises(FailPointReached), book.database.write() as tx:
        dispatch.send_issue(tx, issue_id, book.now)
    failpoints.arm("")

    with book.database.write() as tx:
        assert IssueState.APPROVED == state_of(tx, issue_id)
        assert mailings.letter_of_issue(tx, issue_id) is None
        assert 3 == dispatch.send_issue(tx, issue_id, book.now).audience


def test_issue_without_a_standing_approval_is_not_sent(book: Ledger) -> None:
    """An approval is for one content, and this is another."""
    issue_id = approved(book)
    with book.database.write() as tx:
        other = mailroom.a_draft(subject="Something else")
        letter = letters.freeze(tx, other, book.now, newsletter_id=None, issue_id=issue_id, list_id=None)
        tx.execute(update(issue_table).where(issue_table.c.id == issue_id).values(letter_id=letter.id))

    with book.database.write() as tx, pytest.raises(WrongState):
        dispatch.send_issue(tx, issue_id, book.now)


def test_newsletter_without_a_postal_address_is_not_sent(book: Ledger) -> None:
    """The law asks for one."""
    issue_id = approved(book)
    with book.database.write() as tx:
        tx.execute(update(newsletter_table).values(postal_address=" "))

    with book.database.write() as tx, pytest.raises(BadValue, match="postal address"):
        dispatch.send_issue(tx, issue_id, book.now)


def test_copy_sends_nothing(book: Ledger) -> None:
    """It says so instead of planning."""
    issue_id = approved(book)
    with book.database.write() as tx:
        tx.execute(update(instance).values(is_adopted=False))

    with book.database.write() as tx, pytest.raises(NotAdopted):
        dispatch.send_issue(tx, issue_id, book.now)


def test_issue_nobody_reads_is_sent_at_once(book: Ledger, keyring: Keyring) -> None:
    """An empty list is no reason to wait for ever."""
    with book.database.write() as tx:
        for name in ("ann", "bob", "cem"):
            register.withdraw(tx, keyring, mailroom.subscription_of(tx, name).id, book.now, people.LINK)
    issue_id = sent(book)
    with book.database.write() as tx:
        assert (issue_id,) == dispatch.finish(tx, book.now)
        assert 0 == dispatch.report(tx, issue_id).audience


def test_paused_issue_rests_and_goes_on(book: Ledger) -> None:
    """Both the issue and its mailing know."""
    issue_id = sent(book)
    with book.database.write() as tx:
        dispatch.pause(tx, issue_id, book.now)
        assert issues.load(tx, issue_id).is_paused
    paused = book.claim(book.start("one"))
    with book.database.write() as tx:
        dispatch.resume(tx, issue_id, book.now)
        assert not issues.load(tx, issue_id).is_paused

    assert () == paused
    assert 3 == len(book.claim("one"))


def test_only_what_is_being_sent_can_be_paused(book: Ledger) -> None:
    """An approved issue has nothing to pause."""
    issue_id = approved(book)
    with book.database.write() as tx, pytest.raises(WrongState):
        dispatch.pause(tx, issue_id, book.now)


def test_cancelled_issue_says_who_has_it(book: Ledger) -> None:
    """Exactly, and for good."""
    issue_id = sent(book)
    [ann, *_] = book.claim(book.start("one"))
    book.send("one", ann)
    with book.database.write() as tx:
        report = dispatch.cancel(tx, issue_id, book.now)

    assert (3, 1, 2) == (report.audience, report.accepted, report.cancelled)
    with book.database.write() as tx:
        assert IssueState.CANCELLED == state_of(tx, issue_id)
        with pytest.raises(WrongState):
            dispatch.resume(tx, issue_id, book.now)


def test_issue_never_mailed_has_no_figures(book: Ledger) -> None:
    """Zeros, and an error where there is no issue."""
    issue_id = approved(book)
    with book.database.read() as tx:
        assert {0} == set(astuple(dispatch.report(tx, issue_id)))
        with pytest.raises(IssueNotFound):
            dispatch.report(tx, 404)


def test_figures_add_up_in_every_state(book: Ledger) -> None:
    """Leased and sending count as pending."""
    issue_id = sent(book)
    [ann, bob, _] = book.claim(book.start("one"))
    book.send("one", ann)
    book.mark("one", bob)
    with book.database.read() as tx:
        report = dispatch.report(tx, issue_id)

    assert (3, 1, 2) == (report.audience, report.accepted, report.pending)


def test_issue_is_sent_when_the_last_is_settled(book: Ledger) -> None:
    """Derived from the rows, neither sooner nor twice."""
    issue_id = sent(book)
    claimed = book.claim(book.start("one"))
    for one in claimed[:2]:
        book.send("one", one)
    with book.database.write() as tx:
        early = dispatch.finish(tx, book.now)
    book.settle("one", claimed[2], Verdict(S.REFUSED), Reply(Phase.RCPT, 550, "5.7.1", "no"))
    with book.database.write() as tx:
        assert ((), (issue_id,), ()) == (early, dispatch.finish(tx, book.now), dispatch.finish(tx, book.now))
        assert IssueState.SENT == state_of(tx, issue_id)


def test_issue_sent_with_open_questions_waits_for_a_person(book: Ledger) -> None:
    """A crash left open whether one of three got it."""
    issue_id = sent(book)
    claimed = book.claim(book.start("one"))
    for one in claimed[:2]:
        book.send("one", one)
    book.mark("one", claimed[2])
    book.settle("one", claimed[2], Verdict(S.UNCERTAIN), Reply(Phase.BODY, 0, "", "lost"))
    with book.database.write() as tx:
        dispatch.finish(tx, book.now)

        [alert] = alerts.open_alerts(tx)
    assert (f"issue-uncertain:{issue_id}", issue_id) == (alert.key, alert.issue_id)
    assert "Whether 1 person got January 2020 is not known" in alert.text


def test_notice_goes_to_one_person_with_their_link(book: Ledger, keyring: Keyring) -> None:
    """Ahead of the issue, once for each time it is asked for."""
    with book.database.write() as tx:
        due = people.ask(tx, keyring, book.room.list_id, "dot@example.net", book.now)
        draft = mailroom.a_draft(LetterKind.CONFIRMATION)
        for _ in range(2):
            dispatch.notice(
                tx,
                draft,
                due.subscriber,
                book.now,
                list_id=book.room.list_id,
                confirmation_id=due.confirmation_id,
                newsletter_id=book.room.newsletter_id,
            )
    claimed = book.claim(book.start("one"), limit=3)

    assert ["dot", "dot", "ann"] == mailroom.names(claimed)
    assert [due.confirmation_id, due.confirmation_id, 0] == [one.confirmation_id for one in claimed]
    assert due.subscription_id == claimed[0].subscription_id


def test_question_is_evidence_with_its_words_and_message_id(book: Ledger, keyring: Keyring) -> None:
    """Who is asked can be shown which mail they answered; the link that is theirs alone does not stand in it."""
    with book.database.write() as tx:
        due = people.ask(tx, keyring, book.room.list_id, "dot@example.net", book.now)
        dispatch.question(
            tx,
            keyring,
            mailroom.a_draft(LetterKind.CONFIRMATION, "Please confirm"),
            due.subscriber,
            book.now,
            list_id=book.room.list_id,
            newsletter_id=book.room.newsletter_id,
            confirmation_id=due.confirmation_id,
        )
        said = register.consent_of(tx, keyring.hash_address("dot@example.net"))[-1]
    [claimed] = book.claim(book.start("one"), limit=1)

    token = keyring.seal(Purpose.DELIVERY, claimed.id)
    words = "Please confirm Dear [name], . leave: [unsubscribe]"
    expected = Evidence(Door.MAIL, words, form="confirmation", language="en", message_id=f"<{token}@example.org>")
    assert (Act.MAILED, book.room.list_id, expected) == (said.act, said.list_id, said.evidence)


def test_proof_shows_the_content_that_will_be_sent(book: Ledger, keyring: Keyring) -> None:
    """It has the same hash, and is no part of the issue's figures."""
    issue_id = sent(book)
    draft = mailroom.a_draft()
    with book.database.write() as tx:
        letter_id = dispatch.proof(
            tx, keyring, draft, parse("editor@example.org"), book.now, issue_id=issue_id, list_id=book.room.list_id
        )
        proof = letters.load(tx, letter_id).draft

        assert (draft.content_hash, LetterKind.PROOF) == (proof.content_hash, proof.kind)
        assert 3 == dispatch.report(tx, issue_id).audience
        assert mailings.letter_of_issue(tx, issue_id) == book.room.letter_id


def test_refused_sender_pauses_the_issue_until_somebody_resumes(book: Ledger) -> None:
    """The alert names the reply, and is settled by resuming."""
    issue_id = sent(book)
    [ann, *_] = book.claim(book.start("one"))
    reply = Reply(Phase.MAIL, 550, "5.7.1", "5.7.1 not from you")
    verdict = Verdict(S.PENDING, not_before=book.now, burns_attempt=False, pauses_mailing=True)
    with book.database.write() as tx:
        consequences.record(tx, "one", [Outcome(ann, verdict, reply)], book.now)
        [alert] = alerts.open_alerts(tx)
        was_paused = issues.load(tx, issue_id).is_paused
        dispatch.resume(tx, issue_id, book.now)

        assert was_paused
        assert issue_id == alert.issue_id
        assert "not from you" in alert.text
        assert () == alerts.open_alerts(tx)


def test_refused_notice_alerts_and_is_tried_again(book: Ledger, keyring: Keyring) -> None:
    """Nobody would resume the mailing of one person's letter."""
    with book.database.write() as tx:
        due = people.ask(tx, keyring, book.room.list_id, "dot@example.net", book.now)
        draft = mailroom.a_draft(LetterKind.CONFIRMATION)
        letter_id = dispatch.notice(tx, draft, due.subscriber, book.now, list_id=book.room.list_id)
    [notice] = book.claim(book.start("one"), limit=1)
    verdict = Verdict(S.DEFERRED, not_before=book.now + timedelta(minutes=5), pauses_mailing=True)
    with book.database.write() as tx:
        consequences.record(tx, "one", [Outcome(notice, verdict, Reply(Phase.MAIL, 550, "", "no"))], book.now)

        assert 1 == len(alerts.open_alerts(tx))
        assert {"dot": S.DEFERRED} == mailroom.states(tx, letter_id)
        assert not mailings.change_state(tx, letter_id, MailingState.PAUSED, MailingState.OPEN)


def test_finishing_an_accepted_reply_is_kept(book: Ledger) -> None:
    """The queue id stays with the row after the issue is sent."""
    sent(book)
    for one in book.claim(book.start("one")):
        book.send("one", one)

    assert {ACCEPTED.text} == set(book.column("reply"))
