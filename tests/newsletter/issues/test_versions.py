"""Versions in SQL: every save is one, with its author, its moment and what was done."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, select

from newsletter.database import Database
from newsletter.errors import VersionNotFound
from newsletter.issues import authors, contents, draft, editing, readers, restoring, store, versions
from newsletter.issues.model import Issue, Month, Newsletter
from newsletter.issues.snapshot import Label
from newsletter.issues.versions import Walk
from newsletter.tables.review import issue_part, issue_version
from subscribers import topicbook
from subscribers.transaction import Transaction
from tests.harness.newsroom import a_month, an_entry, article_called, january, publish

JANUARY = Month(2020, 1)


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, now: datetime) -> Issue:
    """Give the January issue, drafted by Ann."""
    with database.write() as tx:
        a_month(tx, newsletter)
        authors.sign(tx, "Ann")
        return draft.draft_month(tx, newsletter, JANUARY, now)


def test_every_save_is_a_version(database: Database, issue: Issue, now: datetime) -> None:
    """The newest first, with who, when, and what was done in words that nobody had to write."""
    later = now + timedelta(hours=1)
    with database.write() as tx:
        authors.sign(tx, "Bo")
        editing.edit_issue(tx, issue.id, later, subject="Another")
    with database.write() as tx:
        authors.sign(tx, "Ann")
        article = article_called(issue, "Athens in August")
        editing.drop_article(tx, issue.id, article.id, later)

    with database.read() as tx:
        found = versions.versions_of(tx, store.load(tx, issue.id))
    assert [
        ("3", "Ann", later, "“Athens in August” dropped", True),
        ("2", "Bo", later, "subject changed", False),
        ("1", "Ann", now, "drafted", False),
    ] == [(str(one.label), one.written_by, one.written_at, one.deed, one.is_current) for one in found]


def test_an_author_is_signed_for_one_transaction(database: Database, issue: Issue, now: datetime) -> None:
    """The next one on the same connection is nobody's again."""
    with database.write() as tx:
        assert authors.NOBODY == authors.author(tx)
        editing.edit_issue(tx, issue.id, now, subject="Another")

    with database.read() as tx:
        assert "" == versions.versions_of(tx, store.load(tx, issue.id))[0].written_by


def test_a_version_is_what_the_issue_was(database: Database, issue: Issue, newsletter: Newsletter, now: datetime) -> None:
    """Texts, order, what was dropped, and whom it was for."""
    with database.write() as tx:
        topicbook.add(tx, newsletter.list_id, "Coaching")
        readers.set_topics(tx, issue.id, ["Coaching"], now)
        one, other = (article_called(issue, title) for title in ("Staying relevant", "Mentoring in Norway"))
        editing.edit_article(tx, issue.id, one.id, now, title="Still relevant", content="<p>Other words.</p>")
        editing.move_article(tx, issue.id, other.id, now, position=1)
        was = versions.present(tx, store.load(tx, issue.id))
        editing.drop_article(tx, issue.id, one.id, now)
        editing.edit_issue(tx, issue.id, now, title="Another title")

    with database.read() as tx:
        known = store.load(tx, issue.id)
        assert was == versions.version_of(tx, known, Label(4))
        assert versions.present(tx, known) == versions.version_of(tx, known, Label(known.version))


def test_late_posts_are_in_the_version_that_they_begin(
    database: Database, issue: Issue, newsletter: Newsletter, now: datetime
) -> None:
    """What a draft was before they came is kept as it was."""
    with database.write() as tx:
        publish(tx, newsletter, an_entry("Better late", january(30)))
        assert 1 == draft.top_up(tx, issue.id, now)

        known = store.load(tx, issue.id)
        titles = [[one.title for one in versions.version_of(tx, known, Label(n)).articles] for n in (1, 2)]
    assert ["Better late"] == [title for title in titles[1] if title not in titles[0]]


