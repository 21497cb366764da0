"""What people asked of the house about their data, by letter or telephone; whoever asks by a link is answered by it."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, text

from subscribers.tables.kinds import SQLITE, Instant, Number, metadata

data_request = Table(
    "data_request",
    metadata,
    Column("id", Number, primary_key=True),
    # It goes with the person; that there was one stands in the audit.
    Column("subscriber_id", Number, ForeignKey("subscriber.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    # How it came, in the words of the staff.
    Column("note", Text, nullable=False),
    Column("noted_by", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    # GDPR 12(3): within a month.
    Column("due_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("closed_by", Text, nullable=False, default="", server_default=""),
    CheckConstraint("kind IN ('access', 'change', 'stop', 'erasure')", name="kind"),
    **SQLITE,
)
# What is still to be answered, the most urgent first.
Index(
    "ix_data_request_open",
    data_request.c.due_at,
    sqlite_where=text("closed_at IS NULL"),
    postgresql_where=text("closed_at IS NULL"),
)
