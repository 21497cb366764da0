"""People who work on one issue without an account: by which link, and what they said of it."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from subscribers.tables.kinds import SQLITE, Instant, Number, metadata

guest_link = Table(
    "guest_link",
    metadata,
    Column("id", Number, primary_key=True),
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False, index=True),
    # What it is good for, and nothing else.
    Column("purpose", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("invited_by", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    CheckConstraint("purpose IN ('review', 'contribution')", name="purpose"),
    **SQLITE,
)

review_comment = Table(
    "review_comment",
    metadata,
    Column("id", Number, primary_key=True),
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    # None: it was said at the desk.
    Column("link_id", Number, ForeignKey("guest_link.id", ondelete="SET NULL")),
    # Null: it is about the whole issue.
    Column("article_id", Number, ForeignKey("article.id", ondelete="SET NULL")),
    # Of the issue, as it was read.
    Column("version", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("said_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("resolved_by", Text, nullable=False, default=""),
    # What the editor says to it, empty for nothing.
    Column("answer", Text, nullable=False, default=""),
    Index("ix_review_comment_issue", "issue_id", "id"),
    **SQLITE,
)