def test_what_does_not_change_is_kept_once(database: Database, issue: Issue, now: datetime) -> None:
    """Ten saves of one article of six keep ten texts, not sixty."""
    with database.write() as tx:
        article = article_called(issue, "Staying relevant")
        for n in range(10):
            editing.edit_article(tx, issue.id, article.id, now, content=f"<p>Text {n}.</p>")

        kept = tx.execute(select(func.count()).select_from(issue_part)).scalar_one()
    assert len(issue.articles) + 9 == kept


def test_an_issue_from_before_there_were_versions_has_its_last_one(database: Database, issue: Issue, now: datetime) -> None:
    """It is kept when the next save begins; nobody knows who wrote it."""
    with database.write() as tx:
        tx.execute(delete(issue_version))
        before = versions.present(tx, store.load(tx, issue.id))
        editing.edit_issue(tx, issue.id, now, title="Another")

        known = store.load(tx, issue.id)
        assert before == versions.version_of(tx, known, Label(1))
        assert ["2", "1"] == [str(one.label) for one in versions.versions_of(tx, known)]


def test_there_is_no_version_nobody_saved(database: Database, issue: Issue) -> None:
    """It is said so."""
    with database.read() as tx, pytest.raises(VersionNotFound, match=r"There is no version 7\.1"):
        versions.version_of(tx, issue, Label(7, 1))


def test_authors_are_told_since_a_version(database: Database, issue: Issue, now: datetime) -> None:
    """With the last version of each; what was kept aside makes nobody an author."""
    for name in ("Bo", "Ann", "Bo"):
        with database.write() as tx:
            authors.sign(tx, name)
            editing.edit_issue(tx, issue.id, now, subject=name)
    with database.write() as tx:
        authors.sign(tx, "Cy")
        versions.keep_aside(tx, issue.id, 2, versions.present(tx, issue), now, "kept")

        assert {"Ann": 3, "Bo": 4} == versions.authors_since(tx, issue.id, 0)
        assert {"Bo": 4} == versions.authors_since(tx, issue.id, 3)


def test_nothing_that_is_lost_is_told_of_a_version(database: Database, issue: Issue, now: datetime) -> None:
    """A version of an issue with another section keeps what stands in it."""
    with database.write() as tx:
        dropped = article_called(issue, "Where to find us")
        editing.drop_article(tx, issue.id, dropped.id, now)
        editing.edit_issue(tx, issue.id, now, title="Another")
        known = store.load(tx, issue.id)

        assert [dropped.id] == [one.id for one in versions.version_of(tx, known, Label(2)).dropped]
        assert contents.article_of(tx, issue.id, dropped.id).is_dropped


def test_steps_back_and_forth_are_known_from_the_versions_alone(database: Database, issue: Issue, now: datetime) -> None:
    """Until somebody edits; a restore that leads further than one step is something new, and one step back leads behind it."""
    with database.write() as tx:
        for number in range(4):
            editing.edit_issue(tx, issue.id, now, subject=f"Subject {number}")
        walked = [after(tx, issue, target, now) for target in (None, 4, 3, 4, 3, 2)]
        jumped = after(tx, issue, 5, now)
        stepped = after(tx, issue, 10, now)
        editing.edit_issue(tx, issue.id, now, subject="Another")
        edited = versions.walk(tx, store.load(tx, issue.id))

    assert [Walk(4, 0), Walk(3, 5), Walk(2, 4), Walk(3, 5), Walk(2, 4), Walk(1, 3)] == walked
    assert [Walk(10, 0), Walk(9, 11), Walk(12, 0)] == [jumped, stepped, edited]


def after(tx: Transaction, issue: Issue, target: int | None, now: datetime) -> Walk:
    """Let an issue be what it was at a version; gives how far one can go from there."""
    if target is not None:
        restoring.restore(tx, issue.id, Label(target), now)
    return versions.walk(tx, store.load(tx, issue.id))
