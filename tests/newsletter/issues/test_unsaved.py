"""An issue with what is being typed."""

from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.errors import AlreadyThere, ArticleNotFound, BadValue, Outdated, WrongState
from newsletter.issues import changes, draft, editing, sections, store, unsaved
from newsletter.issues.changes import Change
from newsletter.issues.model import Issue, IssueState, Look, Month, Newsletter
from newsletter.issues.sections import SectionChange
from tests.harness.newsroom import a_month, article_called, section_called

TITLE = "Staying relevant"


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, now: datetime) -> Issue:
    """Give a draft with something in every section."""
    with database.write() as tx:
        a_month(tx, newsletter)
        return draft.draft_month(tx, newsletter, Month(2020, 1), now)


def test_it_is_what_the_save_makes(database: Database, issue: Issue, now: datetime) -> None:
    """Of an article, a section and the lines above them, until it is written not a bit of it is there."""
    article, section = article_called(issue, TITLE), section_called(issue, "Feature articles")
    change, looks = Change(title=" Staying  awake ", summary="Ours."), SectionChange(title="To read", look=Look.CARDS)
    with database.read() as tx:
        edited = unsaved.with_article(tx, issue.id, article.id, issue.version, lambda _: change)
        laid = unsaved.with_section(tx, issue.id, section.id, issue.version, looks)
        headed = unsaved.with_head(tx, issue.id, issue.version, title="Spring", subject=" News ", preheader=None)
        assert issue == store.load(tx, issue.id)

    with database.write() as tx:
        assert changes.change_article(tx, issue.id, article.id, change, now).sections == edited.sections
        saved = sections.edit_section(tx, issue.id, section.title, looks, now)
        assert section_called(saved, "To read").look is section_called(laid, "To read").look
        saved = editing.edit_issue(tx, issue.id, now, title="Spring", subject=" News ")
    assert (saved.title, saved.subject, saved.preheader) == (headed.title, headed.subject, headed.preheader)


def test_the_rules_of_the_save_hold(database: Database, issue: Issue) -> None:
    """Nobody is shown what would be refused."""
    article, section = article_called(issue, TITLE), section_called(issue, "Feature articles")
    with database.read() as tx:
        with pytest.raises(BadValue):
            unsaved.with_article(tx, issue.id, article.id, issue.version, lambda _: Change(title=" "))
        with pytest.raises(BadValue):
            unsaved.with_head(tx, issue.id, issue.version, title="", subject=None, preheader=None)
        with pytest.raises(AlreadyThere):
            unsaved.with_section(tx, issue.id, section.id, issue.version, SectionChange(title="… and more"))
        with pytest.raises(ArticleNotFound):
            unsaved.with_article(tx, issue.id, 999, issue.version, lambda _: Change(title="x"))


def test_who_is_behind_is_told(database: Database, issue: Issue, now: datetime) -> None:
    """Where somebody changed the same, and nowhere else."""
    mine, other = article_called(issue, TITLE), article_called(issue, "Mentoring in Norway")
    with database.write() as tx:
        changes.change_article(tx, issue.id, other.id, Change(title="Mentoring in Oslo"), now)
        editing.edit_issue(tx, issue.id, now, subject="News")

    with database.read() as tx:
        both = unsaved.with_article(tx, issue.id, mine.id, issue.version, lambda _: Change(title="Staying awake"))
        assert {"Staying awake", "Mentoring in Oslo"} <= {one.title for one in both.articles}
        with pytest.raises(Outdated):
            unsaved.with_article(tx, issue.id, other.id, issue.version, lambda _: Change(title="x"))
        with pytest.raises(Outdated):
            unsaved.with_head(tx, issue.id, issue.version, title=None, subject="Else", preheader=None)


def test_what_is_left_out_stays_out(database: Database, issue: Issue, now: datetime) -> None:
    """Whatever is typed of it."""
    article = article_called(issue, TITLE)
    with database.write() as tx:
        after = editing.drop_article(tx, issue.id, article.id, now)

    with database.read() as tx:
        assert after == unsaved.with_article(tx, issue.id, article.id, after.version, lambda _: Change(title="x"))


def test_a_sent_issue_is_not_written_any_more(database: Database, issue: Issue, now: datetime) -> None:
    """It is shown as it went out."""
    with database.write() as tx:
        store.set_state(tx, issue, IssueState.CANCELLED, now)

    with database.read() as tx, pytest.raises(WrongState):
        unsaved.with_head(tx, issue.id, issue.version, title="x", subject=None, preheader=None)
