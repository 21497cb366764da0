"""Approvals: each holds for one content hash."""

from sqlalchemy import Column, ForeignKey, Table, Text

from subscribers.tables.kinds import SQLITE, Instant, Number, metadata

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
    **SQLITE,
)
