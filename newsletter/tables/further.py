"""Orders of the desk to mail more of an issue that was mailed; for a minute they can be taken back."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, PrimaryKeyConstraint, Table, Text

from subscribers.tables.kinds import SQLITE_STRICT, Flag, Instant, Number, metadata

# One row for each that waits. Whoever carries it out or takes it back deletes it, so neither can be done twice, nor both.
further_order = Table(
    "further_order",
    metadata,
    Column("id", Number, primary_key=True),
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    # Also to people who came after the issue was sent.
    Column("also_new", Flag, nullable=False),
    # How many it is for, as whoever ordered it was told.
    Column("people", Number, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("given_at", Instant, nullable=False),
    # Before that nothing is mailed by it.
    Column("until", Instant, nullable=False),
    CheckConstraint("kind IN ('rest', 'uncertain')", name="kind"),
    **SQLITE_STRICT,
)

# Which deliveries are to be mailed again, each by one order at most.
further_delivery = Table(
    "further_delivery",
    metadata,
    Column("delivery_id", Number, ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False),
    Column("order_id", Number, ForeignKey("further_order.id", ondelete="CASCADE"), nullable=False, index=True),
    # How often its fate had been lost then: one that was mailed again meanwhile, and lost again, is another question.
    Column("times", Number, nullable=False),
    PrimaryKeyConstraint("delivery_id"),
    **SQLITE_STRICT,
)
