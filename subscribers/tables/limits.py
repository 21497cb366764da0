"""What bounds how often mail can be asked for, and who may ask at all."""

from sqlalchemy import CheckConstraint, Column, Index, Table, Text

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Instant, Number, metadata

# One row for each network, domain or list that somebody asked from a moment ago; it is deleted when nothing is used up.
limit_use = Table(
    "limit_use",
    metadata,
    # The name of the limit and whose it is; networks by keyed hash, so that nobody reads here where people are.
    Column("key", Text, primary_key=True),
    # When nothing is used up any more, in milliseconds since 1970: arithmetic that both databases do alike.
    Column("free_at", Number, nullable=False, index=True),
    **SQLITE_STRICT,
)

# One row for each mail that somebody asked for at an address, other than a confirmation, which counts by its own row.
asked_mail = Table(
    "asked_mail",
    metadata,
    Column("id", Number, primary_key=True),
    Column("email_hash", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Index("ix_asked_mail_rate", "email_hash", "at"),
    **SQLITE,
)

domain_rule = Table(
    "domain_rule",
    metadata,
    # EVERY_LIST (0), or the id of one list.
    Column("list_id", Number, primary_key=True),
    # As A-label in lower case; it stands for the domains below it too.
    Column("domain", Text, primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint("verdict IN ('allow', 'deny')", name="verdict"),
    **SQLITE_STRICT,
)
