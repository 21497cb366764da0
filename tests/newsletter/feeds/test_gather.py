"""Gathering: what is asked for, what is kept, and what happens when it goes wrong."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.feeds import store
from newsletter.feeds.gather import MOST_PAGES, gather
from newsletter.feeds.model import Gathered
from newsletter.issues.model import Month
from newsletter.outbound import FetchPolicy
from tests.harness import chaosfeed
from tests.harness.chaosfeed import ATOM, RSS, Asked, ChaosFeed, Page, Wire, redirect
from tests.harness.wordpress import Blog, BlogPost
from tests.newsletter.feeds.conftest import Desk

JANUARY = Month(2020, 1)


def a_post(number: int, day: int = 1, month: int = 1, **more: str) -> BlogPost:
    """Make a post of 2020; higher numbers are later in the day."""
    return BlogPost(number, f"Post {number}", datetime(2020, month, day, 8, number % 60, tzinfo=UTC), **more)  # type: ignore[arg-type]  # only texts are passed


def posts(count: int) -> list[BlogPost]:
    """Make as many posts, all of January, newest last."""
    return [a_post(number) for number in range(1, count + 1)]


def read(chaos: ChaosFeed) -> list[str]:
    """Give what was asked for, but for what the site was asked of itself."""
    return [path for path in chaos.paths if "wp-json" not in path and "rest_route" not in path]


def one(gathered: tuple[Gathered, ...]) -> Gathered:
    """Give the only result."""
    (result,) = gathered
    return result


def test_first_reading_walks_back_to_the_first_post(desk: Desk, chaos: ChaosFeed) -> None:
    """Page after page of the Atom twin until the blog says that there is no more."""
    desk.add(Blog(posts(25)).mount(chaos))
    result = one(desk.gather())

    assert (25, 0, "") == (result.new, result.revised, result.trouble)
    assert [f"Post {number}" for number in range(1, 26)] == desk.titles()
    assert ["/feed/", "/feed/atom/", "/feed/atom/?paged=2", "/feed/atom/?paged=3", "/feed/atom/?paged=4"] == read(chaos)
    assert (chaos.url("/feed/atom/"), "A blog", desk.now) == (result.feed.fetch_url, result.feed.title, result.feed.gathered_at)


def test_second_reading_asks_whether_anything_has_changed(desk: Desk, chaos: ChaosFeed) -> None:
    """One small question, one small answer."""
    desk.add(Blog(posts(3)).mount(chaos))
    desk.gather()
    chaos.asked.clear()
    result = one(desk.gather())

    assert (0, 0, True, "") == (result.new, result.revised, result.unchanged, result.trouble)
    assert ["/feed/atom/"] == chaos.paths
    assert {"if-none-match", "if-modified-since"} <= set(chaos.asked[0].headers)


def test_new_posts_are_walked_to_until_known_ones(desk: Desk, chaos: ChaosFeed) -> None:
    """Twelve new posts need the second page; the third is asked for nothing."""
    blog = Blog(posts(30))
    desk.add(blog.mount(chaos))
    desk.gather()
    blog.posts += [a_post(number, day=9) for number in range(31, 43)]
    chaos.asked.clear()

    assert 12 == one(desk.gather()).new
    assert ["/feed/atom/", "/feed/atom/?paged=2", "/feed/atom/?paged=3"] == chaos.paths


def test_edited_post_is_a_revision(desk: Desk, chaos: ChaosFeed) -> None:
    """Its text is replaced, its place in time stays."""
    blog = Blog(posts(2))
    desk.add(blog.mount(chaos))
    desk.gather()
    blog.posts[0] = replace(blog.posts[0], content="<p>Better.</p>", changed=datetime(2020, 2, 1, 7, tzinfo=UTC))
    result = one(desk.gather())
    edited = desk.posts()[0]

    assert (0, 1) == (result.new, result.revised)
    assert ("<p>Better.</p>", desk.now) == (edited.entry.content, edited.revised_at)
    assert blog.posts[0].published == edited.entry.published_at


def test_rss_is_read_where_there_is_no_atom(sqlite_desk: Desk, chaos: ChaosFeed) -> None:
    """The twin is tried once, at the first reading."""
    sqlite_desk.add(Blog(posts(12), has_atom=False).mount(chaos))
    sqlite_desk.gather()

    assert 12 == len(sqlite_desk.posts())
    assert ["/feed/", "/feed/atom/", "/feed/?paged=2", "/feed/?paged=3"] == read(chaos)


def test_twin_that_tells_of_other_posts_is_not_taken(
    sqlite_desk: Desk, chaos: ChaosFeed, material: Callable[[str], bytes]
) -> None:
    """Some sites answer any address with some feed."""
    url = chaos.put("/feed/", Page(material("wordpress-rss.xml"), RSS))
    chaos.put("/feed/atom/", Page(material("wordpress-atom.xml"), ATOM))
    sqlite_desk.add(url)

    assert url == one(sqlite_desk.gather()).feed.fetch_url


def test_weakened_etag_is_sent_as_it_was_made(sqlite_desk: Desk, chaos: ChaosFeed, material: Callable[[str], bytes]) -> None:
    """A proxy adds W/, and WordPress compares letter by letter."""
    sqlite_desk.add(chaos.put("/index.xml", Page(material("wordpress-atom.xml"), ATOM, headers={"ETag": 'W/"1"'})))
    sqlite_desk.gather()
    sqlite_desk.gather()

    assert '"1"' == chaos.asked[1].headers["if-none-match"]


def test_etag_of_no_use_is_given_up_for_the_date(sqlite_desk: Desk, chaos: ChaosFeed, material: Callable[[str], bytes]) -> None:
    """A server that sends all again although it has the same ETag may look at the date alone."""
    validators = {"ETag": '"1"', "Last-Modified": "Sat, 01 Feb 2020 08:00:00 GMT"}
    sqlite_desk.add(chaos.put("/index.xml", Page(material("wordpress-atom.xml"), ATOM, headers=validators)))
    for _ in range(3):
        sqlite_desk.gather()

    assert [("if-none-match" in asked.headers, "if-modified-since" in asked.headers) for asked in chaos.asked] == [
        (False, False),
        (True, True),
        (False, True),
    ]


def test_month_is_read_from_its_archive(desk: Desk, chaos: ChaosFeed) -> None:
    """A busy month that has left the front page is complete, and only that month is walked."""
    older = [replace(a_post(100 + number), published=datetime(2019, 12, 1, 8, number, tzinfo=UTC)) for number in range(30)]
    blog = Blog([*older, *posts(25), *(a_post(200 + number, month=2) for number in range(1))])
    url = blog.mount(chaos)
    desk.add(url)
    with desk.database.write() as tx:
        store.record_reading(tx, 1, desk.now, title="", fetch_url=chaos.url("/feed/atom/"), etag='"x"', last_modified="x")
    result = one(desk.gather(JANUARY))

    assert "" == result.trouble
    assert {f"Post {number}" for number in range(1, 26)} <= set(desk.titles())
    assert [f"/2020/01/feed/atom/{query}" for query in ("", "?paged=2", "?paged=3", "?paged=4")] == chaos.paths[-4:]
    assert all("if-none-match" not in asked.headers for asked in chaos.asked)


def test_month_is_cut_by_the_blog_in_its_own_zone(desk: Desk, chaos: ChaosFeed) -> None:
    """31 January 23:30 UTC is February in Amsterdam, and comes with February's archive."""
    late = BlogPost(1, "Late", datetime(2020, 1, 31, 23, 30, tzinfo=UTC))
    blog = Blog([late], zone="Europe/Amsterdam")
    blog.mount(chaos)
    chaos.put("/feed/", Page(b"<rss version='2.0'><channel></channel></rss>", RSS))
    desk.add(chaos.url("/feed/"))
    january = one(desk.gather(JANUARY))
    february = one(desk.gather(Month(2020, 2)))

    assert (0, 1) == (january.new, february.new)


