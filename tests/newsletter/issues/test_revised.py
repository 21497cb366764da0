"""What feeds say otherwise since an issue took their posts."""

from dataclasses import replace

import pytest

from newsletter.database import Database
from newsletter.errors import ArticleNotFound, WrongState
from newsletter.feeds import keeping
from newsletter.feeds import store as feeds
from newsletter.issues import contents, editing, revised, store
from newsletter.issues.draft import draft_month
from newsletter.issues.model import Issue, IssueState, Month, Newsletter
from newsletter.issues.revised import Change, Kind, PartName, changes_of
from subscribers.transaction import Transaction
from tests.harness.newsroom import MADE_AT, an_entry, article_called, january, publish

ATHENS = an_entry("Athens in August", january(7), "Activities")
OTHER = an_entry("Where to find us", january(9), "Communication")
LATER = replace(ATHENS, title="Athens in September", content="<p>All about it.</p>", fingerprint="later")


def drafted(tx: Transaction, newsletter: Newsletter) -> Issue:
    """Draft an issue of two posts."""
    publish(tx, newsletter, ATHENS, OTHER)
    return draft_month(tx, newsletter, Month(2020, 1), MADE_AT)


def again(tx: Transaction, issue: Issue) -> Issue:
    """Load the issue as it is now."""
    return store.load(tx, issue.id)


def only(found: tuple[Change, ...]) -> Change:
    """Give the only change."""
    (change,) = found
    return change


def test_unchanged_feed_offers_nothing(database: Database, newsletter: Newsletter) -> None:
    """Read again and again."""
    with database.write() as tx:
        issue = drafted(tx, newsletter)
        publish(tx, newsletter, ATHENS, OTHER)

        assert () == changes_of(tx, issue)


def test_edited_post_is_offered_as_a_difference_and_changes_nothing(database: Database, newsletter: Newsletter) -> None:
    """The article stays as it was taken, whatever the feed says since."""
    with database.write() as tx:
        issue = drafted(tx, newsletter)
        publish(tx, newsletter, LATER)
        change = only(changes_of(tx, issue))

        assert again(tx, issue) == issue
    assert (Kind.REVISED, "Athens in August") == (change.kind, change.title)
    assert [
        (PartName.TITLE, ATHENS.title, LATER.title, False),
        (PartName.TEXT, ATHENS.content, LATER.content, False),
    ] == [(part.name, part.before, part.after, part.is_edited) for part in change.parts]
    assert "“Athens in August” was changed by its feed since it was taken: title and text." == change.words


def test_taking_the_new_text_leaves_what_the_feed_did_not_touch(database: Database, newsletter: Newsletter) -> None:
    """The editor's byline stays, an approval ends, and the offer is gone."""
    with database.write() as tx:
        issue = drafted(tx, newsletter)
        article = article_called(issue, "Athens in August")
        editing.edit_article(tx, issue.id, article.id, MADE_AT, byline="Ann Other")
        publish(tx, newsletter, LATER)
        taken = revised.take(tx, issue.id, article.id, MADE_AT)

        assert () == changes_of(tx, taken)
    now = article_called(taken, "Athens in September")
    assert (LATER.content, "Ann Other", issue.version + 2) == (now.content, now.byline, taken.version)


def test_text_of_an_editor_is_told_before_it_is_given_up(database: Database, newsletter: Newsletter) -> None:
    """Taking is allowed all the same; the rich text made of the old one goes."""
    with database.write() as tx:
        issue = drafted(tx, newsletter)
        article = article_called(issue, "Athens in August")
        contents.save_article(tx, replace(article, content="<p>My words.</p>", document={"type": "doc"}))
        publish(tx, newsletter, LATER)
        change = only(changes_of(tx, again(tx, issue)))
        taken = article_called(revised.take(tx, issue.id, article.id, MADE_AT), "Athens in September")

    assert [(PartName.TITLE, False), (PartName.TEXT, True)] == [(part.name, part.is_edited) for part in change.parts]
    assert (LATER.content, None) == (taken.content, taken.document)


