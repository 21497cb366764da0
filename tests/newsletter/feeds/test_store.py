"""Feeds and posts as kept, on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from newsletter.database import Database
from newsletter.errors import AlreadyThere, BadValue, FeedNotFound
from newsletter.feeds import keeping, store
from newsletter.feeds.dates import NO_DATE
from newsletter.feeds.keeping import Kept
from newsletter.feeds.model import Enclosure, Entry
from tests.newsletter.feeds.conftest import Desk

URL = "https://blog.example.org/feed/"


def an_entry(now: datetime, number: int = 1) -> Entry:
    """Make an entry, each number a minute after the one before."""
    return Entry(
        guid=f"g{number}",
        permalink=f"https://blog.example.org/{number}",
        title=f"Post {number}",
        feed_title=f"Post {number} by Ann Lee",
        author="webmaster",
        byline="Ann Lee",
        published_at=now + timedelta(minutes=number),
        date_doubt="",
        updated_at=None,
        categories=("News",),
        enclosures=(Enclosure("https://blog.example.org/a.pdf", "application/pdf", 7),),
        summary="",
        content="<p>Words</p>",
        fingerprint="f1",
    )


def keep(desk: Desk, feed_id: int, *entries: Entry, later: timedelta = timedelta()) -> Kept:
    """Store entries in a transaction of their own."""
    with desk.database.write() as tx:
        return keeping.keep(tx, feed_id, entries, desk.now + later)


def test_feed_is_added_and_found(desk: Desk) -> None:
    """As the editor meant it, read from there until something better is found."""
    added = desk.add(" blog.example.org/feed/ ")

    with desk.database.read() as tx:
        assert (added,) == store.feeds_of(tx, desk.newsletter_id)
        assert (added,) == store.feeds_of(tx, None)
        assert () == store.feeds_of(tx, desk.newsletter_id + 1)
        assert added == store.feed_by_id(tx, added.id)
        assert "Europe/Amsterdam" == store.zone_of(tx, added.id)
    assert (URL, URL, None, "") == (added.url, added.fetch_url, added.gathered_at, added.trouble)


def test_feed_cannot_be_added_twice(desk: Desk) -> None:
    """The same posts would come twice."""
    desk.add(URL)

    with pytest.raises(AlreadyThere, match=r"blog\.example\.org"):
        desk.add(URL)


def test_what_is_no_address_is_not_added(desk: Desk) -> None:
    """It is refused before anything is stored."""
    with pytest.raises(BadValue):
        desk.add("file:///etc/passwd")


def test_unknown_feed_is_not_found(desk: Desk) -> None:
    """By an error that names it."""
    with desk.database.read() as tx, pytest.raises(FeedNotFound, match="77"):
        store.feed_by_id(tx, 77)


def test_removed_feed_is_gone_with_its_posts(desk: Desk, now: datetime) -> None:
    """And cannot be removed twice."""
    feed_id = desk.add(URL).id
    keep(desk, feed_id, an_entry(now))
    with desk.database.write() as tx:
        store.remove(tx, feed_id)

    assert () == desk.posts()
    with desk.database.write() as tx, pytest.raises(FeedNotFound, match=str(feed_id)):
        store.remove(tx, feed_id)


def test_posts_come_back_as_they_were_kept(desk: Desk, now: datetime) -> None:
    """Every field, and when it was first seen."""
    entry = an_entry(now)
    kept = keep(desk, desk.add(URL).id, entry)
    (post,) = desk.posts()

    assert Kept(1, 0) == kept
    assert (entry, now, None) == (post.entry, post.first_seen_at, post.revised_at)


def test_unchanged_entry_is_nothing(desk: Desk, now: datetime) -> None:
    """Even when its date has moved: only the text counts."""
    feed_id = desk.add(URL).id
    entry = an_entry(now)
    keep(desk, feed_id, entry)

    assert Kept(0, 0) == keep(desk, feed_id, replace(entry, published_at=now + timedelta(days=1)), later=timedelta(hours=1))
    assert entry == desk.posts()[0].entry


def test_changed_entry_is_a_revision(desk: Desk, now: datetime) -> None:
    """The newest text is kept, with the moment of the change."""
    feed_id = desk.add(URL).id
    entry = an_entry(now)
    edited = replace(entry, content="<p>Better words</p>", fingerprint="f2", categories=())
    keep(desk, feed_id, entry)

    assert Kept(0, 1) == keep(desk, feed_id, edited, later=timedelta(hours=1))
    assert (edited, now, now + timedelta(hours=1)) == (
        desk.posts()[0].entry,
        desk.posts()[0].first_seen_at,
        desk.posts()[0].revised_at,
    )


def test_revision_without_a_date_keeps_the_moment_of_first_sight(desk: Desk, now: datetime) -> None:
    """An undated post must not wander into the next month when it is edited."""
    feed_id = desk.add(URL).id
    undated = replace(an_entry(now), date_doubt=NO_DATE, published_at=now)
    keep(desk, feed_id, undated)
    keep(desk, feed_id, replace(undated, published_at=now + timedelta(days=9), fingerprint="f2"))

    assert (now, NO_DATE) == (desk.posts()[0].entry.published_at, desk.posts()[0].entry.date_doubt)


def test_new_identity_of_an_old_post_is_recognised(desk: Desk, now: datetime) -> None:
    """After a move every guid and address is new; title and moment are not."""
    feed_id = desk.add(URL).id
    entry = an_entry(now)
    keep(desk, feed_id, entry)
    moved = replace(entry, guid="moved", permalink="https://new.example.org/1")

    assert Kept(0, 0) == keep(desk, feed_id, moved)
    assert 1 == len(desk.posts())


@pytest.mark.parametrize(
    ("guid", "permalink"),
    [
        ("https://blog.example.org/?p=1", "https://blog.example.org/1"),
        ("http://www.blog.example.org/?p=1", "https://new.example.org/elsewhere"),
        ("another", "http://www.blog.example.org/1/"),
        ("another", "https://blog.example.org/1/"),
    ],
)
def test_post_is_known_however_its_addresses_are_spelled(desk: Desk, now: datetime, guid: str, permalink: str) -> None:
    """A site went to https, lost its www or changed its identities, and the title was edited meanwhile."""
    feed_id = desk.add(URL).id
    entry = replace(an_entry(now), guid="http://blog.example.org/?p=1")
    keep(desk, feed_id, entry)
    edited = replace(entry, guid=guid, permalink=permalink, feed_title="Better", published_at=now, fingerprint="f2")

    assert Kept(0, 1) == keep(desk, feed_id, edited)
    assert Kept(0, 0) == keep(desk, feed_id, edited)
    assert (guid, permalink) == (desk.posts()[0].entry.guid, desk.posts()[0].entry.permalink)


def test_address_that_several_entries_share_is_that_of_none(desk: Desk, now: datetime) -> None:
    """Events that all link to the programme are different posts."""
    feed_id = desk.add(URL).id
    first, second, third = (
        replace(an_entry(now, number), permalink="https://blog.example.org/programme") for number in (1, 2, 3)
    )
    keep(desk, feed_id, first)

    assert Kept(1, 0) == keep(desk, feed_id, first, second)
    assert Kept(1, 0) == keep(desk, feed_id, third, first, second)


def test_what_a_post_is_filed_under_is_brought_up_to_date(desk: Desk, now: datetime) -> None:
    """Without a word: its text is the same."""
    feed_id = desk.add(URL).id
    entry = an_entry(now)
    keep(desk, feed_id, entry)

    assert Kept(0, 0) == keep(desk, feed_id, replace(entry, categories=("News", "Events")), later=timedelta(hours=1))
    assert (("News", "Events"), None) == (desk.posts()[0].entry.categories, desk.posts()[0].revised_at)


def test_old_text_of_a_revision_is_kept(desk: Desk, now: datetime) -> None:
    """Every one of them, the latest first, with the moment at which it was replaced."""
    feed_id = desk.add(URL).id
    entry = an_entry(now)
    for number in range(3):
        keep(desk, feed_id, replace(entry, content=f"<p>{number}</p>", fingerprint=f"f{number}"), later=timedelta(hours=number))
    with desk.database.read() as tx:
        kept = store.revisions_of(tx, [post.id for post in desk.posts()])

    assert [("<p>1</p>", "f1", now + timedelta(hours=2)), ("<p>0</p>", "f0", now + timedelta(hours=1))] == [
        (one.content, one.fingerprint, one.replaced_at) for one in kept
    ]


def test_feed_that_never_says_the_same_does_not_fill_the_disk(desk: Desk, now: datetime) -> None:
    """The oldest texts are forgotten."""
    feed_id = desk.add(URL).id
    for number in range(keeping.MOST_REVISIONS + 5):
        keep(desk, feed_id, replace(an_entry(now), fingerprint=f"f{number}"))
    with desk.database.read() as tx:
        kept = store.revisions_of(tx, [post.id for post in desk.posts()])

    assert keeping.MOST_REVISIONS == len(kept)
    assert f"f{keeping.MOST_REVISIONS + 3}" == kept[0].fingerprint


def test_post_that_is_missed_is_not_given_until_it_is_listed_again(desk: Desk, now: datetime) -> None:
    """It is kept: an issue may carry it."""
    feed_id = desk.add(URL).id
    entries = [an_entry(now, number) for number in (1, 2)]
    keep(desk, feed_id, *entries)
    with desk.database.write() as tx:
        first, _ = store.all_between(tx, desk.newsletter_id, now, now + timedelta(days=1))
        gone = keeping.miss(tx, feed_id, frozenset({first.id}), now, now + timedelta(days=1), now)
        again = keeping.miss(tx, feed_id, frozenset({first.id}), now, now + timedelta(days=1), now)
    titles = desk.titles()
    keep(desk, feed_id, *entries)

    assert (1, 0, ["Post 1"]) == (gone, again, titles)
    assert ["Post 1", "Post 2"] == desk.titles()


def test_many_entries_at_once(desk: Desk, now: datetime) -> None:
    """As many as a feed may hold."""
    entries = [an_entry(now, number) for number in range(500)]
    feed_id = desk.add(URL).id

    assert Kept(500, 0) == keep(desk, feed_id, *entries)
    assert Kept(0, 0) == keep(desk, feed_id, *entries)


def test_posts_between_takes_the_start_and_leaves_the_end(desk: Desk, now: datetime) -> None:
    """Months touch without overlapping, to the microsecond."""
    keep(desk, desk.add(URL).id, *(an_entry(now, number) for number in (3, 1, 2)))
    start, end = now + timedelta(minutes=1), now + timedelta(minutes=3)
    with desk.database.read() as tx:
        found = store.posts_between(tx, desk.newsletter_id, start, end)

    assert ["Post 1", "Post 2"] == [post.entry.title for post in found]


def test_what_two_feeds_carry_is_given_once(desk: Desk, now: datetime) -> None:
    """The feed of the blog and the feed of its category tell of the same post."""
    entry = an_entry(now)
    keep(desk, desk.add(URL).id, entry)
    keep(desk, desk.add("https://blog.example.org/category/news/feed/").id, entry)

    assert 1 == len(desk.posts())


def test_two_feeds_that_number_their_posts_alike_keep_all_of_them(desk: Desk, now: datetime) -> None:
    """RSS lets an identity be "1"; it then tells posts of one feed apart and nothing more."""
    first, second = replace(an_entry(now, 1), guid="1"), replace(an_entry(now, 2), guid="1")
    keep(desk, desk.add(URL).id, first)
    keep(desk, desk.add("https://other.example.org/feed/").id, second)

    assert [first, second] == [post.entry for post in desk.posts()]


def test_what_two_feeds_carry_under_one_address_is_given_once(desk: Desk, now: datetime) -> None:
    """Even where one of them was edited: its identity means the same everywhere."""
    first = replace(an_entry(now, 1), guid="https://blog.example.org/?p=1")
    second = replace(an_entry(now, 2), guid=first.guid)
    keep(desk, desk.add(URL).id, first)
    keep(desk, desk.add("https://other.example.org/feed/").id, second)

    assert [first] == [post.entry for post in desk.posts()]


def test_posts_by_id_keep_the_order_asked_for(desk: Desk, now: datetime) -> None:
    """Unknown ids are passed over."""
    keep(desk, desk.add(URL).id, *(an_entry(now, number) for number in (1, 2, 3)))
    ids = [post.id for post in desk.posts()]
    with desk.database.read() as tx:
        found = store.posts_by_id(tx, [ids[2], 10**9, ids[0]])

    assert [ids[2], ids[0]] == [post.id for post in found]


def test_known_names_are_those_of_bylines(desk: Desk, now: datetime) -> None:
    """One by one, and of this newsletter only."""
    keep(desk, desk.add(URL).id, replace(an_entry(now), byline="Ann Lee, Bob Roe"), replace(an_entry(now, 2), byline=""))
    with desk.database.read() as tx:
        assert frozenset({"Ann Lee", "Bob Roe"}) == store.known_names(tx, desk.newsletter_id)
        assert frozenset() == store.known_names(tx, desk.newsletter_id + 1)


def test_readings_are_remembered(desk: Desk, now: datetime) -> None:
    """Success clears trouble; trouble makes the next reading unconditional."""
    feed_id = desk.add(URL).id
    with desk.database.write() as tx:
        store.record_trouble(tx, feed_id, trouble="The feed is empty.", failures=2, not_before=now)
        troubled = store.feed_by_id(tx, feed_id)
        store.record_reading(tx, feed_id, now, title="Blog", fetch_url=f"{URL}atom/", etag='"1"', last_modified="x")
        read = store.feed_by_id(tx, feed_id)
        store.record_trouble(tx, feed_id, trouble="Gone.", failures=1, not_before=now)
        store.forget_detour(tx, feed_id)
        again = store.feed_by_id(tx, feed_id)

    assert ("The feed is empty.", 2, now) == (troubled.trouble, troubled.failures, troubled.not_before)
    assert ("", 0, None, '"1"', f"{URL}atom/", now) == (
        read.trouble,
        read.failures,
        read.not_before,
        read.etag,
        read.fetch_url,
        read.gathered_at,
    )
    assert ("", "", URL, now) == (again.etag, again.last_modified, again.fetch_url, again.gathered_at)


def test_keeping_twice_at_once_makes_one_post(database: Database, desk: Desk, now: datetime) -> None:
    """A command and the worker may read the same feed at the same moment."""
    feed_id = desk.add(URL).id
    entry = an_entry(now)
    with database.write() as tx:
        first = keeping.keep(tx, feed_id, [entry], now)
        second = keeping.keep(tx, feed_id, [entry], now)

    assert (Kept(1, 0), Kept(0, 0)) == (first, second)
