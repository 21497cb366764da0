"""What one article was, without what else was saved between."""

from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.errors import Outdated
from newsletter.issues import authors, changes, conflicts, draft, editing, lineage, store
from newsletter.issues.changes import Change
from newsletter.issues.lineage import Lineage, Turn
from newsletter.issues.model import Issue, Month, Newsletter
from newsletter.issues.snapshot import Label
from subscribers.transaction import Transaction
from tests.harness.newsroom import a_month, an_entry, article_called, january, publish

TITLE = "Staying relevant"


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, now: datetime) -> Issue:
    """Give the January issue."""
    with database.write() as tx:
        a_month(tx, newsletter)
        return draft.draft_month(tx, newsletter, Month(2020, 1), now)


def told(turns: tuple[Turn, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Give each version, the one before it, and what changed."""
    return [(str(one.label), str(one.before or ""), one.parts) for one in turns]


def read(tx: Transaction, issue: Issue, article_id: int, behind: int = 0) -> Lineage:
    """Give what an article was."""
    return lineage.of_article(tx, store.load(tx, issue.id), article_id, behind)


def test_only_what_changed_the_article_counts(database: Database, issue: Issue, now: datetime) -> None:
    """Saves of the issue, of other articles, and a move of this one are none of its versions."""
    one, other = (article_called(issue, title).id for title in (TITLE, "Mentoring in Norway"))
    with database.write() as tx:
        authors.sign(tx, "Ann")
        changes.change_article(tx, issue.id, one, Change(title="Another", summary="In short."), now)
        editing.edit_issue(tx, issue.id, now, subject="Another")
        changes.change_article(tx, issue.id, other, Change(title="Elsewhere"), now)
        editing.move_article(tx, issue.id, one, now, section="Feature articles", position=2)
        changes.change_article(tx, issue.id, one, Change(content="<p>Another.</p>"), now)
        editing.drop_article(tx, issue.id, one, now)
        found = read(tx, issue, one)

    wanted = [("7", "6", ("left out",)), ("6", "5", ("text",)), ("2", "1", ("title", "summary")), ("1", "", ())]
    assert wanted == told(found.turns)
    assert ([True, False, False, False], ["Ann", "Ann", "Ann", ""]) == (
        [one.is_current for one in found.turns],
        [one.written_by for one in found.turns],
    )
    assert 0 == found.behind


def test_an_article_that_came_later_begins_there(
    database: Database, issue: Issue, newsletter: Newsletter, now: datetime
) -> None:
    """It has no version from before."""
    with database.write() as tx:
        publish(tx, newsletter, an_entry("Came late", january(30)))
        editing.edit_issue(tx, issue.id, now, subject="Another")
        draft.top_up(tx, issue.id, now)
        late = article_called(store.load(tx, issue.id), "Came late").id

        assert [("3", "", ())] == told(read(tx, issue, late).turns)


def test_what_was_kept_aside_stands_with_what_it_was_meant_for(database: Database, issue: Issue, now: datetime) -> None:
    """As something else than that version was."""
    one = article_called(issue, TITLE).id
    with database.write() as tx:
        changes.change_article(tx, issue.id, one, Change(title="Theirs"), now)
        refused = Outdated(issue.id, 2, 1)
        conflicts.keep_refused(
            tx, refused, lambda again: changes.change_article(again, issue.id, one, Change(title="Mine"), now), now
        )

        assert [("2", "1", ("title",)), ("1", "", ()), ("1.1", "1", ("title",))] == told(read(tx, issue, one).turns)


@pytest.mark.parametrize(("page", "most"), [(2, 100), (100, 4), (3, 5)])
def test_pages_together_are_the_whole(
    database: Database, issue: Issue, now: datetime, monkeypatch: pytest.MonkeyPatch, page: int, most: int
) -> None:
    """However short they are, and however little is looked at for each."""
    one = article_called(issue, TITLE).id
    with database.write() as tx:
        for number in range(5):
            changes.change_article(tx, issue.id, one, Change(title=f"Title {number}"), now)
            editing.edit_issue(tx, issue.id, now, subject=f"Subject {number}")
        whole = read(tx, issue, one).turns
        monkeypatch.setattr(lineage, "PAGE", page)
        monkeypatch.setattr(lineage, "MOST_LOOKED_AT", most)
        found = read(tx, issue, one)
        turns = found.turns
        while found.behind:
            found = read(tx, issue, one, found.behind)
            turns += found.turns

    assert 6 == len(whole)
    assert whole == turns
    assert Label(10) == whole[0].label
