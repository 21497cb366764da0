"""Who signs in, and what was done by whom."""

from sqlalchemy import CheckConstraint, Column, Table, Text

from subscribers.tables.kinds import SQLITE, Document, Instant, Number, metadata

account = Table(
    "account",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    # Where they are told what waits for them.
    Column("address", Text, nullable=False, server_default=""),
    CheckConstraint("role IN ('viewer', 'editor', 'publisher', 'admin')", name="role"),
    **SQLITE,
)

# Append-only.
audit = Table(
    "audit",
    metadata,
    Column("id", Number, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Document, nullable=False),
    **SQLITE,
)
