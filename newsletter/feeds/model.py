"""The nouns of reading feeds: what is fetched, what is in it, and what is kept of it."""

from dataclasses import dataclass
from datetime import datetime


def is_universal(guid: str) -> bool:
    """Whether the identity of an entry means the same in every feed: an address or a URN, and not "1".

    RFC 4287 demands one; RSS 2.0 only recommends it.
    """
    return ":" in guid


@dataclass(frozen=True, slots=True)
class Feed:
    """A URL that a newsletter reads, and how the last reading went."""

    id: int
    newsletter_id: int
    url: str
    fetch_url: str
    title: str
    etag: str
    last_modified: str
    gathered_at: datetime | None
    not_before: datetime | None
    failures: int
    trouble: str
    # What a WordPress site says of itself: the zone in which it cuts its months (an IANA name, or +05:30), its categories, most
    # used first, and when it was asked. Empty where nobody says.
    site_zone: str = ""
    site_categories: tuple[str, ...] = ()
    site_read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that belongs to a post: a picture, a PDF, a recording."""

    href: str
    media_type: str
    length: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the feed gave it, cleaned of what no person should see; not yet stored."""

    guid: str
    permalink: str
    # Without the byline; feed_title keeps the whole.
    title: str
    feed_title: str
    author: str
    # Suggested from "… by NAME"; empty when the title names nobody.
    byline: str
    published_at: datetime
    date_doubt: str
    updated_at: datetime | None
    categories: tuple[str, ...]
    enclosures: tuple[Enclosure, ...]
    summary: str
    content: str
    # Changes when the text changes, not when a date does.
    fingerprint: str


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What one document of a feed says."""

    title: str
    # The page the feed belongs to, empty when it names none.
    site_url: str
    # What made it, as it says itself: "https://wordpress.org/?v=5.3".
    generator: str
    # "atom10", "rss20", "json" …
    version: str
    entries: tuple[Entry, ...]
    # The document ended before its end; its last entry is left out, as it may be half of one.
    is_truncated: bool = False
    # Where older entries stand (RFC 5005), empty when the feed does not say.
    next_url: str = ""


@dataclass(frozen=True, slots=True)
class NotAFeed:
    """The document is something else; the reason completes the sentence "The feed …"."""

    reason: str
    # Feeds that the document, a web page, points to.
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """One entry as it is kept; it never changes but by a revision of the feed."""

    id: int
    feed_id: int
    entry: Entry
    first_seen_at: datetime
    revised_at: datetime | None
    # Since when the feed lists it no more although it should; None while it is there.
    vanished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """What a post said before its feed said something else."""

    post_id: int
    replaced_at: datetime
    title: str
    feed_title: str
    author: str
    byline: str
    permalink: str
    summary: str
    content: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one reading of one feed brought: new and revised posts, nothing new, or trouble in words."""

    feed: Feed
    new: int = 0
    revised: int = 0
    unchanged: bool = False
    trouble: str = ""
    # Posts that are not in it any more. Only looked for where the feed was asked without conditions.
    vanished: int = 0

    @property
    def went_well(self) -> bool:
        """Whether the feed could be read."""
        return not self.trouble
