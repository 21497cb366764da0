"""Issues for some of a list, from the choice to the ledger, on both databases."""

from datetime import timedelta

import pytest

from newsletter.errors import BadValue
from newsletter.issues import draft, editing, listchange, newsletters, selection
from newsletter.issues import store as issues
from newsletter.mail import audiences, dispatch, mailings, rest
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.owed import Owed
from newsletter.people import segments
from subscribers import attributebook, listbook, register
from subscribers.address import parse
from subscribers.attributes import AttributeKind
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom, people
from tests.harness.mailed import Mailed
from tests.newsletter.mail.conftest import Ledger

S = DeliveryState


def speak(tx: Transaction, **languages: str) -> None:
    """Let people read in a language."""
    for name, language in languages.items():
        register.edit(tx, register.find(tx, parse(f"{name}@example.net")).id, language=language)


def approved(book: Ledger, included: tuple[str, ...] = (), excluded: tuple[str, ...] = ()) -> int:
    """Give an issue for some, that somebody approved; Ann reads French, Bob Dutch, Cem nothing in particular."""
    with book.database.write() as tx:
        mailings.cancel(tx, book.room.letter_id, book.now)
        speak(tx, ann="fr", bob="nl")
        for language in ("fr", "nl", "de"):
            segments.create(tx, language, f"language = {language}", "ann", book.now)
        issue = draft.draft_empty(tx, newsletters.by_id(tx, book.room.newsletter_id), "May", book.now)
        editing.select_people(tx, issue.id, book.now, included=included, excluded=excluded)
        return mailroom.approve(tx, issues.load(tx, issue.id), book.now)


def sent(book: Ledger, issue_id: int) -> Mailed:
    """Send it."""
    with book.database.write() as tx:
        people_of_it = audiences.count(tx, issues.load(tx, issue_id), book.now)
        report = dispatch.send_issue(tx, issue_id, book.now)
        letter_id = mailings.letter_of_issue(tx, issue_id)
    assert letter_id is not None
    assert people_of_it == report.audience
    return Mailed(book.database, issue_id, letter_id, book.now)


@pytest.mark.parametrize(
    ("included", "excluded", "expected"),
    [
        ((), (), ["ann", "bob", "cem"]),
        (("fr",), (), ["ann"]),
        (("fr", "nl"), (), ["ann", "bob"]),
        ((), ("fr",), ["bob", "cem"]),
        (("fr", "nl"), ("nl",), None),
        (("de",), (), []),
        ((), ("fr", "nl"), ["cem"]),
    ],
)
def test_issue_goes_to_those_selected(
    book: Ledger, included: tuple[str, ...], excluded: tuple[str, ...], expected: list[str] | None
) -> None:
    """In one of those included and in none excluded; as many as were counted before. In and out at once is refused."""
    if expected is None:
        with pytest.raises(BadValue, match="included and excluded at once"):
            approved(book, included, excluded)
        return

    assert expected == sorted(sent(book, approved(book, included, excluded)).states)


def test_segment_adds_nobody(book: Ledger, keyring: Keyring) -> None:
    """Who left, and who is on another list only, gets nothing whatever a rule says."""
    with book.database.write() as tx:
        other = people.a_list(tx, book.now, "Others").id
        people.join(tx, keyring, other, "dot@example.net", book.now)
        register.withdraw(tx, keyring, mailroom.subscription_of(tx, "bob").id, book.now, people.LINK)
        segments.create(tx, "all", "everybody", "ann", book.now)
    issue_id = approved(book, ("all",))

    assert ["ann", "cem"] == sorted(sent(book, issue_id).states)


def test_rule_holds_as_it_was_approved(book: Ledger) -> None:
    """Whoever edits the segment afterwards changes nothing of what somebody gave their word for."""
    issue_id = approved(book, ("fr",))
    with book.database.write() as tx:
        segments.edit(tx, "fr", "everybody", book.now)

    assert ["ann"] == sorted(sent(book, issue_id).states)


def test_edit_of_the_issue_takes_the_rule_as_it_is_now(book: Ledger) -> None:
    """It needs another approval, which is for the rule of that moment."""
    issue_id = approved(book, ("fr",))
    with book.database.write() as tx:
        segments.edit(tx, "fr", "language = nl", book.now)
        speak(tx, cem="nl")
        assert [1, 2] == [
            audiences.count(tx, known, book.now)
            for known in (issues.load(tx, issue_id), editing.edit_issue(tx, issue_id, book.now, subject="Another"))
        ]
        mailroom.approve(tx, issues.load(tx, issue_id), book.now)

    assert ["bob", "cem"] == sorted(sent(book, issue_id).states)


