"""Fetches and parses one document of a feed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from newsletter.clock import Clock
from newsletter.confined import Child
from newsletter.errors import NewsletterError
from newsletter.feeds import discovery, patience
from newsletter.feeds.model import NotAFeed, ParsedFeed
from newsletter.feeds.parse import parse
from newsletter.feeds.site import Site, read_categories, read_zone
from newsletter.outbound import Fetched, FetchFailed, FetchPolicy, fetch
from subscribers.sentence import say

Headers = tuple[tuple[str, str], ...]

# A site that does not tell of itself at once is read without.
SITE_SECONDS = 8.0
SITE_BYTES = 1_000_000

# The formats we read, best first: Atom tells when a post was changed.
ACCEPT = ("Accept", "application/atom+xml, application/rss+xml;q=0.9, application/feed+json;q=0.9, */*;q=0.8")


@dataclass(frozen=True, slots=True)
class Document:
    """What one document of a feed says, and how to ask for it the next time."""

    # Where it was asked for, or where permanent redirects led.
    url: str
    # Where it came from in the end.
    source: str
    etag: str
    last_modified: str
    feed: ParsedFeed

    @property
    def guids(self) -> frozenset[str]:
        """The identities of its entries."""
        return frozenset(entry.guid for entry in self.feed.entries)


class FeedUnreadable(NewsletterError):  # noqa: N818 -- named for the outcome
    """The document could not be had or is no feed; the reason completes the sentence "The feed …"."""

    def __init__(self, reason: str, answer: Fetched | None = None, links: tuple[str, ...] = ()) -> None:
        self.reason = reason
        # 0 without an answer.
        self.status = answer.status if answer else 0
        self.headers: Mapping[str, str] = answer.headers if answer else {}
        # Feeds that a web page named, where a feed was expected.
        self.links = links
        super().__init__(say("The feed %(reason)s.", reason=reason))


@dataclass(frozen=True, slots=True)
class Retriever:
    """The wire of this room: HTTP and the parser in its child process."""

    policy: FetchPolicy
    child: Child
    clock: Clock
    parse_seconds: float

    async def get(self, url: str, known: frozenset[str], conditions: Headers = ()) -> Document | None:
        """Give the document at *url*, None when the server says that it has not changed.

        Raises:
            FeedUnreadable: no answer, another status than success, or no feed.

        """
        try:
            answer = await fetch(url, self.policy, (ACCEPT, *conditions))
        except FetchFailed as failed:
            raise FeedUnreadable(failed.reason) from failed
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return None
        if answer.status != HTTPStatus.OK:
            raise FeedUnreadable(patience.status_words(answer.status), answer)
        parsed = await asyncio.to_thread(self._parse, answer, known)
        if isinstance(parsed, NotAFeed):
            raise FeedUnreadable(parsed.reason, answer, parsed.feeds)
        headers = answer.headers
        return Document(answer.moved_to or url, answer.url, headers.get("etag", ""), headers.get("last-modified", ""), parsed)

    async def attempt(self, url: str, known: frozenset[str]) -> Document | None:
        """Give the document at *url* if there is a whole one, None otherwise."""
        try:
            found = await self.get(url, known)
        except FeedUnreadable:
            return None
        return found if found is not None and not found.feed.is_truncated else None

    async def site(self, url: str) -> Site:
        """Give what a WordPress site at *url* says of itself; nothing where it does not answer."""
        policy = replace(
            self.policy, seconds=min(self.policy.seconds, SITE_SECONDS), inflated_bytes=SITE_BYTES, raw_bytes=SITE_BYTES
        )
        for root in discovery.api_roots(url):
            zone = read_zone(await _body(root, policy))
            if zone is not None:
                return Site(zone, read_categories(await _body(discovery.api_categories(root), policy)))
        return Site()

    def _parse(self, answer: Fetched, known: frozenset[str]) -> ParsedFeed | NotAFeed:
        content_type = answer.headers.get("content-type", "")
        return parse(self.child, answer.body, content_type, answer.url, self.clock(), known=known, seconds=self.parse_seconds)


async def _body(url: str, policy: FetchPolicy) -> bytes:
    """Give what is at *url*, nothing when there is no answer or another than success."""
    try:
        answer = await fetch(url, policy, (("Accept", "application/json"),))
    except FetchFailed:
        return b""
    return answer.body if answer.status == HTTPStatus.OK else b""
