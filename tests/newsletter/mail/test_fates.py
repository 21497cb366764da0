"""What became of issues, as conditions of rules, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from newsletter.mail import dispatch, doubts, fates, mailings
from newsletter.mail.delivery import DeliveryState
from subscribers.errors import RuleRefused
from subscribers.segments import query, store
from subscribers.segments.reading import read
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom, returned
from tests.harness.mailed import Mailed, being_mailed
from tests.newsletter.mail.conftest import Ledger

S = DeliveryState


@pytest.fixture
def mailed(book: Ledger) -> Mailed:
    """Give an issue for Ann, Bob and Cem that is being mailed; its id is 1."""
    return being_mailed(book.database, book.room, book.now)


def true_of(tx: Transaction, mailed: Mailed, rule: str, before: int | None = None) -> list[str]:
    """Give the names of those a rule is true of."""
    condition = query.holds(read(rule), store.vocabulary(tx), fates.mail(tx, before), mailed.now)
    found = tx.execute(select(subscriber.c.email).where(condition).order_by(subscriber.c.id)).scalars()
    return [email.partition("@")[0] for email in found]


def another(mailed: Mailed, room: mailroom.Mailroom, days: int, title: str) -> Mailed:
    """Send one more issue, some days later."""
    now = mailed.now + timedelta(days=days)
    with mailed.database.write() as tx:
        issue_id = mailroom.approved_issue(tx, room.newsletter_id, now, title)
        dispatch.send_issue(tx, issue_id, now)
        letter_id = mailings.letter_of_issue(tx, issue_id)
    assert letter_id is not None
    return Mailed(mailed.database, issue_id, letter_id, now, workers=10 * issue_id)


def test_fates_are_told_apart(mailed: Mailed) -> None:
    """Accepted, refused, unknown; and who still waits is none of them."""
    mailed.mail({"bob": S.REFUSED, "cem": S.UNCERTAIN})
    with mailed.database.read() as tx:
        found = {rule: true_of(tx, mailed, f"{rule} issue 1") for rule in ("got", "missed", "bounced in", "may have got")}
        without = true_of(tx, mailed, "did not get issue 1")

    assert {"got": ["ann"], "missed": ["bob"], "bounced in": ["bob"], "may have got": ["cem"]} == found
    assert ["bob", "cem"] == without


def test_what_came_back_was_missed(mailed: Mailed, keyring: Keyring, now: datetime) -> None:
    """A relay had taken it."""
    mailed.mail({"bob": S.REFUSED, "cem": S.UNCERTAIN})
    with mailed.database.write() as tx:
        ann = returned.delivery_of(tx, "ann", mailed.letter_id)
        returned.take(tx, keyring, returned.bounce(returned.address(keyring, ann)), returned.FULL, now)
        found = {rule: true_of(tx, mailed, f"{rule} issue 1") for rule in ("got", "missed", "bounced in", "may have got")}

    assert {"got": [], "missed": ["ann", "bob"], "bounced in": ["ann", "bob"], "may have got": ["cem"]} == found


def test_who_waits_has_no_fate_yet(mailed: Mailed) -> None:
    """Nothing is said of them but that they did not get it."""
    with mailed.database.read() as tx:
        for rule in ("got", "missed", "bounced in", "may have got"):
            assert [] == true_of(tx, mailed, f"{rule} issue 1")


def test_who_may_have_got_it_has_not_missed_it(mailed: Mailed) -> None:
    """Bob's first try may have arrived, whatever the relay said to the second."""
    mailed.mail({"bob": S.UNCERTAIN})
    with mailed.database.write() as tx:
        doubts.resend(tx, mailed.doubts, "again", mailed.now)
    mailed.mail({"bob": S.REFUSED})
    with mailed.database.read() as tx:
        assert [] == true_of(tx, mailed, "missed issue 1")
        assert ["bob"] == true_of(tx, mailed, "may have got issue 1")
        assert ["bob"] == true_of(tx, mailed, "bounced in issue 1")


def test_last_issues_are_those_mailed_last(mailed: Mailed, book: Ledger) -> None:
    """One of them, or each of them; of a newsletter, or of all."""
    mailed.mail({"ann": S.REFUSED})
    second = another(mailed, book.room, 1, "February 2020")
    second.mail({"bob": S.REFUSED})
    third = another(second, book.room, 2, "March 2020")
    third.mail({"bob": S.REFUSED})
    with mailed.database.read() as tx:
        assert ["bob"] == true_of(tx, mailed, "bounced in the last 2 issues")
        assert ["bob"] == true_of(tx, mailed, "bounced in all of the last 2 issues")
        assert ["ann", "bob"] == true_of(tx, mailed, "bounced in any of the last 3 issues")
        assert [] == true_of(tx, mailed, "bounced in all of the last 100 issues")
        assert ["cem"] == true_of(tx, mailed, "got all of the last 3 issues of section-news")


def test_last_issues_are_counted_from_the_one_they_are_asked_for(mailed: Mailed, book: Ledger) -> None:
    """Whoever is to get an issue later is chosen as they would have been then."""
    mailed.mail({"ann": S.REFUSED})
    second = another(mailed, book.room, 1, "February 2020")
    second.mail({"bob": S.REFUSED})
    with mailed.database.read() as tx:
        assert ["bob"] == true_of(tx, mailed, "bounced in the last 1 issues")
        assert ["ann"] == true_of(tx, mailed, "bounced in the last 1 issues", before=second.letter_id)
        assert [] == true_of(tx, mailed, "bounced in the last 1 issues", before=mailed.letter_id)


def test_of_no_issue_nothing_is_true(book: Ledger) -> None:
    """Not even of each."""
    mailed = Mailed(book.database, 0, 0, book.now)
    with book.database.read() as tx:
        assert [] == true_of(tx, mailed, "got all of the last 3 issues")


def test_issue_that_was_not_mailed_reached_nobody(book: Ledger) -> None:
    """Its draft can be spoken of already."""
    with book.database.write() as tx:
        mailroom.approved_issue(tx, book.room.newsletter_id, book.now)
        assert [] == true_of(tx, Mailed(book.database, 1, 0, book.now), "got issue 1")


@pytest.mark.parametrize(
    ("rule", "reason"),
    [("got issue 99", "there is no issue 99"), ("got the last 3 issues of nothing", "there is no newsletter “nothing”")],
)
def test_what_is_not_there_is_refused(book: Ledger, rule: str, reason: str) -> None:
    """A misspelt name means nobody, and nobody would notice."""
    with book.database.read() as tx, pytest.raises(RuleRefused, match=reason):
        true_of(tx, Mailed(book.database, 0, 0, book.now), rule)


def test_newsletter_is_kept_by_its_slug(book: Ledger) -> None:
    """In whatever way it was written."""
    with book.database.read() as tx:
        rule = read('got the last 3 issues of "Section News"')
        [condition] = [fates.mail(tx).checked(rule)]  # type: ignore[arg-type]  # read just above

    assert read("got the last 3 issues of section-news") == condition
