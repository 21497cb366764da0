"""Which windows of the desk have what open right now: a courtesy, on which nothing rests."""

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from subscribers.tables.kinds import SQLITE_STRICT, Instant, Number, metadata

# Rows live for a minute.
open_window = Table(
    "open_window",
    metadata,
    Column("account_id", Number, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    # What the window calls itself; random.
    Column("window", Text, nullable=False),
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    # What of the issue is being edited (staff.windows); empty: nothing.
    Column("place", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "window"),
    Index("ix_open_window_issue", "issue_id"),
    Index("ix_open_window_seen", "seen_at"),
    **SQLITE_STRICT,
)
