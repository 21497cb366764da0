"""Makes one entry fit to be kept: plain titles, whole addresses, an identity, a fingerprint."""

import hashlib
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.feeds.addresses import LONGEST_URL, absolute, resolve_links, without_trackers
from newsletter.feeds.byline import split_byline
from newsletter.feeds.dates import Dated
from newsletter.feeds.decoding import legal
from newsletter.feeds.model import Enclosure, Entry
from newsletter.feeds.plain import links, to_line, to_words
from subscribers.oneline import one_line

# A feed that lists more is an archive; a month of the busiest blog has fewer.
MOST_ENTRIES = 500
MOST_CATEGORIES = 50
MOST_ENCLOSURES = 50
# A longer identity is a mistake, and would be a mistake in an index as well.
LONGEST_GUID = 500
UNTITLED = "Untitled"
_TITLE_FROM_TEXT = 80


@dataclass(frozen=True, slots=True)
class Found:
    """One entry as a parser found it, before any cleaning; addresses may be relative to `base`."""

    guid: str
    link: str
    base: str
    title: str
    authors: tuple[str, ...]
    published: Dated
    updated_at: datetime | None
    categories: tuple[str, ...]
    enclosures: tuple[Enclosure, ...]
    summary: str
    content: str
    # What the addresses in the content are relative to, where the feed says so (xml:base).
    content_base: str = ""


def newest(found: Iterable[Found]) -> tuple[Found, ...]:
    """Give the latest MOST_ENTRIES of a feed, whichever end it begins at; those of one moment as they stand there."""
    everything = tuple(found)
    if len(everything) <= MOST_ENTRIES:
        return everything
    return tuple(sorted(everything, key=lambda one: one.published.at, reverse=True)[:MOST_ENTRIES])


def clean(found: Found, known: Container[str]) -> Entry:
    """Give the entry as it is kept; *known* are names whose bylines are believed in doubt."""
    permalink = without_trackers(absolute(found.base, found.link))
    title = to_line(found.title) or one_line(to_words(found.content or found.summary), _TITLE_FROM_TEXT) or UNTITLED
    split = split_byline(title, known)
    # JSON spells any character, and HTML in it is not looked through by a parser.
    content, summary = legal(found.content), legal(found.summary)
    if found.content_base and found.content_base != permalink:
        content = resolve_links(content, absolute(found.base, found.content_base))
    return Entry(
        guid=_guid(found, permalink, title),
        permalink=permalink,
        title=split.title if split.is_sure else title,
        feed_title=title,
        author=one_line(", ".join(name for name in map(to_line, found.authors) if name)),
        byline=split.name if split.is_sure else "",
        published_at=found.published.at,
        date_doubt=found.published.doubt,
        updated_at=found.updated_at,
        categories=_distinct(to_line(category) for category in found.categories)[:MOST_CATEGORIES],
        enclosures=_enclosures(found, permalink),
        summary=summary,
        content=content,
        fingerprint=fingerprint(title, content, summary),
    )


def fingerprint(title: str, content: str, summary: str) -> str:
    """Give what changes when the words or the links change, and does not when dates, classes or pictures' sizes do."""
    parts = [title, to_words(content), to_words(summary), *links(content)]
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


def likeness(entry: Entry) -> tuple[str, datetime] | None:
    """Give what tells that two entries are one although their identities differ, as after a move; None when nothing does.

    A date without a time of day is shared by too many.
    """
    moment = entry.published_at
    if entry.date_doubt or (moment.hour, moment.minute) == (0, 0):
        return None
    return entry.feed_title, moment


def without_repetitions(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Keep the first of entries that are one: of the same identity, or the same title and moment under another one."""
    kept: dict[str, Entry] = {}
    seen: set[tuple[str, datetime] | None] = set()
    for entry in entries:
        like = likeness(entry)
        if entry.guid in kept or (like and like in seen):
            continue
        seen.add(like)
        kept[entry.guid] = entry
    return tuple(kept.values())


def _guid(found: Found, permalink: str, title: str) -> str:
    """Give what the feed calls the entry, else its address, else a digest of what it is."""
    guid = one_line(found.guid, LONGEST_URL) or permalink
    if guid and len(guid) <= LONGEST_GUID:
        return guid
    when = "" if found.published.doubt else found.published.at.isoformat()
    return "sha256:" + hashlib.sha256(f"{guid}\n{title}\n{when}".encode("utf-8", "replace")).hexdigest()


def _enclosures(found: Found, permalink: str) -> tuple[Enclosure, ...]:
    whole = (
        replace(
            enclosure, href=absolute(permalink or found.base, enclosure.href), media_type=one_line(enclosure.media_type, 100)
        )
        for enclosure in found.enclosures
    )
    by_address = {enclosure.href: enclosure for enclosure in whole if enclosure.href}
    return tuple(by_address.values())[:MOST_ENCLOSURES]


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Drop empty texts and those that differ from an earlier one in letter case only."""
    return tuple({text.casefold(): text for text in reversed(tuple(texts)) if text}.values())[::-1]
