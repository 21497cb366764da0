"""Drafting: the posts of a month, filed, and none of them twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from newsletter.database import Database
from newsletter.errors import BadValue, IssueNotFound
from newsletter.issues import alerts, draft, editing, newsletters, store
from newsletter.issues.model import Issue, IssueState, Month, Newsletter, Show
from newsletter.issues.plan import DEFAULT_PLAN
from tests.harness.newsroom import (
    a_month,
    a_newsletter,
    an_entry,
    article_called,
    contents_of,
    january,
    publish,
    section_called,
)

JANUARY = Month(2020, 1)


def test_a_month_is_filed_by_the_plan(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Every post under the first section whose rule fits, the oldest first; the letter has its placeholder."""
    with database.write() as tx:
        a_month(tx, newsletter)
        issue = draft.draft_month(tx, newsletter, JANUARY, now)

    assert {
        "Division Chair letter": ["Division Chair letter"],
        "Feature articles": ["Staying relevant", "Mentoring in Norway"],
        "Communication initiatives": ["Where to find us"],
        "The section's activities": ["Athens in August"],
        "… and more": ["Learning for free"],
    } == contents_of(issue)


def test_what_a_draft_suggests(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Title, subject and preheader stand there to be changed."""
    with database.write() as tx:
        a_month(tx, newsletter)
        issue = draft.draft_month(tx, newsletter, JANUARY, now)

    assert "January 2020" == issue.title
    assert "Section News: January 2020" == issue.subject
    assert "Staying relevant · Mentoring in Norway · Where to find us" == issue.preheader
    assert (IssueState.DRAFT, "2020-01", 1, 1) == (issue.state, issue.month, issue.number, issue.version)


def test_an_article_is_a_copy_of_its_post(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Title without the byline, the byline beside it, the text as the feed gave it."""
    with database.write() as tx:
        a_month(tx, newsletter)
        article = article_called(draft.draft_month(tx, newsletter, JANUARY, now), "Staying relevant")

    assert "Susan Schnuer" == article.byline
    assert "<p>All about Staying relevant.</p>" == article.content
    assert "https://blog.example.org/staying-relevant/" == article.link
    assert (Show.EXCERPT, False, False) == (article.show, article.is_dropped, article.is_placeholder)


def test_the_placeholder_is_honest(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """A letter that nobody has written says so."""
    with database.write() as tx:
        issue = draft.draft_month(tx, newsletter, JANUARY, now)

    (letter,) = section_called(issue, "Division Chair letter").articles
    assert letter.is_placeholder
    assert "not been written" in letter.content


def test_a_letter_that_may_be_missing_has_no_placeholder(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Where nothing is required, nothing is missing."""
    plan = (replace(DEFAULT_PLAN[0], is_required=False),)
    with database.write() as tx:
        issue = draft.draft_month(tx, replace(newsletter, plan=plan), JANUARY, now)

    assert {"Division Chair letter": []} == contents_of(issue)


def test_a_month_is_cut_in_the_zone_of_the_site(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """On New Year's Eve it was January in Amsterdam before it was in UTC, and on the 31st February."""
    with database.write() as tx:
        publish(
            tx,
            newsletter,
            an_entry("Still December", datetime(2019, 12, 31, 22, 59, 59, tzinfo=UTC)),
            an_entry("January already", datetime(2019, 12, 31, 23, 0, tzinfo=UTC)),
            an_entry("January still", datetime(2020, 1, 31, 22, 59, 59, tzinfo=UTC)),
            an_entry("Past midnight", datetime(2020, 1, 31, 23, 30, tzinfo=UTC)),
        )
        issue = draft.draft_month(tx, newsletter, JANUARY, now)

    assert ["January already", "January still"] == contents_of(issue)["… and more"]


def test_no_post_is_carried_twice(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """A second issue of the same month gets what came since."""
    with database.write() as tx:
        a_month(tx, newsletter)
        draft.draft_month(tx, newsletter, JANUARY, now)
        publish(tx, newsletter, an_entry("One more thing", january(30)))

        second = draft.draft_month(tx, newsletter, JANUARY, now)

    assert 2 == second.number
    assert ["One more thing"] == [title for titles in contents_of(second).values() for title in titles][1:]


def test_posts_of_a_cancelled_issue_are_free_again(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """What nobody will get may stand in the next one."""
    with database.write() as tx:
        a_month(tx, newsletter)
        first = draft.draft_month(tx, newsletter, JANUARY, now)
        store.set_state(tx, first, IssueState.CANCELLED, now)

        second = draft.draft_month(tx, newsletter, JANUARY, now)

    assert contents_of(first) == contents_of(second)


def test_other_newsletters_have_their_own_posts(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Two newsletters may read the same blog."""
    with database.write() as tx:
        other = a_newsletter(tx, "Other News")
        a_month(tx, newsletter)
        a_month(tx, other)

        first = draft.draft_month(tx, newsletter, JANUARY, now)
        second = draft.draft_month(tx, other, JANUARY, now)

    assert contents_of(first) == contents_of(second)
    assert (1, 1) == (first.number, second.number)


def test_a_post_in_two_feeds_is_one_post(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """A feed of a category and the feed of all: the second copy is not offered, now or later."""
    with database.write() as tx:
        entry = an_entry("Learning for free", january(22))
        moved = replace(entry, guid="https://new.example.org/?p=1", feed_title="Learning, for free")
        publish(tx, newsletter, entry)
        publish(tx, newsletter, moved, feed="https://blog.example.org/category/all/feed/")

        issue = draft.draft_month(tx, newsletter, JANUARY, now)

        assert ["Learning for free"] == contents_of(issue)["… and more"]
        assert () == draft.pool(tx, newsletter, JANUARY)


def test_numbers_of_two_blogs_do_not_collide(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """A feed that numbers its entries 1, 2, 3 says nothing about another one's."""
    with database.write() as tx:
        first = replace(an_entry("From here", january(5) - timedelta(days=31)), guid="1")
        other = replace(an_entry("From there", january(6)), guid="1")
        publish(tx, newsletter, first)
        draft.draft_month(tx, newsletter, JANUARY.previous, now)
        publish(tx, newsletter, other, feed="https://other.example.org/feed/")

        assert ["From there"] == [post.entry.title for post in draft.pool(tx, newsletter, JANUARY)]


def test_what_no_section_takes_stays_in_the_pool(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Reported, not lost."""
    with database.write() as tx:
        a_month(tx, newsletter)
        newsletters.set_plan(tx, newsletter.id, DEFAULT_PLAN[:4])
        narrower = newsletters.by_id(tx, newsletter.id)

        draft.draft_month(tx, narrower, JANUARY, now)

        assert ["Learning for free"] == [post.entry.title for post in draft.pool(tx, narrower, JANUARY)]


def test_a_slot_has_one_issue(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Asked a second time for the same slot, the first issue is given back."""
    key = "2020-02-03T09:00"
    with database.write() as tx:
        a_month(tx, newsletter)
        first = draft.draft_month(tx, newsletter, JANUARY, now, slot_key=key, send_at=now)
    with database.write() as tx:
        second = draft.draft_month(tx, newsletter, JANUARY, now, slot_key=key, send_at=now)

    assert first == second


def test_a_month_drafted_by_hand_settles_its_alert(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """A missed month that has an issue waits for nobody."""
    with database.write() as tx:
        alerts.raise_alert(tx, draft.missed_key(newsletter.id, JANUARY), "January was missed.", now)
        draft.draft_month(tx, newsletter, JANUARY, now)

        assert () == alerts.open_alerts(tx)


def test_a_one_off_is_empty(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """It needs no feed and belongs to no month."""
    with database.write() as tx:
        issue = draft.draft_empty(tx, newsletter, " A  farewell ", now)

    assert ("A farewell", "A farewell", "", ()) == (issue.title, issue.subject, issue.month, issue.sections)


def test_a_one_off_needs_a_title(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Nobody could tell it from others."""
    with database.write() as tx, pytest.raises(BadValue, match="title"):
        draft.draft_empty(tx, newsletter, " ", now)


def test_top_up_adds_what_came_later(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Only posts of its month, each in its section, behind what stands there."""
    with database.write() as tx:
        a_month(tx, newsletter)
        issue = draft.draft_month(tx, newsletter, JANUARY, now)
        publish(
            tx,
            newsletter,
            an_entry("Late but welcome", january(30), byline="Ewa Stenberg"),
            an_entry("For February", january(31, 23)),
        )

        added = draft.top_up(tx, issue.id, now + timedelta(hours=1))
        again = draft.top_up(tx, issue.id, now + timedelta(hours=2))
        topped = store.load(tx, issue.id)

    assert (1, 0) == (added, again)
    assert ["Staying relevant", "Mentoring in Norway", "Late but welcome"] == contents_of(topped)["Feature articles"]
    assert (2, now + timedelta(hours=1)) == (topped.version, topped.updated_at)


def test_dropped_posts_stay_out(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """An editor's no is not asked again, not even by the same post in another feed."""
    with database.write() as tx:
        a_month(tx, newsletter)
        issue = draft.draft_month(tx, newsletter, JANUARY, now)
        editing.drop_article(tx, issue.id, article_called(issue, "Learning for free").id, now)
        twin = replace(an_entry("Learning for free", january(22)), feed_title="Learning, for free")
        publish(tx, newsletter, twin, feed="https://blog.example.org/category/all/feed/")

        assert 0 == draft.top_up(tx, issue.id, now)


@pytest.mark.parametrize("state", [IssueState.IN_REVIEW, IssueState.CANCELLED, IssueState.HELD])
def test_only_a_draft_grows(database: Database, newsletter: Newsletter, now: datetime, state: IssueState) -> None:
    """What somebody reviews does not grow under their hands."""
    with database.write() as tx:
        issue = draft.draft_month(tx, newsletter, JANUARY, now)
        store.set_state(tx, issue, state, now)
        a_month(tx, newsletter)

        assert 0 == draft.top_up(tx, issue.id, now)


def test_a_one_off_does_not_grow(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """It has no month."""
    with database.write() as tx:
        issue = draft.draft_empty(tx, newsletter, "Special", now)
        a_month(tx, newsletter)

        assert 0 == draft.top_up(tx, issue.id, now)


def test_top_up_of_nothing(database: Database, now: datetime) -> None:
    """An issue that is not there is told."""
    with database.write() as tx, pytest.raises(IssueNotFound, match="7"):
        draft.top_up(tx, 7, now)


def test_posts_for_a_section_the_issue_lacks_stay_in_the_pool(
    database: Database, newsletter: Newsletter, now: datetime
) -> None:
    """A plan that was changed meanwhile does not change issues that are made."""
    with database.write() as tx:
        issue = draft.draft_month(tx, replace(newsletter, plan=DEFAULT_PLAN[:2]), JANUARY, now)
        a_month(tx, newsletter)

        assert 2 == draft.top_up(tx, issue.id, now)
        assert 3 == len(draft.pool(tx, newsletter, JANUARY))


def test_two_who_draft_at_once_take_turns(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Every post is carried once, and no number is given twice."""
    start = Barrier(3)
    with database.write() as tx:
        a_month(tx, newsletter)

    def draft_one(_number: int) -> Issue:
        start.wait()
        with database.write() as tx:
            return draft.draft_month(tx, newsletter, JANUARY, now)

    with ThreadPoolExecutor(3) as editors:
        issues = list(editors.map(draft_one, range(3)))

    assert [1, 2, 3] == sorted(issue.number for issue in issues)
    posts = [article.post_id for issue in issues for article in issue.articles if article.post_id is not None]
    assert 5 == len(posts) == len(set(posts))
