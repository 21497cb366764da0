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
    # What the site of a WordPress blog says of itself (/wp-json/): the zone in which it cuts its months, as an IANA name or
    # as +05:30, and its categories, most used first. Empty where nobody says.
    Column("site_zone", Text, nullable=False, server_default=""),
    Column("site_categories", Document, nullable=False, server_default="[]"),
    Column("site_read_at", Instant),
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
    # When the feed was first seen without it, though it should have listed it; None while it is there.
    Column("vanished_at", Instant),
    UniqueConstraint("feed_id", "guid"),
    Index("ix_post_when", "feed_id", "published_at"),
    Index("ix_post_where", "feed_id", "permalink"),
    **SQLITE,
)

# What a post said before its feed said something else: the text that articles may have been made of.
post_revision = Table(
    "post_revision",
    metadata,
    Column("id", Number, primary_key=True),
    Column("post_id", Number, ForeignKey("post.id", ondelete="CASCADE"), nullable=False),
    Column("replaced_at", Instant, nullable=False),
    Column("title", Text, nullable=False),
    Column("feed_title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("byline", Text, nullable=False),
    Column("permalink", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Index("ix_post_revision_text", "post_id", "fingerprint"),
    **SQLITE,
)