def test_segment_of_a_waiting_issue_is_not_removed(book: Ledger) -> None:
    """Without it the issue would go to everybody; when it is sent, the segment may go, and its rest is by the same rule."""
    issue_id = approved(book, ("fr", "nl"))
    with book.database.write() as tx, pytest.raises(BadValue, match=f"audience of issue {issue_id}"):
        segments.remove(tx, "fr", book.now)
    mailed = sent(book, issue_id)
    mailed.mail({"ann": S.REFUSED, "bob": S.REFUSED})
    with book.database.write() as tx:
        segments.remove(tx, "fr", book.now)
        speak(tx, bob="de")

        assert Owed(again=1, new=0, perhaps_reached=0) == rest.look(tx, issue_id, book.now)


def test_rest_goes_to_those_selected(book: Ledger, keyring: Keyring) -> None:
    """Also of those who came later."""
    mailed = sent(book, approved(book, ("fr",)))
    mailed.mail()
    later = book.now + timedelta(days=1)
    with book.database.write() as tx:
        for name in ("dot", "eve"):
            people.join(tx, keyring, book.room.list_id, f"{name}@example.net", later)
        speak(tx, dot="fr")
        planned = rest.send_rest(tx, mailed.issue_id, later, also_new=True)

    assert (0, 1) == (planned.again, planned.new)
    assert ["ann", "dot"] == sorted(mailed.states)


def test_broken_segment_sends_to_nobody(book: Ledger) -> None:
    """Its attribute is gone, so nobody can tell whom it meant; the issue stays approved."""
    with book.database.write() as tx:
        attributebook.define(tx, "member", AttributeKind.YES_NO, book.now)
        segments.create(tx, "Outsiders", "not member = yes", "ann", book.now)
    issue_id = approved(book, ("Outsiders",))
    with book.database.write() as tx:
        attributebook.remove(tx, "member")
    with pytest.raises(BadValue, match="segment Outsiders: cannot be asked any more: there is no attribute “member”"):
        sent(book, issue_id)

    with book.database.read() as tx:
        assert "approved" == issues.load(tx, issue_id).state.value


def test_selection_is_told_in_words(book: Ledger) -> None:
    """As the end of a sentence."""
    issue_id = approved(book, ("fr", "nl"), ("de",))
    with book.database.read() as tx:
        found = selection.of_issue(tx, issues.load(tx, issue_id))

    assert "in “fr” or “nl” and not in “de”" == found.words


def test_selection_is_replaced_as_a_whole(book: Ledger) -> None:
    """And ends the approval."""
    issue_id = approved(book, ("fr",), ("de",))
    with book.database.write() as tx:
        issue = editing.select_people(tx, issue_id, book.now, included=(), excluded=())

        assert selection.of_issue(tx, issue).is_everybody
    assert "draft" == issue.state.value


def test_selection_is_bounded(book: Ledger) -> None:
    """Each segment is a rule asked of everybody."""
    names = tuple(str(number) for number in range(selection.MOST_SEGMENTS + 1))
    with pytest.raises(BadValue, match="an issue takes 20 at most"):
        approved(book, names)


def test_issue_goes_to_the_list_it_was_approved_for(book: Ledger, keyring: Keyring) -> None:
    """Its newsletter may have another one since: neither when it is sent nor to those who did not get it is that asked."""
    issue_id = approved(book)
    with book.database.write() as tx:
        other = people.a_list(tx, book.now, "Others").id
        people.join(tx, keyring, other, "dot@example.net", book.now)
        listchange.change(tx, book.room.newsletter_id, other)
        assert "Readers" == audiences.whom(tx, issues.load(tx, issue_id))
    mailed = sent(book, issue_id)
    with book.database.write() as tx:
        again = rest.look(tx, issue_id, book.now)

    assert ["ann", "bob", "cem"] == sorted(mailed.states)
    assert 0 == again.new


def test_issue_for_a_list_that_ended_meanwhile_is_not_sent(book: Ledger) -> None:
    """Also when its newsletter goes to another one by now, which is open."""
    issue_id = approved(book)
    with book.database.write() as tx:
        listchange.change(tx, book.room.newsletter_id, people.a_list(tx, book.now, "Others").id)
        listbook.archive(tx, book.room.list_id, book.now)
        with pytest.raises(BadValue, match="is archived"):
            dispatch.send_issue(tx, issue_id, book.now)
