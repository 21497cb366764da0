"""What reviewers say of an issue, and the links by which they may."""

from datetime import datetime, timedelta

import pytest

from newsletter.database import Database
from newsletter.errors import BadValue, CommentNotFound, GuestLinkNotFound
from newsletter.issues import alerts, editing
from newsletter.issues.model import Issue
from newsletter.review import comments, guests
from newsletter.review.guests import GuestLink, GuestPurpose
from subscribers.errors import AddressRefused
from subscribers.transaction import Transaction
from tests.harness.newsroom import article_called

WEEK = timedelta(days=7)


def a_link(
    tx: Transaction, issue: Issue, now: datetime, life: timedelta = WEEK, address: str = "chair@example.org"
) -> GuestLink:
    """Make a link to review an issue."""
    review = GuestPurpose.REVIEW
    return guests.make(tx, issue.id, review, address=address, name="The Chair", by="ann", now=now, ends_at=now + life)


def test_a_link_is_for_one_purpose_and_a_time(database: Database, issue: Issue, now: datetime) -> None:
    """Behind its last moment, and once it is revoked, it opens nothing."""
    with database.write() as tx:
        link = a_link(tx, issue, now)

        assert link == guests.find(tx, link.id, GuestPurpose.REVIEW)
        with pytest.raises(GuestLinkNotFound):
            guests.find(tx, link.id, GuestPurpose.CONTRIBUTION)
        with pytest.raises(GuestLinkNotFound):
            guests.revoke(tx, issue.id + 1, link.id, GuestPurpose.REVIEW, now)
        revoked = guests.revoke(tx, issue.id, link.id, GuestPurpose.REVIEW, now)
        assert revoked == guests.revoke(tx, issue.id, link.id, GuestPurpose.REVIEW, now + WEEK)
        assert (revoked,) == guests.links_of(tx, issue.id, GuestPurpose.REVIEW)
    assert [True, False] == [link.is_open(now), link.is_open(now + WEEK)]
    assert not revoked.is_open(now)


def test_a_link_without_an_end_or_an_address_is_not_made(database: Database, issue: Issue, now: datetime) -> None:
    """Nothing opens for ever, and nobody is written to nowhere."""
    with database.write() as tx:
        for life in (timedelta(0), timedelta(days=91)):
            with pytest.raises(BadValue, match="90 days"):
                a_link(tx, issue, now, life)
        with pytest.raises(AddressRefused):
            a_link(tx, issue, now, address="nobody")


def test_comments_are_pinned_and_the_editors_are_told(database: Database, issue: Issue, now: datetime) -> None:
    """To an article or to the whole issue; one alert for all of them, settled with the last one."""
    article = article_called(issue, "Staying relevant")
    with database.write() as tx:
        link = a_link(tx, issue, now)
        first = comments.say(tx, issue, "Chair", "The date\n is wrong.", now, article_id=article.id, link_id=link.id)
        second = comments.say(tx, issue, "Bo", "Well done.", now)

        assert (first, second) == comments.comments_of(tx, issue.id) == comments.open_comments(tx, issue.id)
        assert 1 == len(alerts.open_alerts(tx))
        done = comments.resolve(tx, issue.id, first.id, "ann", now, "It is right now.")
        assert (second,) == comments.open_comments(tx, issue.id)
        comments.resolve(tx, issue.id, second.id, "ann", now)
        assert () == alerts.open_alerts(tx)
        with pytest.raises(CommentNotFound):
            comments.resolve(tx, issue.id + 1, first.id, "ann", now)
    assert (article.id, link.id, issue.version, ("The date", "is wrong.")) == (
        first.article_id,
        first.link_id,
        first.version,
        first.lines,
    )
    assert ("ann", "It is right now.") == (done.resolved_by, done.answer)


@pytest.mark.parametrize(("author", "text"), [("", "Well."), ("Bo", " \n "), ("Bo", "x" * 4_001)])
def test_a_comment_says_something_by_somebody(database: Database, issue: Issue, now: datetime, author: str, text: str) -> None:
    """Else it is not taken."""
    with database.write() as tx, pytest.raises(BadValue):
        comments.say(tx, issue, author, text, now)


def test_only_what_is_shown_is_commented_on(database: Database, issue: Issue, now: datetime) -> None:
    """Neither an article of another issue nor one that was dropped, nor more than anybody reads."""
    article = article_called(issue, "Staying relevant")
    with database.write() as tx:
        changed = editing.drop_article(tx, issue.id, article.id, now)
        for number in (article.id, 77):
            with pytest.raises(BadValue, match="not in this issue"):
                comments.say(tx, changed, "Bo", "Well.", now, article_id=number)
        for _ in range(comments.MOST_COMMENTS):
            comments.say(tx, changed, "Bo", "Well.", now)
        with pytest.raises(BadValue, match="the most"):
            comments.say(tx, changed, "Bo", "Well.", now)
