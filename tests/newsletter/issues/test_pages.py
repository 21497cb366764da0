"""Articles about pages, and what the feeds have to offer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.database import Database
from newsletter.errors import AlreadyThere, SectionNotFound
from newsletter.feeds import keeping
from newsletter.feeds import store as feeds
from newsletter.feeds.webpage import WebPage
from newsletter.issues import editing, store
from newsletter.issues.draft import draft_empty, draft_month
from newsletter.issues.model import IssueState, Month, Newsletter, Show
from newsletter.issues.offer import Offered, offer
from newsletter.issues.pages import take_page
from subscribers.transaction import Transaction
from tests.harness.newsroom import BLOG, MADE_AT, a_month, an_entry, article_called, january, publish

MORE = "… and more"
PAGE = WebPage(
    url="https://other.example.net/report/",
    title="A report",
    byline="Ann Lee",
    excerpt="What readers <want>.",
    picture="https://other.example.net/a.jpg",
    picture_alt="A shelf",
)


def offered(tx: Transaction, newsletter: Newsletter) -> dict[str, Offered]:
    """Give what the feeds offer of January, by title."""
    return {one.post.entry.title: one for one in offer(tx, newsletter.id, january(1), january(31))}


def test_page_becomes_an_article_of_its_own(database: Database, newsletter: Newsletter) -> None:
    """With its picture and its first words, in the manner of its section."""
    with database.write() as tx:
        a_month(tx, newsletter)
        issue = draft_month(tx, newsletter, Month(2020, 1), MADE_AT)
        article = article_called(take_page(tx, issue.id, PAGE, MORE.upper(), MADE_AT), "A report")

    assert ("Ann Lee", PAGE.url, Show.TITLE, None) == (article.byline, article.link, article.show, article.post_id)
    assert (
        '<figure><img src="https://other.example.net/a.jpg" alt="A shelf"></figure><p>What readers &lt;want&gt;.</p>'
        == article.content
    )


def test_author_who_may_be_a_body_is_only_suggested(database: Database, newsletter: Newsletter) -> None:
    """An editor says yes."""
    with database.write() as tx:
        issue = draft_month(tx, newsletter, Month(2020, 1), MADE_AT)
        article = article_called(take_page(tx, issue.id, replace(PAGE, byline="News Desk Team"), MORE, MADE_AT), "A report")

    assert "" == article.byline
    assert article.suggestion is not None
    assert "News Desk Team" == article.suggestion.byline


def test_page_is_carried_once(database: Database, newsletter: Newsletter) -> None:
    """However its address is spelled, and in whichever issue."""
    with database.write() as tx:
        issue = draft_month(tx, newsletter, Month(2020, 1), MADE_AT)
        other = draft_month(tx, newsletter, Month(2020, 2), MADE_AT)
        take_page(tx, issue.id, PAGE, MORE, MADE_AT)
        for into in (issue, other):
            with pytest.raises(AlreadyThere, match=r"other\.example\.net"):
                take_page(tx, into.id, replace(PAGE, url="http://www.other.example.net/report"), MORE, MADE_AT)


def test_page_that_a_feed_knows_is_taken_as_its_post(database: Database, newsletter: Newsletter) -> None:
    """So its revisions are offered, and no issue takes it again."""
    with database.write() as tx:
        publish(tx, newsletter, an_entry("From March", january(5) + timedelta(days=60)))
        issue = draft_month(tx, newsletter, Month(2020, 1), MADE_AT)
        taken = take_page(tx, issue.id, replace(PAGE, url=f"{BLOG}/from-march"), MORE, MADE_AT)

    assert article_called(taken, "From March").post_id is not None


def test_unknown_section_is_refused(database: Database, newsletter: Newsletter) -> None:
    """A one-off has only the sections somebody made."""
    with database.write() as tx:
        issue = draft_empty(tx, newsletter, "Extra", MADE_AT)

        with pytest.raises(SectionNotFound):
            take_page(tx, issue.id, PAGE, MORE, MADE_AT)


def test_offer_says_which_issue_carries_what(database: Database, newsletter: Newsletter) -> None:
    """Not what was left out, and not what a cancelled issue had."""
    with database.write() as tx:
        a_month(tx, newsletter)
        issue = draft_month(tx, newsletter, Month(2020, 1), MADE_AT)
        editing.drop_article(tx, issue.id, article_called(issue, "Athens in August").id, MADE_AT)
        found = offered(tx, newsletter)
        store.set_state(tx, store.load(tx, issue.id), IssueState.CANCELLED, MADE_AT)
        later = offered(tx, newsletter)

    carried = found["Staying relevant"]
    assert carried.place is not None
    assert ("Feature articles", f"carried in January 2020 (issue {issue.id}, draft)") == (carried.place.section, carried.words)
    assert ["Athens in August"] == [title for title, one in found.items() if one.is_free]
    assert all(one.is_free for one in later.values())


def test_offer_tells_copies_once_and_what_is_gone(database: Database, newsletter: Newsletter) -> None:
    """A copy of what is carried is carried."""
    entry = an_entry("Athens in August", january(7))
    with database.write() as tx:
        publish(tx, newsletter, entry, an_entry("Gone", january(8)))
        draft_month(tx, newsletter, Month(2020, 1), MADE_AT)
        publish(tx, newsletter, replace(entry, permalink="https://planet.example/1"), feed="https://planet.example/feed/")
        publish(tx, newsletter, an_entry("Late", january(9)))
        (blog, _) = feeds.feeds_of(tx, newsletter.id)
        keeping.miss(tx, blog.id, frozenset(), january(9, 0), january(10, 0), MADE_AT)
        found = offered(tx, newsletter)

    assert ["Athens in August", "Gone", "Late"] == list(found)
    assert 1 == len(found["Athens in August"].copies)
    assert found["Athens in August"].place is not None
    assert "not in its feed any more" == found["Late"].words
