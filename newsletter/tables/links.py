"""What links of issues answered when they were asked for."""

from sqlalchemy import CheckConstraint, Column, Integer, Table, Text

from subscribers.tables.kinds import SQLITE_STRICT, Flag, Instant, metadata

link_check = Table(
    "link_check",
    metadata,
    # SHA-256 of the address: an index of PostgreSQL takes no address of 3,000 characters.
    Column("digest", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    # After all redirects; 0: there was no answer.
    Column("status", Integer, nullable=False),
    # Where redirects led at last; empty without any.
    Column("leads_to", Text, nullable=False),
    Column("is_moved", Flag, nullable=False),
    # Completes "The address …"; empty where it is fine.
    Column("reason", Text, nullable=False),
    Column("checked_at", Instant, nullable=False, index=True),
    CheckConstraint("verdict IN ('fine', 'dead', 'trouble', 'closed')", name="verdict"),
    **SQLITE_STRICT,
)
