"""What we read: feeds and the posts they gave."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from subscribers.tables.kinds import SQLITE, Document, Instant, Number, metadata

feed = Table(
    "feed",
    metadata,
    Column("id", Number, primary_key=True),
    Column("newsletter_id", Number, ForeignKey("newsletter.id", ondelete="CASCADE"), nullable=False),
    # As the editor typed it.
    Column("url", Text, nullable=False),
    # What is really fetched: the Atom twin of a WordPress feed, or where a permanent redirect led.
    Column("fetch_url", Text, nullable=False),
    Column("title", Text, nullable=False, default=""),
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("gathered_at", Instant),
    Column("not_before", Instant),
    Column("failures", Integer, nullable=False, default=0),
    # The last failure in words, empty when the last gathering went well.
    Column("trouble", Text, nullable=False, default=""),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("newsletter_id", "url"),
    **SQLITE,
)

post = Table(
    "post",
    metadata,
    Column("id", Number, primary_key=True),
    Column("feed_id", Number, ForeignKey("feed.id", ondelete="CASCADE"), nullable=False),
    Column("guid", Text, nullable=False),
    Column("permalink", Text, nullable=False),
    # Without the byline; the title as the feed gave it stands beside.
    Column("title", Text, nullable=False),
    Column("feed_title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("byline", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
    # Empty, or why the date is not the feed's own ("no date in the feed").
    Column("date_doubt", Text, nullable=False, default=""),
    Column("updated_at", Instant),
    Column("categories", Document, nullable=False),
    Column("enclosures", Document, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("revised_at", Instant),
    UniqueConstraint("feed_id", "guid"),
    Index("ix_post_when", "feed_id", "published_at"),
    **SQLITE,
)
