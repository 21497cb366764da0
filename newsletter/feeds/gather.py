"""Reads feeds and keeps what they say; a feed that cannot be read is told about and never stops the others."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from newsletter.clock import Clock
from newsletter.confined import Child
from newsletter.database import Database
from newsletter.feeds import discovery, patience, store
from newsletter.feeds.discovery import YearAndMonth
from newsletter.feeds.model import Feed, Gathered
from newsletter.feeds.parse import SECONDS
from newsletter.feeds.retrieve import Document, FeedUnreadable, Headers, Retriever
from newsletter.feeds.store import Kept
from newsletter.outbound import FetchPolicy

# Feeds that are waited for at the same time; each may hold 28 MB.
AT_ONCE = 4
# 500 posts of a WordPress blog; whoever has a longer history does not need it in a newsletter.
MOST_PAGES = 50
# A blog cuts its months in its own time zone, at most 14 hours from ours.
ZONE_SLACK = timedelta(days=1)
# Answers that mean that the address itself is wrong, not that its server has a bad day.
WRONG_ADDRESS = frozenset({HTTPStatus.OK, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})

# Asked after every page: whether the walk back through older posts has gone far enough.
_Enough = Callable[[Document, Kept], bool]


async def gather(
    database: Database,
    policy: FetchPolicy,
    child: Child,
    clock: Clock,
    *,
    newsletter_id: int | None = None,
    only: Collection[int] | None = None,
    month: YearAndMonth | None = None,
    force: bool = False,
    progress: Callable[[Gathered], None] | None = None,
    parse_seconds: float = SECONDS,
) -> tuple[Gathered, ...]:
    """Read the feeds of one newsletter, or of all, and give how each of them went, in the order they were added.

    Args:
        database: where posts go; every step is a short transaction of its own, none is open while a server is waited for.
        policy: what fetching may cost and where it may go.
        child: the process in which feeds are parsed.
        clock: gives the present moment.
        newsletter_id: whose feeds; all when None.
        only: the ids of the feeds that are meant; all of them when None.
        month: also walk this month to its end, so that a busy one is complete; asks without conditions, because a
            deleted post does not change what WordPress calls "last modified".
        force: ask without conditions, and even where a server has asked for patience.
        progress: called with each result as it comes.
        parse_seconds: how long the parser may take for one document.

    """
    retriever = Retriever(policy, child, clock, parse_seconds)
    feeds = [feed for feed in await asyncio.to_thread(_feeds, database, newsletter_id) if only is None or feed.id in only]
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(feed: Feed) -> Gathered:
        async with turns:
            reading = await asyncio.to_thread(_open, database, retriever, feed)
            result = await reading.read(month, force=force)
        if progress is not None:
            progress(result)
        return result

    # All of them end before an error of one, which can only be the database's or a bug, is passed on.
    results = await asyncio.gather(*map(one, feeds), return_exceptions=True)
    return tuple(map(_unwrap, results))


def _unwrap(result: Gathered | BaseException) -> Gathered:
    if isinstance(result, BaseException):
        raise result
    return result


def _feeds(database: Database, newsletter_id: int | None) -> tuple[Feed, ...]:
    with database.read() as tx:
        return store.feeds_of(tx, newsletter_id)


def _open(database: Database, retriever: Retriever, feed: Feed) -> "_Reading":
    with database.read() as tx:
        zone = store.zone_of(tx, feed.id)
        return _Reading(database, retriever, feed, zone, store.known_names(tx, feed.newsletter_id))


@dataclass(slots=True)
class _Reading:
    """One reading of one feed, with what it has brought so far."""

    database: Database
    retriever: Retriever
    feed: Feed
    zone: str
    known: frozenset[str]
    new: int = 0
    revised: int = 0

    @property
    def is_first(self) -> bool:
        """Whether the feed has never been read to the end."""
        return self.feed.gathered_at is None

    async def read(self, month: YearAndMonth | None, *, force: bool) -> Gathered:
        """Read the feed now, unless its server has asked for patience."""
        not_before = self.feed.not_before
        if not force and not_before is not None and self.retriever.clock() < not_before:
            return Gathered(self.feed, unchanged=True, trouble=self.feed.trouble)
        conditions = () if force or month is not None else _conditions(self.feed)
        try:
            first = await self._first(conditions)
            if first is not None:
                await self._walk(first, _never if self.is_first else _nothing_new)
                await self._walk_month(first, month)
        except FeedUnreadable as trouble:
            return await asyncio.to_thread(self._fail, trouble)
        return await asyncio.to_thread(self._succeed, first, conditions)

    async def _first(self, conditions: Headers) -> Document | None:
        """Give the newest page, at the first reading from the best address there is; None when nothing has changed."""
        try:
            document = await self.retriever.get(self.feed.fetch_url, self.known, conditions)
        except FeedUnreadable as trouble:
            # The address of the blog was given for that of its feed, and the blog says where that is.
            named = await self.retriever.attempt(trouble.links[0], self.known) if self.is_first and trouble.links else None
            if named is None:
                raise
            document = named
        if document is not None and self.is_first:
            return await self._twin(document) or document
        return document

    async def _twin(self, document: Document) -> Document | None:
        """Give the Atom twin of a WordPress feed if it tells of the same posts."""
        if document.feed.version.startswith("atom"):
            return None
        address = discovery.atom_twin(document.source)
        twin = await self.retriever.attempt(address, self.known) if address else None
        return twin if twin is not None and twin.feed.version.startswith("atom") and twin.guids == document.guids else None

    async def _walk_month(self, first: Document, month: YearAndMonth | None) -> None:
        """Read all posts of *month*: from the blog's own archive of it, else by walking back until before it."""
        if month is None:
            return
        begin = datetime(month.year, month.month, 1, tzinfo=ZoneInfo(self.zone)) - ZONE_SLACK
        address = discovery.month_archive(first.url, month)
        archive = await self.retriever.attempt(address, self.known) if address else None
        if archive is not None and _lies_within(archive, begin):
            await self._walk(archive, _never)
        elif not self.is_first:
            await self._walk(first, lambda page, _kept: all(entry.published_at < begin for entry in page.feed.entries))

    async def _walk(self, first: Document, is_enough: _Enough) -> None:
        """Keep page after page, from the newest to older ones."""
        async with aclosing(self._pages(first)) as pages:
            async for page in pages:
                kept = await asyncio.to_thread(self._keep, page)
                if page.feed.is_truncated:
                    raise FeedUnreadable("broke off in the middle")
                if is_enough(page, kept):
                    return

    async def _pages(self, first: Document) -> AsyncGenerator[Document, None]:
        """Give page after page until there is none, or one that says nothing that was not said before."""
        seen: frozenset[str] = frozenset()
        page: Document | None = first
        for number in range(2, MOST_PAGES + 2):
            if page is None or page.guids <= seen:
                return
            seen |= page.guids
            yield page
            page = await self._next(first, page, number)

    async def _next(self, first: Document, page: Document, number: int) -> Document | None:
        url = page.feed.next_url
        if not url and discovery.looks_like_wordpress(first.url):
            url = discovery.page(first.url, number)
        try:
            return await self.retriever.get(url, self.known) if url else None
        except FeedUnreadable as trouble:
            # WordPress says so past its last page.
            if trouble.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def _keep(self, page: Document) -> Kept:
        with self.database.write() as tx:
            kept = store.keep(tx, self.feed.id, page.feed.entries, self.retriever.clock())
        self.new += kept.new
        self.revised += kept.revised
        return kept

    def _succeed(self, document: Document | None, conditions: Headers) -> Gathered:
        now = self.retriever.clock()
        with self.database.write() as tx:
            if document is None:
                store.record_no_change(tx, self.feed.id, now)
            else:
                store.record_reading(
                    tx,
                    self.feed.id,
                    now,
                    title=document.feed.title,
                    fetch_url=document.url,
                    etag=_useful_etag(document.etag, conditions),
                    last_modified=document.last_modified,
                )
            feed = store.feed_by_id(tx, self.feed.id)
        return Gathered(feed, self.new, self.revised, unchanged=self.new == self.revised == 0)

    def _fail(self, trouble: FeedUnreadable) -> Gathered:
        failures = self.feed.failures + 1
        again_at = patience.next_try(failures, trouble.status, trouble.headers, self.retriever.clock())
        words = patience.trouble(trouble.reason, again_at, self.zone)
        with self.database.write() as tx:
            store.record_trouble(tx, self.feed.id, trouble=words, failures=failures, not_before=again_at)
            if trouble.status in WRONG_ADDRESS:
                store.forget_detour(tx, self.feed.id)
            feed = store.feed_by_id(tx, self.feed.id)
        return Gathered(feed, self.new, self.revised, trouble=words)


def _never(_page: Document, _kept: Kept) -> bool:
    return False


def _nothing_new(_page: Document, kept: Kept) -> bool:
    return kept.new == 0


def _lies_within(archive: Document, begin: datetime) -> bool:
    """Whether all entries can be of the month that begins then: some servers answer any address with the same feed."""
    end = begin + timedelta(days=31) + 2 * ZONE_SLACK
    return all(begin <= entry.published_at <= end for entry in archive.feed.entries)


def _conditions(feed: Feed) -> Headers:
    # A proxy that weakens the ETag to W/"…" makes WordPress never answer 304: it compares letter by letter.
    headers = (("If-None-Match", feed.etag.removeprefix("W/")), ("If-Modified-Since", feed.last_modified))
    return tuple((name, value) for name, value in headers if value)


def _useful_etag(etag: str, conditions: Headers) -> str:
    """Drop an ETag that the server sent again in full although we had it; the date alone may serve better."""
    return "" if ("If-None-Match", etag.removeprefix("W/")) in conditions else etag
