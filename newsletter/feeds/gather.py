"""Reads feeds and keeps what they say; a feed that cannot be read is told about and never stops the others."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from newsletter.clock import Clock
from newsletter.confined import Child
from newsletter.database import Database
from newsletter.feeds import discovery, keeping, patience, store
from newsletter.feeds.dates import EARLIEST
from newsletter.feeds.discovery import YearAndMonth
from newsletter.feeds.keeping import Kept
from newsletter.feeds.model import Entry, Feed, Gathered
from newsletter.feeds.parse import SECONDS
from newsletter.feeds.retrieve import Document, FeedUnreadable, Headers, Retriever
from newsletter.feeds.site import zone_of
from newsletter.outbound import FetchPolicy

# Feeds that are waited for at the same time; each may hold 28 MB.
AT_ONCE = 4
# 500 posts of a WordPress blog; whoever has a longer history does not need it in a newsletter.
MOST_PAGES = 50
# A blog cuts its months in its own time zone. Where it does not say which: at most 14 hours from ours.
ZONE_SLACK = timedelta(days=1)
# How long what a site says of itself is believed.
SITE_PACE = timedelta(days=7)
# No post is later (dates.LATEST_AHEAD).
_FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
_AFTER = timedelta(microseconds=1)
# Answers that mean that the address itself is wrong, not that its server has a bad day.
WRONG_ADDRESS = frozenset({HTTPStatus.OK, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})

# A cache on the way may tell of yesterday; where it matters, it is passed by.
FRESH: Headers = (("Cache-Control", "no-cache"),)

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
        month: also walk this month to its end, so that a busy one is complete, and see which of its posts are gone; asks
            without conditions, because a deleted post does not change what WordPress calls "last modified".
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
    vanished: int = 0
    # The posts that were listed.
    listed: set[int] = field(default_factory=set)
    # The blog has said that there is no page behind the last one.
    is_at_end: bool = False

    @property
    def is_first(self) -> bool:
        """Whether the feed has never been read to the end."""
        return self.feed.gathered_at is None

    async def read(self, month: YearAndMonth | None, *, force: bool) -> Gathered:
        """Read the feed now, unless its server has asked for patience."""
        not_before = self.feed.not_before
        if not force and not_before is not None and self.retriever.clock() < not_before:
            return Gathered(self.feed, unchanged=True, trouble=self.feed.trouble)
        is_all_asked = force or month is not None
        conditions = () if is_all_asked else _conditions(self.feed)
        try:
            first = await self._first(conditions or FRESH)
            if first is not None:
                await self._read(first, month, is_all_asked=is_all_asked)
        except FeedUnreadable as trouble:
            return await asyncio.to_thread(self._fail, trouble)
        return await asyncio.to_thread(self._succeed, first, conditions)

    async def _read(self, first: Document, month: YearAndMonth | None, *, is_all_asked: bool) -> None:
        """Keep what the feed lists, and note what it lists no more where it was asked for all."""
        await self._ask_site(first)
        spans = [await self._walk(first, _never if self.is_first else _nothing_new)]
        if month is not None:
            spans += await self._walk_month(first, month)
        if is_all_asked:
            for span in filter(None, spans):
                await asyncio.to_thread(self._miss, span)

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

    async def _ask_site(self, first: Document) -> None:
        """Ask a WordPress site once a week for its zone and its categories."""
        read_at, now = self.feed.site_read_at, self.retriever.clock()
        if not discovery.says_wordpress(first.feed.generator) or (read_at is not None and now - read_at < SITE_PACE):
            return
        site = await self.retriever.site(first.feed.site_url)
        await asyncio.to_thread(self._keep_site, site.zone, site.categories)

    async def _walk_month(self, first: Document, month: YearAndMonth) -> list["_Span | None"]:
        """Read all posts of *month*: from the blog's own archives of it, else by walking back until before it."""
        zone = ZoneInfo(self.zone)
        site_zone = zone_of(self.feed.site_zone)
        slack = ZONE_SLACK if site_zone is None else timedelta()
        spans: list[_Span | None] = []
        for part in discovery.months_of_site(month, zone, site_zone or zone):
            begin, end = discovery.bounds(part, site_zone or zone)
            archive = await self._archive(first, part, begin - slack, end + slack)
            if archive is not None:
                spans.append(_within(await self._walk(archive, _never), begin + slack, end - slack))
            elif not self.is_first:
                return [await self._walk_back(first, discovery.bounds(month, zone)[0] - slack)]
        return spans

    async def _walk_back(self, first: Document, begin: datetime) -> "_Span | None":
        return await self._walk(first, lambda page, _kept: all(entry.published_at < begin for entry in page.feed.entries))

    async def _archive(self, first: Document, part: YearAndMonth, earliest: datetime, latest: datetime) -> Document | None:
        """Give the first page of the blog's archive of a month; None for what some servers give at any address."""
        address = discovery.month_archive(first.url, part)
        archive = await self.retriever.attempt(address, self.known) if address else None
        if archive is None or not all(earliest <= entry.published_at <= latest for entry in archive.feed.entries):
            return None
        return archive

    async def _walk(self, first: Document, is_enough: _Enough) -> "_Span | None":
        """Keep page after page, from the newest to older ones; gives the time whose posts were all listed."""
        entries: list[Entry] = []
        async with aclosing(self._pages(first)) as pages:
            async for page in pages:
                kept = await asyncio.to_thread(self._keep, page)
                if page.feed.is_truncated:
                    raise FeedUnreadable("broke off in the middle")
                entries += page.feed.entries
                if is_enough(page, kept):
                    return _span(entries, is_whole=False)
        return _span(entries, is_whole=self.is_at_end)

    async def _pages(self, first: Document) -> AsyncGenerator[Document, None]:
        """Give page after page until there is none, or one that says nothing that was not said before."""
        self.is_at_end = False
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
                self.is_at_end = not page.feed.next_url
                return None
            raise

    def _keep(self, page: Document) -> Kept:
        with self.database.write() as tx:
            kept = keeping.keep(tx, self.feed.id, page.feed.entries, self.retriever.clock())
        self.new += kept.new
        self.revised += kept.revised
        self.listed |= kept.ids
        return kept

    def _miss(self, span: "_Span") -> None:
        with self.database.write() as tx:
            gone = keeping.miss(tx, self.feed.id, frozenset(self.listed), span.start, span.end, self.retriever.clock())
        self.vanished += gone

    def _keep_site(self, zone: str, categories: tuple[str, ...]) -> None:
        with self.database.write() as tx:
            store.record_site(tx, self.feed.id, zone, categories, self.retriever.clock())
            self.feed = store.feed_by_id(tx, self.feed.id)

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
        is_same = self.new == self.revised == self.vanished == 0
        return Gathered(feed, self.new, self.revised, unchanged=is_same, vanished=self.vanished)

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


