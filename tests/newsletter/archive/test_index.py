"""Published issues: only what is being mailed or was."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from newsletter.archive import index
from newsletter.database import Database
from newsletter.errors import IssueNotFound
from newsletter.issues import store
from newsletter.issues.draft import draft_empty
from newsletter.issues.model import Issue, IssueState, Newsletter
from newsletter.letters import store as letters
from newsletter.letters.letter import Draft, LetterKind, sealed
from newsletter.tables.mail import mailing
from tests.harness.newsroom import a_newsletter

S = IssueState
STEPS = {
    S.DRAFT: (),
    S.APPROVED: (S.IN_REVIEW, S.APPROVED),
    S.SCHEDULED: (S.IN_REVIEW, S.APPROVED, S.SCHEDULED),
    S.SENDING: (S.IN_REVIEW, S.APPROVED, S.SENDING),
    S.SENT: (S.IN_REVIEW, S.APPROVED, S.SENDING, S.SENT),
    S.CANCELLED: (S.IN_REVIEW, S.APPROVED, S.SENDING, S.CANCELLED),
    S.HELD: (S.HELD,),
}


@pytest.fixture
def newsletter(database: Database) -> Newsletter:
    """Give a newsletter."""
    with database.write() as tx:
        return a_newsletter(tx)


def an_issue(database: Database, newsletter: Newsletter, now: datetime, state: IssueState, title: str = "Special") -> Issue:
    """Make an issue and lead it to *state*; its mailing begins an hour after."""
    draft = sealed(
        Draft(LetterKind.ISSUE, "S", "s@example.org", "", f"About {title}", "Inside", "en", f"<p>{title}</p>", title, {}, "")
    )
    with database.write() as tx:
        known = draft_empty(tx, newsletter, title, now)
        letter = letters.freeze(tx, draft, now, newsletter_id=newsletter.id, issue_id=known.id, list_id=newsletter.list_id)
        for step in STEPS[state]:
            known = store.approve_as(tx, known, letter.id, now) if step is S.APPROVED else store.set_state(tx, known, step, now)
        if S.SENDING in STEPS[state]:
            began = now + timedelta(hours=1)
            tx.execute(
                insert(mailing).values(letter_id=letter.id, kind="issue", lane=2, state="open", audience=0, planned_at=began)
            )
    return known


def test_what_is_sent_is_published(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """The latest first, with the subject that was mailed and the moment its mailing began."""
    first = an_issue(database, newsletter, now, S.SENT, "First")
    second = an_issue(database, newsletter, now + timedelta(days=30), S.SENDING, "Second")

    with database.read() as tx:
        found = index.published(tx, newsletter.id)

    assert [second.id, first.id] == [one.issue_id for one in found]
    assert ("First", "About First", "Inside", 1) == (found[1].title, found[1].subject, found[1].preheader, found[1].number)
    assert now + timedelta(hours=1) == found[1].published_at
    assert ("section-news", "Section News") == (found[1].newsletter_slug, found[1].newsletter_name)


@pytest.mark.parametrize("state", [S.DRAFT, S.APPROVED, S.SCHEDULED, S.CANCELLED, S.HELD])
def test_what_is_not_sent_is_not_published(
    database: Database, newsletter: Newsletter, now: datetime, state: IssueState
) -> None:
    """Neither in the list nor by its number."""
    hidden = an_issue(database, newsletter, now, state)

    with database.read() as tx:
        assert () == index.published(tx, newsletter.id)
        with pytest.raises(IssueNotFound):
            index.published_issue(tx, newsletter.slug, hidden.number)


def test_an_issue_is_found_by_newsletter_and_number(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """With the very letter that was mailed."""
    known = an_issue(database, newsletter, now, S.SENT)

    with database.read() as tx:
        found = index.published_issue(tx, newsletter.slug, known.number)

        assert letters.load(tx, found.issue.letter_id) == found.letter
        assert "<p>Special</p>" == found.letter.draft.html
        with pytest.raises(IssueNotFound, match="2 of section-news"):
            index.published_issue(tx, newsletter.slug, 2)
        with pytest.raises(IssueNotFound):
            index.published_issue(tx, "other-news", known.number)


def test_all_newsletters_together(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Or each by itself."""
    with database.write() as tx:
        other = a_newsletter(tx, "Other News")
    an_issue(database, newsletter, now, S.SENT)
    an_issue(database, other, now, S.SENT)

    with database.read() as tx:
        assert {newsletter.id, other.id} == {one.newsletter_id for one in index.published(tx, None)}
        assert [other.id] == [one.newsletter_id for one in index.published(tx, other.id)]
