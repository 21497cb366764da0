"""Parses feeds with feedparser, in a child process, from what was fetched only."""

from collections.abc import Container
from datetime import datetime
from html import escape
from io import BytesIO
from time import struct_time
from typing import TYPE_CHECKING
from xml.sax import SAXException

from newsletter.atneed import at_need
from newsletter.confined import Child, ChildFailed
from newsletter.feeds.addresses import absolute
from newsletter.feeds.cleaning import Found, clean, newest, without_repetitions
from newsletter.feeds.dates import LAST_CHANGE, Dated, read_date
from newsletter.feeds.decoding import decode, document, is_truncated, is_web_page
from newsletter.feeds.discovery import named_feeds
from newsletter.feeds.jsonfeed import read_json
from newsletter.feeds.model import Enclosure, NotAFeed, ParsedFeed
from newsletter.feeds.plain import to_line
from subscribers.sentence import say

if TYPE_CHECKING:
    import feedparser
    from feedparser import FeedParserDict
else:
    feedparser = at_need("feedparser")

# 680 KB of a real feed take 0.2 s; 200,000 attributes on one tag took more than 60 s.
SECONDS = 10.0
# The longest feeds of the web hold a few thousand; 200,000 small ones kept the parser busy for 20 s.
MOST_LISTED = 20_000
MEMORY_MB = 1024
# What follows the head of a web page cannot name its feeds.
_HEAD = 200_000


def parse(
    child: Child,
    body: bytes,
    content_type: str,
    feed_url: str,
    now: datetime,
    *,
    known: frozenset[str] = frozenset(),
    seconds: float = SECONDS,
) -> ParsedFeed | NotAFeed:
    """Give what *body* says, or why it is no feed.

    Args:
        child: where the parsing happens: a feed may be built to hang a parser or to eat memory.
        body: the bytes of the answer, inflated.
        content_type: the header of that name; its charset is one opinion among others.
        feed_url: what addresses are relative to when the feed does not say.
        now: stands in for missing and impossible dates.
        known: names that are believed to be bylines in doubtful titles.
        seconds: how long the parser may take.

    """
    try:
        return child.run(read, body, content_type, feed_url, now, known, seconds=seconds, memory_mb=MEMORY_MB)
    except ChildFailed as failed:
        return NotAFeed(say("could not be taken apart: the parser %(reason)s", reason=failed.reason))


def read(body: bytes, content_type: str, feed_url: str, now: datetime, known: frozenset[str]) -> ParsedFeed | NotAFeed:
    """Parse in this process; what the child does."""
    text = decode(body, content_type).strip()
    if not text:
        return NotAFeed(say("is empty"))
    if text.startswith("{"):
        return read_json(text, feed_url, now, known)
    if text.count("<item") + text.count("<entry") > MOST_LISTED:
        return NotAFeed(say("lists more than %(most)s posts", most=f"{MOST_LISTED:,}"))
    return _read_xml(text, feed_url, now, known)


def _read_xml(text: str, feed_url: str, now: datetime, known: frozenset[str]) -> ParsedFeed | NotAFeed:
    xml = document(text)
    try:
        parsed = _parsed(xml)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 -- a door: the library stumbles over hostile input in many ways
        return NotAFeed(say("could not be taken apart: %(name)s in the parser", name=type(error).__name__))
    if not parsed.get("version"):
        return _something_else(text, feed_url)
    if not parsed.entries and isinstance(parsed.get("bozo_exception"), SAXException):
        # An entity bomb, or XML broken before its first entry: that is no month without posts.
        return NotAFeed(say("is damaged: no post could be read from it"))
    return _feed(parsed, xml, feed_url, now, known)


