"""What was said and by whom: consent, append-only, and suppressions, which outlive the person's row."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint

from subscribers.tables.kinds import SQLITE, Instant, Number, metadata

consent = Table(
    "consent",
    metadata,
    Column("id", Number, primary_key=True),
    # Emptied by an erasure. No foreign key: each deletion of a person would have to walk all evidence.
    Column("subscriber_id", Number),
    Column("email_hash", Text, nullable=False),
    Column("list_id", Number, ForeignKey("mailing_list.id", ondelete="SET NULL")),
    Column("act", Text, nullable=False),
    Column("at", Instant, nullable=False),
    # By which door: form, link, one-click, import, command.
    Column("door", Text, nullable=False),
    # The exact words on the page, or the stated basis of an import.
    Column("wording", Text, nullable=False, default=""),
    Column("network", Text, nullable=False, default=""),
    Column("agent", Text, nullable=False, default=""),
    Index("ix_consent_person", "email_hash", "id"),
    **SQLITE,
)

suppression = Table(
    "suppression",
    metadata,
    Column("id", Number, primary_key=True),
    Column("email_hash", Text, nullable=False),
    # EVERY_LIST (0), or the id of one list. No foreign key: it outlives both.
    Column("list_id", Number, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("email_hash", "list_id"),
    **SQLITE,
)
