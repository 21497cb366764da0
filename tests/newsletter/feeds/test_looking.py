"""Looking at an address before it is added as a feed."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from newsletter.confined import Child
from newsletter.feeds.looking import Looked, kind_of, look
from newsletter.outbound import FetchPolicy
from tests.harness import chaosfeed
from tests.harness.chaosfeed import ATOM, RSS, ChaosFeed, Page, redirect
from tests.harness.wordpress import Blog, BlogPost

HTML = "text/html; charset=UTF-8"


def read(url: str, child: Child, *, within: float = 10) -> Looked:
    """Look at an address on this machine."""
    policy = FetchPolicy(allow_loopback=True, seconds=5)
    return asyncio.run(look(url, policy, child, lambda: datetime(2020, 2, 1, tzinfo=UTC), within=within))


def a_blog(chaos: ChaosFeed) -> str:
    """Serve a blog of one post; gives its feed."""
    return Blog([BlogPost(1, "One", datetime(2020, 1, 3, tzinfo=UTC))]).mount(chaos)


def test_feed_is_found_where_it_is(chaos: ChaosFeed, child: Child) -> None:
    """Or where it has moved for good."""
    url = a_blog(chaos)
    found = Looked(url, "A blog", "RSS 2.0", 1)

    assert found == read(url, child)
    assert found == read(chaos.put("/old", redirect("/feed/")), child)


def test_feed_is_found_from_the_pages_of_a_blog(chaos: ChaosFeed, child: Child) -> None:
    """The first one that it names and that can be read; the others are told, without those of comments."""
    url = a_blog(chaos)
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{href}">'
        for href in ("/broken/", "/feed/", "/news/feed/", "/comments/feed/")
    )
    page = chaos.put("/", Page(f"<html><head>{links}</head></html>".encode(), HTML))

    assert Looked(url, "A blog", "RSS 2.0", 1, (chaos.url("/broken/"), chaos.url("/news/feed/"))) == read(page, child)


def test_feed_of_a_page_that_names_none_is_tried_where_feeds_are(chaos: ChaosFeed, child: Child) -> None:
    """Some themes forget to say."""
    url = a_blog(chaos)

    assert url == read(chaos.put("/", Page(b"<html>hello</html>", HTML)), child).url


def test_trouble_is_told(chaos: ChaosFeed, child: Child) -> None:
    """In the words that gathering has for it."""
    assert "answered 404" in read(chaos.url("/nothing"), child).trouble
    assert "names no feed" in read(chaos.put("/page", Page(b"<html>hello</html>", HTML)), child).trouble
    assert "within 0.3 seconds" in read(chaos.put("/silence", chaosfeed.silence), child, within=0.3).trouble


@pytest.mark.parametrize(
    ("name", "content_type", "kind", "posts"),
    [
        ("wordpress-atom.xml", ATOM, "Atom", 2),
        ("wordpress-rss.xml", RSS, "RSS 2.0", 2),
        ("rss090.xml", RSS, "RSS 0.90", 2),
        ("rss091.xml", RSS, "RSS 0.91", 2),
        ("rss092.xml", RSS, "RSS 0.92", 2),
        ("rdf.xml", "application/rdf+xml", "RSS 1.0", 1),
        ("feed.json", "application/feed+json", "JSON Feed", 2),
    ],
)
def test_every_format_is_known_by_name(
    chaos: ChaosFeed, child: Child, material: Callable[[str], bytes], name: str, content_type: str, kind: str, posts: int
) -> None:
    """From the nineties on."""
    found = read(chaos.put("/feed", Page(material(name), content_type)), child)

    assert (kind, posts, "") == (found.kind, found.posts, found.trouble)


def test_unknown_format_is_called_as_the_parser_calls_it() -> None:
    """Rather than wrongly."""
    assert ["Atom", "RSS 0.91", "something"] == [kind_of(version) for version in ("atom10", "rss091n", "something")]