def test_keeping_mine_is_asked_no_more_until_the_feed_changes_again(database: Database, newsletter: Newsletter) -> None:
    """And is no edit: an approval stands."""
    with database.write() as tx:
        issue = drafted(tx, newsletter)
        article = article_called(issue, "Athens in August")
        publish(tx, newsletter, LATER)
        kept = revised.keep_mine(tx, issue.id, article.id)

        assert (issue, ()) == (kept, changes_of(tx, kept))
        publish(tx, newsletter, replace(LATER, content="<p>Again.</p>", fingerprint="again"))
        assert [PartName.TEXT] == [part.name for part in only(changes_of(tx, kept)).parts]


def test_text_that_is_as_it_was_is_no_change(database: Database, newsletter: Newsletter) -> None:
    """Somebody took their edit back."""
    with database.write() as tx:
        issue = drafted(tx, newsletter)
        publish(tx, newsletter, LATER)
        publish(tx, newsletter, ATHENS)

        assert () == changes_of(tx, issue)


def test_deleted_post_is_told_until_somebody_keeps_its_article(database: Database, newsletter: Newsletter) -> None:
    """There is no new text to take."""
    with database.write() as tx:
        issue = drafted(tx, newsletter)
        article = article_called(issue, "Athens in August")
        (feed,) = feeds.feeds_of(tx, newsletter.id)
        keeping.miss(tx, feed.id, frozenset(), january(7, 0), january(8, 0), MADE_AT)
        change = only(changes_of(tx, issue))

        assert (Kind.VANISHED, article.id, MADE_AT) == (change.kind, change.article_id, change.at)
        with pytest.raises(ArticleNotFound):
            revised.take(tx, issue.id, article.id, MADE_AT)
        revised.keep_mine(tx, issue.id, article.id)
        assert () == changes_of(tx, issue)


def test_articles_left_out_have_no_changes(database: Database, newsletter: Newsletter) -> None:
    """Nobody needs to look at them."""
    with database.write() as tx:
        issue = drafted(tx, newsletter)
        article = article_called(issue, "Athens in August")
        dropped = editing.drop_article(tx, issue.id, article.id, MADE_AT)
        publish(tx, newsletter, LATER)

        assert () == changes_of(tx, dropped)


def test_what_was_sent_is_not_changed(database: Database, newsletter: Newsletter) -> None:
    """Neither offered nor taken nor kept."""
    with database.write() as tx:
        issue = drafted(tx, newsletter)
        article = article_called(issue, "Athens in August")
        publish(tx, newsletter, LATER)
        cancelled = store.set_state(tx, issue, IssueState.CANCELLED, MADE_AT)

        assert () == changes_of(tx, cancelled)
        with pytest.raises(WrongState):
            revised.keep_mine(tx, issue.id, article.id)
    with pytest.raises(WrongState), database.write() as tx:
        revised.take(tx, issue.id, article.id, MADE_AT)


def test_decision_that_nobody_waits_for_is_refused(database: Database, newsletter: Newsletter) -> None:
    """An article without a change on offer."""
    with database.write() as tx:
        issue = drafted(tx, newsletter)
        article = article_called(issue, "Where to find us")

        with pytest.raises(ArticleNotFound):
            revised.keep_mine(tx, issue.id, article.id)


def test_revision_of_an_article_outlives_the_others(database: Database, newsletter: Newsletter) -> None:
    """However often the feed changes, the text that was taken is there to compare with."""
    with database.write() as tx:
        issue = drafted(tx, newsletter)
        for number in range(keeping.MOST_REVISIONS + 5):
            publish(tx, newsletter, replace(LATER, fingerprint=f"f{number}"))

        assert ATHENS.title == only(changes_of(tx, issue)).parts[0].before
