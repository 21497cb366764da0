"""Versions of issues, and approvals, each of which holds for one content hash."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Document, Instant, Number, metadata

# One row for each save, begun by it; what the issue was then is written when the next one begins, or when it is approved.
issue_version = Table(
    "issue_version",
    metadata,
    Column("id", Number, primary_key=True),
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    # 0: the version itself. From 1: what was to be saved over it when somebody else had saved already, and is kept aside.
    Column("side", Integer, nullable=False),
    # Empty where nobody said who it was.
    Column("written_by", Text, nullable=False),
    Column("written_at", Instant, nullable=False),
    # What was done, in words.
    Column("deed", Text, nullable=False),
    # The version that this one laid out again as it was; null: it is none of before, or what was kept aside.
    Column("restored", Integer),
    # The issue, its articles by the names of their parts (issues.snapshot); null: it is as the issue is now.
    Column("document", Document),
    UniqueConstraint("issue_id", "version", "side"),
    **SQLITE,
)

# What articles said in some version, each text once for all the versions that have it.
issue_part = Table(
    "issue_part",
    metadata,
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("issue_id", "digest"),
    **SQLITE_STRICT,
)

approval = Table(
    "approval",
    metadata,
    Column("id", Number, primary_key=True),
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("content_hash", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("approved_at", Instant, nullable=False),
    # Why blocking findings were set aside, empty when there were none.
    Column("override_reason", Text, nullable=False, default=""),
    # Of the issue; 0 for approvals from before there were versions.
    Column("version", Integer, nullable=False, server_default="0"),
    # What the letter was made of beside that version: the newsletter as it was, and its templates by a hash.
    Column("inputs", Document),
    **SQLITE,
)

# What turned out to be wrong after an issue was sent; it stands above the web copy, and the letter stays as it was mailed.
erratum = Table(
    "erratum",
    metadata,
    Column("id", Number, primary_key=True),
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
    **SQLITE,
)