def _parsed(xml: str) -> "FeedParserDict":
    # A stream, because feedparser 6.0.14 opens the file that a string or even bytes may name. Its sanitiser would drop
    # srcset and what stands in for an iframe, and is not needed: nothing is shown before it went through our own.
    return feedparser.parse(
        BytesIO(xml.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _feed(parsed: "FeedParserDict", xml: str, feed_url: str, now: datetime, known: Container[str]) -> ParsedFeed:
    feed = parsed.feed
    site = absolute(feed_url, feed.get("link", ""))
    is_cut = is_truncated(xml)
    # Who cut the feed cut its last entry as well, perhaps in the middle of a word.
    entries = parsed.entries[: len(parsed.entries) - is_cut]
    version = str(parsed.version)
    found = (_found(entry, version, site or feed_url, now) for entry in entries)
    return ParsedFeed(
        title=to_line(feed.get("title", "")),
        site_url=site,
        generator=" ".join(filter(None, (feed.get("generator", ""), feed.get("generator_detail", {}).get("href", "")))),
        version=version,
        entries=without_repetitions(clean(entry, known) for entry in newest(found)),
        is_truncated=is_cut,
        next_url=_next(feed, feed_url),
    )


def _found(entry: "FeedParserDict", version: str, base: str, now: datetime) -> Found:
    contents = entry.get("content", [])
    content: FeedParserDict = max(contents, key=lambda part: len(part.get("value", "")), default={})
    summary = _html(entry.get("summary_detail", {}))
    is_atom = version.startswith("atom")
    return Found(
        guid=entry.get("id", ""),
        link=entry.get("link", ""),
        base=base,
        title=entry.get("title", ""),
        # `author` would be the last of several.
        authors=tuple(author.get("name") or author.get("email", "") for author in entry.get("authors", [])),
        published=_published(entry, now, is_atom=is_atom),
        updated_at=_updated(entry, now),
        categories=tuple(tag.get("term") or tag.get("label") or "" for tag in entry.get("tags", [])),
        enclosures=_enclosures(entry),
        summary=summary if contents else "",
        # Without a body of its own the description is the body.
        content=_html(content) if contents else summary,
        content_base=content.get("base", "") if is_atom else "",
    )


def _html(part: "FeedParserDict") -> str:
    """Give a text construct as HTML: what an Atom feed calls text is shown as it stands, brackets and all."""
    value = part.get("value", "")
    return escape(value, quote=False) if part.get("type") == "text/plain" else value


def _published(entry: "FeedParserDict", now: datetime, *, is_atom: bool) -> Dated:
    # `in`, because .get("updated") falls back to "published" with a warning.
    if "published" not in entry and "updated" in entry:
        changed = read_date(entry["updated"], _struct(entry, "updated_parsed"), now)
        # dc:date of RSS 1.0 arrives as "updated" and is the date of publication.
        return Dated(changed.at, changed.doubt or (LAST_CHANGE if is_atom else ""))
    return read_date(entry.get("published", ""), _struct(entry, "published_parsed"), now)


def _updated(entry: "FeedParserDict", now: datetime) -> datetime | None:
    if "updated" not in entry:
        return None
    dated = read_date(entry["updated"], _struct(entry, "updated_parsed"), now)
    return None if dated.doubt else dated.at


def _struct(entry: "FeedParserDict", key: str) -> struct_time | None:
    return entry[key] if key in entry else None  # noqa: SIM401 -- its get() falls back to the other date, with a warning


def _enclosures(entry: "FeedParserDict") -> tuple[Enclosure, ...]:
    linked = [
        Enclosure(link.get("href", ""), link.get("type", ""), _length(link.get("length", "")))
        for link in entry.get("links", [])
        if link.get("rel") == "enclosure"
    ]
    media = [
        Enclosure(part.get("url", ""), part.get("type") or part.get("medium", ""), _length(part.get("filesize", "")))
        for part in entry.get("media_content", [])
    ]
    return (*linked, *media)


def _length(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(2**63)) - 1 else 0


def _next(feed: "FeedParserDict", feed_url: str) -> str:
    links = (link.get("href", "") for link in feed.get("links", []) if link.get("rel") == "next")
    return absolute(feed_url, next(links, ""))


def _something_else(text: str, url: str) -> NotAFeed:
    """Say what an editor should do who gave the address of a page for that of a feed."""
    head = text[:_HEAD]
    if not is_web_page(head):
        return NotAFeed(say("is no feed: nothing in it was written as RSS, Atom or JSON Feed"))
    feeds = named_feeds(head, url)
    if not feeds:
        return NotAFeed(say("is a web page, not a feed, and names no feed"))
    return NotAFeed(say("is a web page, not a feed; the feed it names is %(feeds)s", feeds=feeds[0]), feeds)
