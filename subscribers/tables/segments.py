"""Rules about people that are kept under a name."""

from sqlalchemy import Column, Index, Table, Text, text

from subscribers.tables.kinds import SQLITE, Document, Instant, Number, metadata

segment = Table(
    "segment",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False),
    # The tree of the rule (segments.tree).
    Column("rule", Document, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    # The row stays: whatever was addressed by it must not become wider because it is gone.
    Column("removed_at", Instant),
    **SQLITE,
)
Index(
    "uq_segment_name",
    segment.c.name,
    unique=True,
    sqlite_where=text("removed_at IS NULL"),
    postgresql_where=text("removed_at IS NULL"),
)
