"""Visiting a page that an editor wants to tell of."""

import asyncio

import pytest

from newsletter.confined import Child
from newsletter.errors import BadValue
from newsletter.feeds.visiting import PageUnreadable, visit
from newsletter.feeds.webpage import WebPage
from newsletter.outbound import FetchPolicy
from tests.harness import chaosfeed
from tests.harness.chaosfeed import ChaosFeed, Page, redirect

HTML = "text/html; charset=UTF-8"


def read(url: str, child: Child, *, allow_loopback: bool = True, seconds: float = 10) -> WebPage:
    """Visit a page, which may stand on this machine."""
    return asyncio.run(visit(url, FetchPolicy(allow_loopback=allow_loopback, seconds=2), child, seconds=seconds))


def test_page_is_read_where_it_leads(chaos: ChaosFeed, child: Child) -> None:
    """Addresses on it are relative to where it came from in the end."""
    chaos.put("/report/", Page(b'<title>A report</title><meta property="og:image" content="a.jpg">', HTML))
    found = read(chaos.put("/r", redirect("/report/")), child)

    assert ("A report", chaos.url("/report/a.jpg"), chaos.url("/report/")) == (found.title, found.picture, found.url)


def test_private_addresses_are_not_visited(chaos: ChaosFeed, child: Child) -> None:
    """An editor's paste is no way into our network."""
    with pytest.raises(PageUnreadable, match="is not a public address"):
        read(chaos.put("/", Page(b"<title>Secret</title>", HTML)), child, allow_loopback=False)
    assert [] == chaos.asked


def test_troubles_are_told_and_nothing_is_added(chaos: ChaosFeed, child: Child) -> None:
    """In the words of feeds."""
    chaos.put("/flood", chaosfeed.flood)
    chaos.put("/pdf", Page(b"%PDF", "application/pdf"))
    for path, reason in [("/gone", "answered 404"), ("/flood", "sends more than"), ("/pdf", "is no web page but a file")]:
        with pytest.raises(PageUnreadable, match=reason) as told:
            read(chaos.url(path), child)
        assert str(told.value).endswith("Nothing was added.")


def test_what_is_no_address_is_refused(child: Child) -> None:
    """Before anything is asked."""
    with pytest.raises(BadValue, match="page"):
        read("file:///etc/passwd", child)


def test_page_that_hangs_its_parser_is_given_up(chaos: ChaosFeed, child: Child) -> None:
    """Nested 100,000 deep."""
    url = chaos.put("/deep", Page(b"<title>x</title>" + b"<div>" * 100_000 + b"<p>x", HTML))

    with pytest.raises(PageUnreadable, match="could not be taken apart"):
        read(url, child, seconds=0.5)
