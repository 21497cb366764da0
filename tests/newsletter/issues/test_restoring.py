"""Going back: what an issue was comes again, and what it was until now is not lost."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.database import Database
from newsletter.errors import Outdated, VersionNotFound, WrongState
from newsletter.issues import authors, changes, contents, draft, editing, readers, restoring, store, texts, versions
from newsletter.issues.changes import Change
from newsletter.issues.contents import Text
from newsletter.issues.model import Issue, IssueState, Month, Newsletter, SectionKind, SectionPlan, Show
from newsletter.issues.snapshot import Label, Snapshot
from subscribers import topicbook
from subscribers.transaction import Transaction
from tests.harness.newsroom import a_month, an_entry, article_called, january, publish

JANUARY = Month(2020, 1)


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, now: datetime) -> Issue:
    """Give the January issue."""
    with database.write() as tx:
        a_month(tx, newsletter)
        return draft.draft_month(tx, newsletter, JANUARY, now)


def as_it_is(tx: Transaction, issue_id: int) -> Snapshot:
    """Give what an issue is now."""
    return versions.present(tx, store.load(tx, issue_id))


def test_an_issue_is_again_what_it_was(database: Database, issue: Issue, newsletter: Newsletter, now: datetime) -> None:
    """Head, texts, places, what was dropped, and its readers; by a version of its own."""
    one, other = (article_called(issue, title) for title in ("Staying relevant", "Mentoring in Norway"))
    with database.write() as tx:
        topicbook.add(tx, newsletter.list_id, "Coaching")
        before = as_it_is(tx, issue.id)
        readers.set_topics(tx, issue.id, ["Coaching"], now)
        editing.edit_issue(tx, issue.id, now, title="Another", subject="Another", preheader="Another")
        editing.edit_article(tx, issue.id, one.id, now, title="Another", content="<p>Another.</p>", show=Show.TITLE)
        editing.move_article(tx, issue.id, other.id, now, section="Feature articles", position=1)
        editing.drop_article(tx, issue.id, one.id, now)
        authors.sign(tx, "Ann")
        restored = restoring.restore(tx, issue.id, Label(1), now)

        assert before == as_it_is(tx, issue.id)
        newest = versions.versions_of(tx, restored.issue)[0]
    assert ("7", "Ann", "version 1 restored") == (str(newest.label), newest.written_by, newest.deed)
    assert ((), False) == (restored.carried_elsewhere, restored.kept_readers)


def test_one_article_is_again_what_it_was(database: Database, issue: Issue, now: datetime) -> None:
    """All that it said, where it stands now; nothing else of the issue changes, and a second time makes no version."""
    one = article_called(issue, "Staying relevant")
    with database.write() as tx:
        asked = Change(title="Another", byline="Kim Lee", summary="In short.", content="<p>Another.</p>", show=Show.TITLE)
        changes.change_article(tx, issue.id, one.id, asked, now)
        editing.edit_issue(tx, issue.id, now, subject="Later")
        moved = editing.move_article(tx, issue.id, one.id, now, section="Feature articles", position=2)
        place = next(article for article in moved.articles if article.id == one.id)
        restored = restoring.restore_article(tx, issue.id, one.id, Label(1), now)
        again = restoring.restore_article(tx, issue.id, one.id, Label(1), now)

    assert replace(one, position=place.position) == next(article for article in restored.articles if article.id == one.id)
    assert ("Later", 5, 5) == (restored.subject, restored.version, again.version)


def test_an_article_does_not_become_what_it_never_was(database: Database, issue: Issue, now: datetime) -> None:
    """Neither at a version that is none, nor at one from before it came."""
    with database.write() as tx:
        made = texts.add_text(tx, issue.id, "Feature articles", Text("New", "<p>New.</p>", Show.FULL), now)
        new = article_called(made, "New").id
        with pytest.raises(VersionNotFound):
            restoring.restore_article(tx, issue.id, new, Label(1), now)
        with pytest.raises(VersionNotFound):
            restoring.restore_article(tx, issue.id, new, Label(9), now)


def test_what_was_restored_over_comes_back_by_the_same_way(database: Database, issue: Issue, now: datetime) -> None:
    """Nothing is lost by going back."""
    with database.write() as tx:
        editing.edit_issue(tx, issue.id, now, title="The better one")
        better = as_it_is(tx, issue.id)
        restoring.restore(tx, issue.id, Label(1), now)
        restoring.restore(tx, issue.id, Label(2), now)

        assert better == as_it_is(tx, issue.id)


def test_what_came_in_since_is_dropped_and_kept(
    database: Database, issue: Issue, newsletter: Newsletter, now: datetime
) -> None:
    """It does not come back by itself, and can be taken in again."""
    with database.write() as tx:
        publish(tx, newsletter, an_entry("Better late", january(30)))
        draft.top_up(tx, issue.id, now)
        restored = restoring.restore(tx, issue.id, Label(1), now)

        assert "Better late" not in [one.title for one in restored.issue.articles]
        assert 0 == draft.top_up(tx, issue.id, now)
        late = next(one for one in contents.dropped_of(tx, issue.id) if one.title == "Better late")
        taken = editing.restore_article(tx, issue.id, late.id, now)
    assert "Better late" in [one.title for one in taken.articles]


def test_sections_come_back_and_new_ones_keep_what_they_have(database: Database, issue: Issue, now: datetime) -> None:
    """Also where a new one has the title that an old one had."""
    with database.write() as tx:
        store.begin_edit(tx, issue.id, now, None)
        first = issue.sections[0]
        contents.add_section(tx, issue.id, SectionPlan("Extra", SectionKind.ARTICLES))
        extra = contents.sections_of(tx, issue.id)[-1]
        own = contents.add_article(tx, issue.id, extra.id, Text("Own words", "<p>Dear all.</p>", Show.FULL))
        restoring.restore(tx, issue.id, Label(1), now)

        shown = [section.title for section in contents.sections_of(tx, issue.id) if section.articles]
        assert "Extra" not in shown
        assert first.title in [section.title for section in contents.sections_of(tx, issue.id)]
        assert contents.article_of(tx, issue.id, own).is_dropped


def test_a_post_that_another_issue_carries_by_now_is_told(
    database: Database, issue: Issue, newsletter: Newsletter, now: datetime
) -> None:
    """It stays dropped here: no reader gets it twice."""
    article = article_called(issue, "Athens in August")
    assert article.post_id is not None
    with database.write() as tx:
        editing.drop_article(tx, issue.id, article.id, now)
        other = draft.draft_empty(tx, newsletter, "Special", now)
        contents.add_section(tx, other.id, SectionPlan("Reports", SectionKind.ARTICLES))
        editing.take_post(tx, other.id, article.post_id, "Reports", now)
        restored = restoring.restore(tx, issue.id, Label(1), now)

        assert contents.article_of(tx, issue.id, article.id).is_dropped
    assert [article.id] == [one.id for one in restored.carried_elsewhere]
    assert len(issue.articles) - 1 == len(restored.issue.articles)


def test_undo_takes_the_last_save_back_and_undo_takes_the_undo_back(database: Database, issue: Issue, now: datetime) -> None:
    """Before the first save there is nothing to go back to."""
    with database.write() as tx:
        with pytest.raises(VersionNotFound):
            restoring.undo(tx, issue.id, now)
        editing.edit_issue(tx, issue.id, now, title="Another")

        assert issue.title == restoring.undo(tx, issue.id, now).issue.title
        assert "Another" == restoring.undo(tx, issue.id, now).issue.title


def test_only_what_can_be_edited_is_restored(database: Database, issue: Issue, now: datetime) -> None:
    """Nor over somebody else's save."""
    with database.write() as tx:
        editing.edit_issue(tx, issue.id, now, title="Another")
    with database.write() as tx, pytest.raises(Outdated):
        restoring.restore(tx, issue.id, Label(1), now, expected_version=1)
    with database.write() as tx:
        store.set_state(tx, store.load(tx, issue.id), IssueState.CANCELLED, now)
        with pytest.raises(WrongState):
            restoring.restore(tx, issue.id, Label(1), now)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=8))
def test_any_way_from_any_version_leads_back_to_it(
    database: Database, issue: Issue, now: datetime, moves: list[tuple[int, int, int]]
) -> None:
    """Whatever was edited, moved and dropped in between."""
    with database.write() as tx:
        known = store.load(tx, issue.id)
        was = {known.version: as_it_is(tx, issue.id)}
        ids = [one.id for one in issue.articles]
        for which, deed, place in moves:
            article = contents.article_of(tx, issue.id, ids[which % len(ids)])
            if deed == 0 and not article.is_dropped:
                editing.drop_article(tx, issue.id, article.id, now)
            elif deed == 1 and article.is_dropped:
                editing.restore_article(tx, issue.id, article.id, now)
            elif deed == 2 and not article.is_dropped:
                section = known.sections[place % len(known.sections)].title
                editing.move_article(tx, issue.id, article.id, now, section=section, position=place + 1)
            else:
                editing.edit_article(tx, issue.id, article.id, now, content=f"<p>{place}</p>")
            was[store.load(tx, issue.id).version] = as_it_is(tx, issue.id)
        for version, snapshot in was.items():
            restoring.restore(tx, issue.id, Label(version), now)

            assert snapshot == as_it_is(tx, issue.id)
