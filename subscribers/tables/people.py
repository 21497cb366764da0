"""Who is known: one row per person."""

from sqlalchemy import Column, Table, Text

from subscribers.tables.kinds import SQLITE, Instant, Number, metadata

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Number, primary_key=True),
    # What goes into RCPT TO: local part as typed, domain as A-label.
    Column("email", Text, nullable=False),
    # What two spellings of one mailbox share (subscribers.address).
    Column("email_key", Text, nullable=False, unique=True),
    # Keyed hash of email_key, the form in which suppressions remember an address.
    Column("email_hash", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, default=""),
    Column("language", Text, nullable=False, default=""),
    Column("created_at", Instant, nullable=False),
    # Which import made this person known; null for all others. No foreign key: it says where somebody came from.
    Column("import_id", Number),
    **SQLITE,
)
