"""Where else a blog keeps its posts."""

import pytest

from newsletter.feeds.discovery import atom_twin, looks_like_wordpress, month_archive, named_feeds, page, says_wordpress
from newsletter.issues.model import Month

JANUARY = Month(2020, 1)


@pytest.mark.parametrize(
    ("url", "twin"),
    [
        ("https://x.org/feed/", "https://x.org/feed/atom/"),
        ("https://x.org/feed", "https://x.org/feed/atom/"),
        ("https://x.org/blog/feed/rss2/", "https://x.org/blog/feed/atom/"),
        ("https://x.org/category/news/feed/?lang=en", "https://x.org/category/news/feed/atom/?lang=en"),
        ("https://x.org/?feed=rss2", "https://x.org/?feed=atom"),
        ("https://x.org/?p=1&feed=rss", "https://x.org/?p=1&feed=atom"),
        ("https://x.org/feed/atom/", ""),
        ("https://x.org/?feed=atom", ""),
        ("https://x.org/index.xml", ""),
        ("https://x.org/feeds/all", ""),
    ],
)
def test_atom_twin_of_a_wordpress_feed(url: str, twin: str) -> None:
    """Where there is one to try, and where there is none."""
    assert twin == atom_twin(url)


@pytest.mark.parametrize(
    ("url", "archive"),
    [
        ("https://x.org/feed/", "https://x.org/2020/01/feed/"),
        ("https://x.org/feed/atom/", "https://x.org/2020/01/feed/atom/"),
        ("https://x.org/blog/feed", "https://x.org/blog/2020/01/feed/"),
        ("https://x.org/category/news/feed/", "https://x.org/category/news/feed/?m=202001"),
        ("https://x.org/?feed=atom", "https://x.org/?feed=atom&m=202001"),
        ("https://x.org/index.xml", ""),
    ],
)
def test_month_archive_of_a_wordpress_feed(url: str, archive: str) -> None:
    """By path for a whole site, by query for a part of it."""
    assert archive == month_archive(url, JANUARY)


def test_pages_keep_the_rest_of_the_query() -> None:
    """The first page is the feed itself."""
    assert "https://x.org/feed/?lang=en" == page("https://x.org/feed/?lang=en", 1)
    assert "https://x.org/feed/?lang=en&paged=3" == page("https://x.org/feed/?lang=en&paged=2", 3)


def test_wordpress_is_recognised() -> None:
    """By its own word or by the shape of the address."""
    assert says_wordpress("https://wordpress.org/?v=5.3")
    assert not says_wordpress("Hugo")
    assert looks_like_wordpress("https://x.org/feed")
    assert not looks_like_wordpress("https://x.org/rss.xml")


def test_feeds_named_by_a_page() -> None:
    """In order, whole, once, without the comments' feed and other kinds of link."""
    html = """<LINK REL="alternate" TYPE="application/rss+xml" HREF="/feed/?a=1&amp;b=2">
    <link rel=alternate type=application/atom+xml href=/atom><link rel="alternate" hreflang="de" href="/de/">
    <link rel='alternate' type='application/rss+xml' href='/comments/feed/'>
    <link rel="alternate" type="application/rss+xml" href="/feed/?a=1&amp;b=2">
    <link rel="alternate" type="application/rss+xml" href="javascript:x">"""

    assert ("https://x.org/feed/?a=1&b=2", "https://x.org/atom") == named_feeds(html, "https://x.org/blog")
