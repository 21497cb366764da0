"""Who writes for a newsletter, and texts that are kept to be used again."""

from sqlalchemy import Column, ForeignKey, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Document, Instant, Number, metadata

author = Table(
    "author",
    metadata,
    Column("id", Number, primary_key=True),
    Column("newsletter_id", Number, ForeignKey("newsletter.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    # The name as names are compared: without letter case.
    Column("name_key", Text, nullable=False),
    Column("affiliation", Text, nullable=False),
    # Key of an image of the library, empty for none.
    Column("portrait", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    # When an editor last confirmed a byline with this name.
    Column("seen_at", Instant, nullable=False),
    UniqueConstraint("newsletter_id", "name_key"),
    **SQLITE,
)

# Other names of the same person: another spelling, the account by which they post. Only editors give them.
author_alias = Table(
    "author_alias",
    metadata,
    Column("newsletter_id", Number, ForeignKey("newsletter.id", ondelete="CASCADE"), nullable=False),
    Column("alias_key", Text, nullable=False),
    Column("alias", Text, nullable=False),
    Column("author_id", Number, ForeignKey("author.id", ondelete="CASCADE"), nullable=False, index=True),
    PrimaryKeyConstraint("newsletter_id", "alias_key"),
    **SQLITE_STRICT,
)

# A text that is put into issues as a copy.
snippet = Table(
    "snippet",
    metadata,
    Column("id", Number, primary_key=True),
    Column("newsletter_id", Number, ForeignKey("newsletter.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("link", Text, nullable=False),
    # HTML; where there is a document, what that says.
    Column("content", Text, nullable=False),
    Column("document", Document),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("newsletter_id", "name_key"),
    **SQLITE,
)
