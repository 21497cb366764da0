"""Two editors at one issue (F09): the second is shown what the first one did, and nothing is lost."""

from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.errors import Outdated
from newsletter.issues import authors, conflicts, differences, draft, editing, restoring, store, versions
from newsletter.issues.model import Issue, IssueState, Month, Newsletter
from newsletter.issues.snapshot import Label
from subscribers.transaction import Transaction
from tests.harness.newsroom import a_month, article_called


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, now: datetime) -> Issue:
    """Give the January issue."""
    with database.write() as tx:
        a_month(tx, newsletter)
        return draft.draft_month(tx, newsletter, Month(2020, 1), now)


def refused(database: Database, issue: Issue, now: datetime) -> Outdated:
    """Let Ann save, and Bo over the version before; gives the refusal."""
    with database.write() as tx:
        authors.sign(tx, "Ann")
        editing.edit_issue(tx, issue.id, now, subject="Ann's subject")
    with database.write() as tx:
        authors.sign(tx, "Bo")
        with pytest.raises(Outdated) as error:
            edit(tx, issue, now, 1)
    return error.value


def edit(tx: Transaction, issue: Issue, now: datetime, expected: int | None = None) -> None:
    """Do what Bo wants to do."""
    article = article_called(issue, "Staying relevant")
    editing.edit_article(tx, issue.id, article.id, now, content="<p>Bo's words.</p>", expected_version=expected)


def kept(database: Database, issue: Issue, now: datetime) -> Outdated:
    """Let what Bo wrote be kept."""
    error = refused(database, issue, now)
    with database.write() as tx:
        authors.sign(tx, "Bo")
        return conflicts.keep_refused(tx, error, lambda inner: edit(inner, issue, now), now)


def test_who_comes_second_is_told_what_was_done(database: Database, issue: Issue, now: datetime) -> None:
    """By whom, and in words."""
    error = refused(database, issue, now)

    assert (2, 1, ("Ann: subject changed",)) == (error.version, error.expected, error.changes)
    assert "Since then: Ann: subject changed." in str(error)


def test_what_was_refused_is_kept_aside(database: Database, issue: Issue, now: datetime) -> None:
    """As it would have been, beside the version it was meant for; the issue stays as Ann saved it."""
    error = kept(database, issue, now)

    with database.read() as tx:
        known = store.load(tx, issue.id)
        aside = versions.version_of(tx, known, Label.parse(error.kept))
        lines = versions.versions_of(tx, known)
    assert "1.1" == error.kept
    assert "What you wrote is kept as version 1.1" in str(error)
    assert ("Ann's subject", 2) == (known.subject, known.version)
    assert "<p>All about Staying relevant.</p>" == article_called(known, "Staying relevant").content
    assert "<p>Bo's words.</p>" == next(one for one in aside.articles if one.title == "Staying relevant").content
    assert [("2", "Ann"), ("1", ""), ("1.1", "Bo")] == [(str(one.label), one.written_by) for one in lines]


def test_both_texts_can_be_compared_and_either_taken(database: Database, issue: Issue, now: datetime) -> None:
    """What is not taken stays among the versions."""
    error = kept(database, issue, now)

    with database.write() as tx:
        known = store.load(tx, issue.id)
        found = differences.compare(versions.present(tx, known), versions.version_of(tx, known, Label.parse(error.kept)))
        taken = restoring.restore(tx, issue.id, Label.parse(error.kept), now)
    assert ["subject"] == [passage.what for passage in found.head]
    assert ["Staying relevant"] == [one.title for one in found.articles]
    assert ("<p>Bo's words.</p>", issue.subject) == (
        article_called(taken.issue, "Staying relevant").content,
        taken.issue.subject,
    )


def test_a_second_refusal_is_kept_beside_the_first(database: Database, issue: Issue, now: datetime) -> None:
    """Under a number of its own."""
    first = kept(database, issue, now)
    with database.write() as tx:
        second = conflicts.keep_refused(tx, first, lambda inner: editing.edit_issue(inner, issue.id, now, title="Mine"), now)

    assert ("1.1", "1.2") == (first.kept, second.kept)


def test_what_cannot_be_kept_leaves_the_refusal_as_it_is(database: Database, issue: Issue, now: datetime) -> None:
    """An edit that is wrong in any case, one that changes nothing, a version that never was, an issue that is over."""
    error = refused(database, issue, now)
    with database.write() as tx:
        wrong = conflicts.keep_refused(tx, error, lambda inner: editing.edit_issue(inner, issue.id, now, title=""), now)
        nothing = conflicts.keep_refused(tx, error, lambda inner: editing.edit_issue(inner, issue.id, now), now)
        never = conflicts.keep_refused(tx, Outdated(issue.id, 2, 77), lambda inner: edit(inner, issue, now), now)
        store.set_state(tx, store.load(tx, issue.id), IssueState.CANCELLED, now)
        over = conflicts.keep_refused(tx, error, lambda inner: edit(inner, issue, now), now)
        known = store.load(tx, issue.id)

        assert ["2", "1"] == [str(one.label) for one in versions.versions_of(tx, known)]
    assert ["", "", "", ""] == [one.kept for one in (wrong, nothing, never, over)]
    assert ("January 2020", 2) == (known.title, known.version)


def test_an_edit_of_one_article_is_in_the_way_of_that_article_only(database: Database, issue: Issue, now: datetime) -> None:
    """Ann writes in one; over it nobody saves who saw it before, and every other one is free."""
    ann, other = article_called(issue, "Staying relevant"), article_called(issue, "Division Chair letter")
    with database.write() as tx:
        editing.edit_article(tx, issue.id, ann.id, now, content="<p>Ann's words.</p>")
        over_same = conflicts.over(tx, issue.id, ann.id, issue.version)
        over_other = conflicts.over(tx, issue.id, other.id, issue.version)

    assert (issue.version, issue.version + 1) == (over_same, over_other)


def test_a_version_that_nobody_knows_is_no_ground_to_save_over(database: Database, issue: Issue, now: datetime) -> None:
    """Such as that of a page from another time."""
    article = article_called(issue, "Staying relevant")
    with database.write() as tx:
        editing.edit_issue(tx, issue.id, now, subject="New")

        assert 77 == conflicts.over(tx, issue.id, article.id, 77)
        assert 0 == conflicts.over(tx, issue.id, article.id, 0)
