"""Reads JSON Feed (jsonfeed.org, versions 1 and 1.1), which feedparser does not know."""

import json
from collections.abc import Container
from datetime import datetime
from html import escape

from newsletter.feeds.addresses import absolute
from newsletter.feeds.cleaning import Found, clean, newest, without_repetitions
from newsletter.feeds.dates import NO_DATE, Dated, read_date
from newsletter.feeds.model import Enclosure, NotAFeed, ParsedFeed
from newsletter.feeds.plain import to_line
from subscribers.sentence import say

Document = dict[str, object]


def read_json(text: str, feed_url: str, now: datetime, known: Container[str]) -> ParsedFeed | NotAFeed:
    """Give the feed that *text*, a JSON document, holds."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError):
        return NotAFeed(say("is damaged: it begins like JSON and cannot be read as JSON"))
    if not isinstance(feed, dict) or "jsonfeed.org/version" not in _text(feed, "version"):
        return NotAFeed(say("is JSON, but no JSON Feed"))
    site = absolute(feed_url, _text(feed, "home_page_url"))
    found = (_found(item, site or feed_url, now) for item in _documents(feed, "items"))
    return ParsedFeed(
        title=to_line(escape(_text(feed, "title"))),
        site_url=site,
        generator="",
        version="json",
        entries=without_repetitions(clean(entry, known) for entry in newest(found)),
        next_url=absolute(feed_url, _text(feed, "next_url")),
    )


def _found(item: Document, base: str, now: datetime) -> Found:
    return Found(
        guid=_text(item, "id"),
        link=_text(item, "url") or _text(item, "external_url"),
        base=base,
        title=escape(_text(item, "title")),
        authors=_authors(item),
        published=_date(_text(item, "date_published"), now),
        updated_at=_known_date(_text(item, "date_modified"), now),
        categories=tuple(str(tag) for tag in _list(item, "tags")),
        enclosures=tuple(
            Enclosure(_text(attached, "url"), _text(attached, "mime_type"), _number(attached, "size_in_bytes"))
            for attached in _documents(item, "attachments")
        ),
        summary=escape(_text(item, "summary")),
        content=_text(item, "content_html") or escape(_text(item, "content_text")),
    )


def _authors(item: Document) -> tuple[str, ...]:
    """Version 1.1 has a list of authors, version 1 had one."""
    return tuple(
        _text(author, "name") for author in [*_documents(item, "authors"), *_documents({"a": [item.get("author")]}, "a")]
    )


def _date(text: str, now: datetime) -> Dated:
    """Read an RFC 3339 date; everything else about it is judged as in other feeds."""
    try:
        return read_date("", datetime.fromisoformat(text).utctimetuple(), now)
    except (ValueError, OverflowError):
        return Dated(now, NO_DATE)


def _known_date(text: str, now: datetime) -> datetime | None:
    dated = _date(text, now)
    return None if dated.doubt else dated.at


def _text(document: Document, key: str) -> str:
    """Give a text or a number as text (ids are sometimes numbers), else nothing."""
    value = document.get(key)
    return str(value) if isinstance(value, str | int) else ""


def _number(document: Document, key: str) -> int:
    value = document.get(key)
    return value if isinstance(value, int) and value >= 0 else 0


def _list(document: Document, key: str) -> list[object]:
    value = document.get(key)
    return value if isinstance(value, list) else []


def _documents(document: Document, key: str) -> list[Document]:
    return [part for part in _list(document, key) if isinstance(part, dict)]