@dataclass(frozen=True, slots=True)
class _Span:
    """A time, its end left out, of which a feed has listed every post."""

    start: datetime
    end: datetime


def _span(entries: Iterable[Entry], *, is_whole: bool) -> _Span | None:
    """Give the time since the oldest of *entries*, or all time; None where they do not stand in the order of their dates."""
    moments = [entry.published_at for entry in entries if not entry.date_doubt]
    if not moments or moments != sorted(moments, reverse=True):
        return None
    # Others of the very moment of the oldest may stand on the next page.
    return _Span(EARLIEST if is_whole else moments[-1] + _AFTER, _FOR_EVER)


def _within(span: _Span | None, start: datetime, end: datetime) -> _Span | None:
    """Give the part of a span that lies in the month whose archive was read."""
    return None if span is None else _Span(max(span.start, start), min(span.end, end))


def _conditions(feed: Feed) -> Headers:
    # A proxy that weakens the ETag to W/"…" makes WordPress never answer 304: it compares letter by letter.
    headers = (("If-None-Match", feed.etag.removeprefix("W/")), ("If-Modified-Since", feed.last_modified))
    return tuple((name, value) for name, value in headers if value)


def _useful_etag(etag: str, conditions: Headers) -> str:
    """Drop an ETag that the server sent again in full although we had it; the date alone may serve better."""
    return "" if ("If-None-Match", etag.removeprefix("W/")) in conditions else etag