def test_month_without_an_archive_is_walked_to(sqlite_desk: Desk, chaos: ChaosFeed) -> None:
    """Back from the newest page until everything is older."""
    older = [replace(a_post(100 + number), published=datetime(2019, 12, 1, 8, number, tzinfo=UTC)) for number in range(30)]
    blog = Blog(posts(25)[15:])
    sqlite_desk.add(chaos.put("/feed/atom/", blog.answer))
    sqlite_desk.gather()
    blog.posts = [*older, *posts(25)]
    chaos.asked.clear()
    sqlite_desk.gather(JANUARY)

    assert {f"Post {number}" for number in range(1, 26)} <= set(sqlite_desk.titles())
    assert ["/feed/atom/", "/2020/01/feed/atom/"] == chaos.paths[:2]
    assert [f"/feed/atom/?paged={number}" for number in (2, 3, 4)] == chaos.paths[2:]


def test_month_archive_that_is_something_else_is_not_believed(sqlite_desk: Desk, chaos: ChaosFeed) -> None:
    """A server that answers any address with its newest posts has no archive."""
    blog = Blog([a_post(number, month=2 if number > 10 else 1) for number in range(1, 21)])
    for path in ("/feed/atom/", "/2020/01/feed/atom/"):
        chaos.put(path, lambda asked, wire: blog.answer(replace(asked, path=asked.path.replace("/2020/01", "")), wire))
    sqlite_desk.now = datetime(2020, 2, 3, tzinfo=UTC)
    sqlite_desk.add(chaos.url("/feed/atom/"))
    with sqlite_desk.database.write() as tx:
        store.record_no_change(tx, 1, sqlite_desk.now)
    sqlite_desk.gather(JANUARY)

    assert 20 == len(sqlite_desk.posts())


