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

# What a guest was asked to write, and how far they are (review.contribution).
contribution = Table(
    "contribution",
    metadata,
    Column("id", Number, primary_key=True),
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("link_id", Number, ForeignKey("guest_link.id", ondelete="CASCADE"), nullable=False, unique=True),
    # By its title.
    Column("section", Text, nullable=False),
    # How many are asked for; 0: nobody said.
    Column("words", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    # What the guest keeps, as they typed it.
    Column("title", Text, nullable=False, default=""),
    Column("byline", Text, nullable=False, default=""),
    Column("affiliation", Text, nullable=False, default=""),
    Column("text", Text, nullable=False, default=""),
    # Keys of images of the library, empty for none.
    Column("portrait", Text, nullable=False, default=""),
    Column("picture", Text, nullable=False, default=""),
    Column("picture_alt", Text, nullable=False, default=""),
    Column("picture_credit", Text, nullable=False, default=""),
    Column("portrait_alt", Text, nullable=False, server_default=""),
    Column("portrait_credit", Text, nullable=False, server_default=""),
    # What it became when it was handed in, and the HTML that was handed in, to be compared with what editors make of it.
    Column("article_id", Number, ForeignKey("article.id", ondelete="SET NULL")),
    Column("handed_in", Text, nullable=False, default=""),
    # The HTML that the guest agreed to; empty: to none.
    Column("agreed_to", Text, nullable=False, default=""),
    Column("changed_at", Instant, nullable=False),
    Column("reminded_at", Instant),
    Column("reminded_late_at", Instant),
    # The last time that somebody of the staff did it.
    Column("reminded_by_hand_at", Instant),
    CheckConstraint("state IN ('invited', 'writing', 'handed_in', 'edited', 'agreed', 'withdrawn')", name="state"),
    **SQLITE,
)
