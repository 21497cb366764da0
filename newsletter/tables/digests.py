"""What was mailed to whoever takes a list once a quarter."""

from sqlalchemy import Column, ForeignKey, PrimaryKeyConstraint, Table, Text

from subscribers.tables.kinds import SQLITE_STRICT, Instant, Number, metadata

digest = Table(
    "digest",
    metadata,
    Column("newsletter_id", Number, ForeignKey("newsletter.id", ondelete="CASCADE"), nullable=False),
    # "2020-Q1": whoever comes second finds the row there, so a quarter has one digest, whatever restarts or a second worker do.
    Column("quarter", Text, nullable=False),
    # None where there was nothing to tell, or nobody to tell it.
    Column("letter_id", Number, ForeignKey("letter.id", ondelete="SET NULL")),
    Column("settled_at", Instant, nullable=False),
    # Why there is no letter.
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("newsletter_id", "quarter"),
    **SQLITE_STRICT,
)
