"""Letters: rendered once, frozen, with slots for the person."""

from sqlalchemy import Column, ForeignKey, Table, Text

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Document, Instant, Number, metadata

letter = Table(
    "letter",
    metadata,
    Column("id", Number, primary_key=True),
    # LetterKind
    Column("kind", Text, nullable=False),
    Column("newsletter_id", Number, ForeignKey("newsletter.id", ondelete="CASCADE")),
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), index=True),
    Column("list_id", Number, ForeignKey("mailing_list.id", ondelete="CASCADE")),
    Column("sender_name", Text, nullable=False),
    Column("sender_address", Text, nullable=False),
    Column("reply_to", Text, nullable=False, default=""),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    # Slot name -> opaque token that stands in html and text where a person's value goes.
    Column("slots", Document, nullable=False),
    Column("content_hash", Text, nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    **SQLITE,
)

# What the letter of an issue shows article by article, kept with it when it was approved. Archive, prints and books are made
# of it.
letter_pieces = Table(
    "letter_pieces",
    metadata,
    Column("letter_id", Number, ForeignKey("letter.id", ondelete="CASCADE"), primary_key=True),
    # Of that letter; what was kept of other bytes is not shown.
    Column("content_hash", Text, nullable=False),
    # The names of newsletter and issue, as they were.
    Column("newsletter", Text, nullable=False),
    Column("title", Text, nullable=False),
    # letters.pieces.Piece, in reading order.
    Column("articles", Document, nullable=False),
    # What is printed, with marks for its date; empty: the letter is older than this table.
    Column("page", Text, nullable=False),
    **SQLITE_STRICT,
)

# What a list says in its notices instead of the words of the templates.
notice_words = Table(
    "notice_words",
    metadata,
    Column("list_id", Number, ForeignKey("mailing_list.id", ondelete="CASCADE"), primary_key=True),
    # LetterKind
    Column("kind", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    # Empty: as the template says it.
    Column("subject", Text, nullable=False),
    Column("heading", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    **SQLITE_STRICT,
)

# A digest of the templates of its own that a host has, said at each tick; none: it has no such folder.
host_templates = Table(
    "host_templates",
    metadata,
    Column("host", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("said_at", Instant, nullable=False),
    **SQLITE_STRICT,
)