def test_pages_of_other_blogs_are_followed(sqlite_desk: Desk, chaos: ChaosFeed) -> None:
    """RFC 5005: a feed names its next page."""
    entry = "<entry><id>{0}</id><title>Post {0}</title><published>2020-01-01T08:0{0}:00Z</published></entry>"
    document = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'
    chaos.put("/posts", Page(document.format('<link rel="next" href="/posts/2"/>' + entry.format(1)).encode()))
    chaos.put("/posts/2", Page(document.format('<link rel="next" href="/posts/3"/>' + entry.format(2)).encode()))
    chaos.put("/posts/3", Page(document.format(entry.format(3)).encode()))
    sqlite_desk.add(chaos.url("/posts"))

    assert 3 == one(sqlite_desk.gather()).new
    assert ["/posts", "/posts/2", "/posts/3"] == chaos.paths


def test_walk_ends_where_nothing_is_said_anew(sqlite_desk: Desk, chaos: ChaosFeed, material: Callable[[str], bytes]) -> None:
    """A server that knows no pages sends the first one again and again."""
    sqlite_desk.add(chaos.put("/feed/atom/", Page(material("wordpress-atom.xml"))))
    sqlite_desk.gather()

    assert ["/feed/atom/", "/feed/atom/?paged=2"] == chaos.paths


