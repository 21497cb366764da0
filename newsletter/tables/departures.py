"""Who left by themselves, and what looks as if a machine had done it."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, text

from subscribers.tables.kinds import SQLITE, Instant, Number, metadata

_HAS_NETWORK = text("network <> ''")

# Many departures from one network in the minutes after an issue.
departure_burst = Table(
    "departure_burst",
    metadata,
    Column("id", Number, primary_key=True),
    Column("letter_id", Number, ForeignKey("letter.id", ondelete="CASCADE"), nullable=False),
    # By keyed hash; empty when it is known no more.
    Column("network", Text, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("undone_at", Instant),
    **SQLITE,
)

departure = Table(
    "departure",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subscription_id", Number, ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("list_id", Number, nullable=False),
    Column("left_at", Instant, nullable=False),
    # By which door, as in the evidence.
    Column("door", Text, nullable=False),
    # By keyed hash; empty where no network is known, or known no more.
    Column("network", Text, nullable=False, default=""),
    # The issue that a relay had taken for this person within the half hour before.
    Column("letter_id", Number, ForeignKey("letter.id", ondelete="SET NULL")),
    # What the person chose to say about it, or empty.
    Column("reason", Text, nullable=False, default=""),
    Column("burst_id", Number, ForeignKey("departure_burst.id", ondelete="SET NULL"), index=True),
    Index("ix_departure_recent", "left_at"),
    # What people said when they left one list: counted from the index alone.
    Index("ix_departure_why", "list_id", "left_at", "reason"),
    Index("ix_departure_network", "left_at", sqlite_where=_HAS_NETWORK, postgresql_where=_HAS_NETWORK),
    **SQLITE,
)
