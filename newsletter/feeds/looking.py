"""Looks at an address before it is added as a feed: the feed itself, or the blog whose feed is found from its pages."""

import asyncio
import re
from dataclasses import dataclass, field
from http import HTTPStatus

from newsletter.clock import Clock
from newsletter.confined import Child
from newsletter.feeds import discovery
from newsletter.feeds.model import Entry
from newsletter.feeds.parse import SECONDS
from newsletter.feeds.retrieve import Document, FeedUnreadable, Retriever
from newsletter.outbound import FetchPolicy

# Somebody waits: for all requests together, in seconds.
LONGEST = 25.0

# How formats are called by people.
_FORMATS = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}
# As feedparser writes them.
_VERSION = re.compile(r"(?P<name>[a-z]+)(?P<digits>\d*)")


@dataclass(frozen=True, slots=True)
class Looked:
    """What stands at an address; with a trouble, nothing could be read there now."""

    # The feed: where it was asked for, or where the blog or permanent redirects led.
    url: str
    title: str = ""
    # "Atom", "RSS 2.0" …
    kind: str = ""
    posts: int = 0
    # Further feeds that the blog names.
    others: tuple[str, ...] = ()
    # Completes "The feed …".
    trouble: str = ""
    # What stands on its first page; nothing of it is kept.
    entries: tuple[Entry, ...] = field(default=(), compare=False)


async def look(url: str, policy: FetchPolicy, child: Child, clock: Clock, *, within: float = LONGEST) -> Looked:
    """Find the feed at *url*, or that of the blog at *url*; changes nothing."""
    retriever = Retriever(policy, child, clock, min(SECONDS, within))
    try:
        async with asyncio.timeout(within):
            return await _look(retriever, url)
    except TimeoutError:
        return Looked(url, trouble=f"did not answer in full within {within:g} seconds")


async def _look(retriever: Retriever, url: str) -> Looked:
    try:
        document = await retriever.get(url, frozenset())
    except FeedUnreadable as trouble:
        return await _look_behind(retriever, url, trouble)
    assert document is not None
    return _looked(document)


async def _look_behind(retriever: Retriever, url: str, trouble: FeedUnreadable) -> Looked:
    """Find the feed of a page: where it says, else where feeds mostly are."""
    if trouble.status != HTTPStatus.OK:
        return Looked(url, trouble=trouble.reason)
    for address in trouble.links or discovery.common_feeds(url):
        document = await retriever.attempt(address, frozenset())
        if document is not None:
            others = tuple(other for other in trouble.links if other not in {address, document.url})
            return _looked(document, others)
    return Looked(url, trouble=trouble.reason)


def _looked(document: Document, others: tuple[str, ...] = ()) -> Looked:
    feed = document.feed
    return Looked(document.url, feed.title, kind_of(feed.version), len(feed.entries), others, entries=feed.entries)


def kind_of(version: str) -> str:
    """Give the format of a feed as people call it: "rss20" is RSS 2.0, "rss091n" Netscape's RSS 0.91."""
    parts = _VERSION.match(version)
    if parts is None or parts["name"] not in _FORMATS:
        return version
    name, digits = _FORMATS[parts["name"]], parts["digits"]
    return f"{name} {digits[0]}.{digits[1:]}" if parts["name"] == "rss" and digits else name