def test_walk_is_bounded(sqlite_desk: Desk, chaos: ChaosFeed) -> None:
    """A feed that goes on for ever is left after fifty pages."""

    def endless(asked: Asked, wire: Wire) -> None:
        number = int(asked.query.get("paged", "1"))
        entry = f"<entry><id>{number}</id><title>Post {number}</title></entry>"
        wire.give(Page(f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'.encode()))

    sqlite_desk.add(chaos.put("/feed/atom/", endless))

    assert MOST_PAGES == one(sqlite_desk.gather()).new


def test_permanent_move_is_remembered(sqlite_desk: Desk, chaos: ChaosFeed) -> None:
    """The next reading goes straight to the new address."""
    Blog(posts(1)).mount(chaos)
    sqlite_desk.add(chaos.put("/old.xml", redirect("/feed/atom/")))
    sqlite_desk.gather()
    chaos.asked.clear()
    sqlite_desk.gather()

    assert ["/feed/atom/"] == chaos.paths


def test_address_of_the_blog_leads_to_its_feed(desk: Desk, chaos: ChaosFeed, material: Callable[[str], bytes]) -> None:
    """The page names its feed, and the feed has an Atom twin."""
    Blog(posts(2)).mount(chaos)
    desk.add(chaos.put("/", Page(material("page.html"), "text/html")))
    result = one(desk.gather())

    assert (2, "", chaos.url("/feed/atom/")) == (result.new, result.trouble, result.feed.fetch_url)


def test_trouble_is_told_with_the_next_try_and_the_others_go_on(
    desk: Desk, chaos: ChaosFeed, material: Callable[[str], bytes]
) -> None:
    """Broken feeds of every kind beside one that works."""
    desk.policy = FetchPolicy(allow_loopback=True, seconds=1.5)
    desk.add(chaos.put("/down", Page(b"", status=503)))
    desk.add(chaos.put("/drip", chaosfeed.drip))
    desk.add(chaos.put("/page", Page(material("challenge.html"), "text/html")))
    desk.add("http://127.0.0.1:1/feed")
    desk.add(chaos.put("/good", Page(material("wordpress-atom.xml"))))
    down, drip, page, nobody, good = desk.gather()

    assert (
        "The feed answered 503: it is busy or under maintenance. What was gathered before is kept. "
        "Next try Sat 1 Feb 2020, 09:15 Amsterdam." == down.trouble == down.feed.trouble
    )
    assert "did not answer in full within 1.5 seconds" in drip.trouble
    assert "is a web page, not a feed" in page.trouble
    assert "cannot be reached" in nobody.trouble
    assert (2, "") == (good.new, good.trouble)
    assert not down.went_well
    assert (1, desk.now + timedelta(minutes=15)) == (down.feed.failures, down.feed.not_before)


def test_patience_is_kept_until_it_is_over(desk: Desk, chaos: ChaosFeed) -> None:
    """Retry-After is honoured; a person may insist; success forgets the trouble."""
    url = chaos.put("/feed.xml", Page(b"", status=429, headers={"Retry-After": "3600"}))
    desk.add(url)
    first = one(desk.gather())
    desk.now += timedelta(minutes=59)
    waiting = one(desk.gather())
    insisted = one(desk.gather(force=True))
    chaos.put("/feed.xml", Page(b"<rss version='2.0'><channel></channel></rss>", RSS))
    desk.now += timedelta(minutes=61)
    over = one(desk.gather())

    assert 3 == len(chaos.asked)
    assert (first.trouble, True) == (waiting.trouble, waiting.unchanged)
    assert 2 == insisted.feed.failures
    assert ("", "", 0, None) == (over.trouble, over.feed.trouble, over.feed.failures, over.feed.not_before)


def test_trouble_on_a_later_page_keeps_what_came_before(desk: Desk, chaos: ChaosFeed) -> None:
    """And the first reading starts over, to the very end, the next time."""
    blog = Blog(posts(25))
    desk.add(blog.mount(chaos))
    chaos.put("/feed/atom/?paged=2", Page(b"", status=500))
    broken = one(desk.gather())
    chaos.put("/feed/atom/?paged=2", blog.answer)
    desk.now += timedelta(hours=1)
    mended = one(desk.gather())

    assert (10, None) == (broken.new, broken.feed.gathered_at)
    assert "answered 500" in broken.trouble
    assert (15, "") == (mended.new, mended.trouble)
    assert 25 == len(desk.posts())


def test_broken_off_feed_keeps_its_whole_posts_and_is_read_again(
    desk: Desk, chaos: ChaosFeed, material: Callable[[str], bytes]
) -> None:
    """Half a post is never stored, and no validator keeps us from asking for the rest."""
    whole = material("wordpress-rss.xml")
    desk.add(chaos.put("/index.xml", Page(whole[: whole.index(b"Only a summary")], RSS, headers={"ETag": '"1"'})))
    broken = one(desk.gather())
    chaos.put("/index.xml", Page(whole, RSS, headers={"ETag": '"1"'}))
    desk.now += timedelta(hours=1)
    mended = one(desk.gather())

    assert (1, True) == (broken.new, "broke off in the middle" in broken.trouble)
    assert (1, "") == (mended.new, mended.trouble)
    assert "if-none-match" not in chaos.asked[-1].headers


def test_detour_that_ends_leads_back_to_the_address_given(sqlite_desk: Desk, chaos: ChaosFeed) -> None:
    """A twin that is switched off costs one reading, not the feed."""
    blog = Blog(posts(2))
    url = blog.mount(chaos)
    sqlite_desk.add(url)
    sqlite_desk.gather()
    chaos.put("/feed/atom/", Page(b"", status=404))
    broken = one(sqlite_desk.gather())
    sqlite_desk.now += timedelta(hours=1)
    mended = one(sqlite_desk.gather())

    assert (url, url) == (broken.feed.fetch_url, mended.feed.fetch_url)
    assert "" == mended.trouble


def test_progress_is_told_feed_by_feed(sqlite_desk: Desk, chaos: ChaosFeed, material: Callable[[str], bytes]) -> None:
    """A bar can move before the slowest feed has answered."""
    told: list[Gathered] = []
    for path in ("/1", "/2", "/3"):
        sqlite_desk.add(chaos.put(path, Page(material("wordpress-atom.xml"))))
    results = asyncio.run(
        gather(sqlite_desk.database, sqlite_desk.policy, sqlite_desk.child, lambda: sqlite_desk.now, progress=told.append)
    )

    assert {result.feed.url for result in results} == {result.feed.url for result in told}
    assert [chaos.url(path) for path in ("/1", "/2", "/3")] == [result.feed.url for result in results]


def test_no_transaction_is_open_while_a_server_is_waited_for(
    sqlite_desk: Desk, chaos: ChaosFeed, material: Callable[[str], bytes]
) -> None:
    """Somebody else can write while a feed is slow."""

    def slow(asked: Asked, wire: Wire) -> None:
        with sqlite_desk.database.write() as tx:
            store.add(tx, sqlite_desk.newsletter_id, "https://other.example.org/", sqlite_desk.now)
        wire.give(Page(material("wordpress-atom.xml")))

    sqlite_desk.add(chaos.put("/slow", slow))

    assert 2 == one(sqlite_desk.gather()).new


def test_names_known_from_bylines_help_later(sqlite_desk: Desk, chaos: ChaosFeed) -> None:
    """Who has once been named with "by" is recognised after a dash."""
    blog = Blog([replace(a_post(1), title="Mentoring by Ulrike Lang")])
    sqlite_desk.add(blog.mount(chaos))
    sqlite_desk.gather()
    blog.posts.append(replace(a_post(2), title="Coaching – Ulrike Lang"))
    sqlite_desk.gather()

    assert ["Mentoring", "Coaching"] == sqlite_desk.titles()


@pytest.mark.parametrize("newsletter_id", [None, 10**6])
def test_nothing_to_gather_is_nothing(sqlite_desk: Desk, newsletter_id: int | None) -> None:
    """Neither without feeds nor for a newsletter that is none."""
    assert () == asyncio.run(
        gather(
            sqlite_desk.database,
            sqlite_desk.policy,
            sqlite_desk.child,
            lambda: sqlite_desk.now,
            newsletter_id=newsletter_id,
        )
    )


def test_site_is_asked_for_its_zone_and_categories_once_a_week(desk: Desk, chaos: ChaosFeed) -> None:
    """By its own interface, where it answers; whoever writes a plan needs to know the categories there are."""
    posts = [a_post(1, categories=("Fish & chips", "News"))]  # type: ignore[arg-type]  # the helper passes it on
    desk.add(Blog(posts, zone="Pacific/Auckland", has_api=True).mount(chaos))
    first = one(desk.gather(JANUARY))
    desk.now += timedelta(days=1)
    desk.gather(JANUARY)

    assert ("Pacific/Auckland", ("Fish & chips", "News"), desk.now - timedelta(days=1)) == (
        first.feed.site_zone,
        first.feed.site_categories,
        first.feed.site_read_at,
    )
    assert 1 == chaos.paths.count("/wp-json/")


def test_month_is_pieced_together_from_the_months_of_the_site(desk: Desk, chaos: ChaosFeed) -> None:
    """1 January 00:30 in Auckland is December in Amsterdam: December needs the archive of the site's January as well."""
    early = BlogPost(1, "Early", datetime(2019, 12, 31, 11, 30, tzinfo=UTC))
    blog = Blog([early], zone="Pacific/Auckland", has_api=True)
    blog.mount(chaos)
    chaos.put(
        "/feed/", Page(b"<rss version='2.0'><channel><link>/</link><generator>wordpress</generator></channel></rss>", RSS)
    )
    chaos.put("/2019/12/feed/", Page(b"<rss version='2.0'><channel></channel></rss>", RSS))
    desk.add(chaos.url("/feed/"))
    december = one(desk.gather(Month(2019, 12)))

    assert (1, ["Early"]) == (december.new, desk.titles())


@pytest.mark.parametrize("number", [1, 7, 25])
def test_deleted_post_is_noticed_when_the_month_is_read(desk: Desk, chaos: ChaosFeed, number: int) -> None:
    """The first, one in the middle and the last; it is not offered to issues any more, and comes back when it comes back."""
    blog = Blog(posts(25), zone="Europe/Amsterdam", has_api=True)
    desk.add(blog.mount(chaos))
    desk.gather()
    (gone,) = [post for post in blog.posts if post.number == number]
    blog.posts.remove(gone)
    hourly = one(desk.gather())
    month = one(desk.gather(JANUARY))
    titles = desk.titles()
    blog.posts.append(gone)
    back = one(desk.gather(JANUARY))

    assert (0, 1, 0) == (hourly.vanished, month.vanished, back.vanished)
    assert gone.title not in titles
    assert 25 == len(desk.posts())


def test_edges_of_a_month_are_doubtful_where_the_site_keeps_its_zone_to_itself(desk: Desk, chaos: ChaosFeed) -> None:
    """A post of its first day may stand in the archive of the month before."""
    blog = Blog([*(a_post(number, day=10) for number in range(1, 12)), a_post(20, day=1)])
    desk.add(blog.mount(chaos))
    desk.gather()
    del blog.posts[10:], blog.posts[3]

    assert (2, ["Post 20"]) == (one(desk.gather(JANUARY)).vanished, desk.titles()[:1])


def test_what_has_fallen_off_a_feed_is_not_gone(sqlite_desk: Desk, chaos: ChaosFeed) -> None:
    """Most feeds list their newest posts only."""
    blog = Blog(posts(12), per_page=12)
    page = chaos.put("/index.xml", lambda asked, wire: blog.answer(replace(asked, path="/feed/atom/"), wire))
    sqlite_desk.add(page)
    sqlite_desk.gather()
    blog.per_page = 5
    blog.posts.append(a_post(13))

    assert (1, 0) == ((result := one(sqlite_desk.gather(JANUARY))).new, result.vanished)
    assert 13 == len(sqlite_desk.posts())


def test_feed_that_is_not_in_order_of_dates_proves_nothing(sqlite_desk: Desk, chaos: ChaosFeed) -> None:
    """What is missing from it may stand elsewhere."""
    first, second, third = posts(3)
    blog = Blog([first, second, third])
    url = chaos.put("/index.xml", lambda asked, wire: blog.answer(replace(asked, path="/feed/atom/"), wire))
    sqlite_desk.add(url)
    sqlite_desk.gather()
    entries = "".join(
        f"<entry><id>{chaos.url(f'/?p={post.number}')}</id><title>{post.title}</title>"
        f"<published>{post.published.isoformat()}</published></entry>"
        for post in (first, third)
    )
    chaos.put("/index.xml", Page(f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()))

    assert 0 == one(sqlite_desk.gather(force=True)).vanished


def test_caches_are_passed_by_where_it_matters(sqlite_desk: Desk, chaos: ChaosFeed) -> None:
    """A reading without conditions says so to whoever stands between."""
    sqlite_desk.add(Blog(posts(1)).mount(chaos))
    sqlite_desk.gather()
    chaos.asked.clear()
    sqlite_desk.gather(force=True)

    assert "no-cache" == chaos.asked[0].headers["cache-control"]
