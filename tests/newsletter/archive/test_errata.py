"""What is told beside an issue after it was sent."""

from datetime import datetime, timedelta

import pytest

from newsletter.archive import errata
from newsletter.database import Database
from newsletter.errors import BadValue, IssueNotFound, WrongState
from newsletter.issues import store
from newsletter.issues.draft import draft_empty
from newsletter.issues.model import Issue, IssueState, Newsletter
from tests.harness.newsroom import a_newsletter

S = IssueState


@pytest.fixture
def newsletter(database: Database) -> Newsletter:
    """Give a newsletter."""
    with database.write() as tx:
        return a_newsletter(tx)


@pytest.fixture
def sent(database: Database, newsletter: Newsletter, now: datetime) -> Issue:
    """Give an issue that was sent."""
    with database.write() as tx:
        known = draft_empty(tx, newsletter, "January 2020", now)
        for step in (S.IN_REVIEW, S.APPROVED, S.SENDING, S.SENT):
            known = store.approve_as(tx, known, 99, now) if step is S.APPROVED else store.set_state(tx, known, step, now)
        return known


def test_errata_are_told_in_their_order(database: Database, sent: Issue, now: datetime) -> None:
    """With the day and a name; the issue stays as it was."""
    with database.write() as tx:
        first = errata.add(tx, sent.id, " The webinar\tis on the 14th.\n\nNot on the 13th. ", "Ann", now)
        second = errata.add(tx, sent.id, "In Utrecht.", "Bo", now + timedelta(days=1))

        assert (first, second) == errata.errata_of(tx, sent.id)
        assert {sent.id} == errata.corrected(tx, [sent.id, 77])
        assert sent == store.load(tx, sent.id)
    assert ("The webinar is on the 14th.\n\nNot on the 13th.", "Ann", now) == (
        first.text,
        first.published_by,
        first.published_at,
    )


def test_what_can_still_be_edited_is_edited(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """An erratum of a draft would be told to nobody."""
    with database.write() as tx:
        draft = draft_empty(tx, newsletter, "February 2020", now)

        with pytest.raises(WrongState, match="corrected by an erratum"):
            errata.add(tx, draft.id, "Wrong.", "Ann", now)
        with pytest.raises(IssueNotFound):
            errata.add(tx, 77, "Wrong.", "Ann", now)
        assert () == errata.errata_of(tx, draft.id)
        assert frozenset() == errata.corrected(tx, [])


@pytest.mark.parametrize(("text", "by"), [(" \n ", "Ann"), ("x" * 2_001, "Ann"), ("Wrong.", "\n")])
def test_an_erratum_says_something_in_a_name(database: Database, sent: Issue, now: datetime, text: str, by: str) -> None:
    """Readers see both."""
    with database.write() as tx, pytest.raises(BadValue):
        errata.add(tx, sent.id, text, by, now)
