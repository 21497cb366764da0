"""Images that are kept, what articles show or link to from elsewhere, and which letter shows which image."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from subscribers.tables.kinds import SQLITE_STRICT, Flag, Instant, Number, metadata

image = Table(
    "image",
    metadata,
    # A hash of `data`: the same image is kept once, and an address never means another one.
    Column("key", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    # Bytes of `data`, which lists do not read.
    Column("size", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("alt", Text, nullable=False),
    Column("credit", Text, nullable=False),
    # Where it was fetched; empty for a file.
    Column("source", Text, nullable=False),
    # In thousandths of width and height from the upper left: a card is cut around it.
    Column("focus_x", Integer, nullable=False),
    Column("focus_y", Integer, nullable=False),
    # In the library: chosen by an editor; others came with a post, or are cards.
    Column("is_chosen", Flag, nullable=False),
    # The same cut to the shape of cards. No foreign key: a card has none, and is made anew with its focus.
    Column("card_key", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("media_type IN ('image/jpeg', 'image/png')", name="media_type"),
    **SQLITE_STRICT,
)
Index("ix_image_chosen", image.c.created_at, sqlite_where=image.c.is_chosen == 1, postgresql_where=image.c.is_chosen == 1)

remote_file = Table(
    "remote_file",
    metadata,
    # SHA-256 of the address: an index of PostgreSQL takes no address of 3,000 characters.
    Column("digest", Text, primary_key=True),
    Column("url", Text, nullable=False),
    # "image" or "document"
    Column("kind", Text, nullable=False),
    # The image that was made of it.
    Column("image_key", Text, ForeignKey("image.key"), index=True),
    # Bytes of a document, as its server says; 0 where it does not.
    Column("size", Number, nullable=False),
    # Why there is no image, or what was lost when it was made; completes "the picture …". Empty when all is well.
    Column("trouble", Text, nullable=False),
    Column("tried_at", Instant, nullable=False),
    CheckConstraint("kind IN ('image', 'document')", name="kind"),
    **SQLITE_STRICT,
)

issue_remote_file = Table(
    "issue_remote_file",
    metadata,
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    Column("digest", Text, ForeignKey("remote_file.digest"), nullable=False, index=True),
    PrimaryKeyConstraint("issue_id", "digest"),
    **SQLITE_STRICT,
)

# Up to which version of an issue its images were looked after.
illustrated = Table(
    "illustrated",
    metadata,
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    **SQLITE_STRICT,
)

# What a frozen letter shows is never deleted while there is the letter.
letter_image = Table(
    "letter_image",
    metadata,
    Column("letter_id", Number, ForeignKey("letter.id", ondelete="CASCADE"), nullable=False),
    Column("image_key", Text, ForeignKey("image.key"), nullable=False, index=True),
    PrimaryKeyConstraint("letter_id", "image_key"),
    **SQLITE_STRICT,
)
