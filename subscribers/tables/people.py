"""Who is known: one row per person."""

from sqlalchemy import Column, Index, Table, Text, text

from subscribers.tables.kinds import SQLITE, Instant, Number, Words, metadata

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Number, primary_key=True),
    # What goes into RCPT TO: local part as typed, domain as A-label.
    Column("email", Text, nullable=False),
    # What two spellings of one mailbox share (subscribers.address).
    Column("email_key", Words, nullable=False, unique=True),
    # Keyed hash of email_key, the form in which suppressions remember an address.
    Column("email_hash", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, default=""),
    Column("language", Text, nullable=False, default=""),
    Column("created_at", Instant, nullable=False),
    # Which import made this person known; null for all others. No foreign key: it says where somebody came from.
    Column("import_id", Number),
    # By which the name is found (subscribers.names): from its front, and from its last word on; null where there is none.
    Column("name_key", Words),
    Column("name_turned", Words),
    **SQLITE,
)

# Names that begin with what somebody typed. Any comparison implies the condition, and both planners know.
Index(
    "ix_subscriber_name",
    subscriber.c.name_key,
    subscriber.c.id,
    sqlite_where=text("name_key IS NOT NULL"),
    postgresql_where=text("name_key IS NOT NULL"),
)
Index(
    "ix_subscriber_turned",
    subscriber.c.name_turned,
    subscriber.c.id,
    sqlite_where=text("name_turned IS NOT NULL"),
    postgresql_where=text("name_turned IS NOT NULL"),
)
