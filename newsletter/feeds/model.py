"""The nouns of reading feeds: what is fetched, what is in it, and what is kept of it."""

from dataclasses import dataclass
from datetime import datetime


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
class Post:
    """One entry as it is kept; it never changes but by a revision of the feed."""

    id: int
    feed_id: int
    entry: Entry
    first_seen_at: datetime
    revised_at: datetime | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one reading of one feed brought: new and revised posts, nothing new, or trouble in words."""

    feed: Feed
    new: int = 0
    revised: int = 0
    unchanged: bool = False
    trouble: str = ""

    @property
    def went_well(self) -> bool:
        """Whether the feed could be read."""
        return not self.trouble
