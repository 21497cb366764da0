"""The keys that sign our mail."""

from sqlalchemy import CheckConstraint, Column, Index, Table, Text, UniqueConstraint, text

from subscribers.tables.kinds import SQLITE, Instant, Number, metadata

dkim_key = Table(
    "dkim_key",
    metadata,
    Column("id", Number, primary_key=True),
    # As A-label in lower case.
    Column("domain", Text, nullable=False),
    Column("selector", Text, nullable=False),
    Column("algorithm", Text, nullable=False),
    # In base64, as the DNS has it.
    Column("public", Text, nullable=False),
    # The private key, which only the strongbox of this instance opens.
    Column("sealed", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    # When it came into the state it is in.
    Column("since", Instant, nullable=False),
    UniqueConstraint("domain", "selector"),
    CheckConstraint("algorithm IN ('rsa', 'ed25519')", name="algorithm"),
    CheckConstraint("state IN ('made', 'active', 'retired')", name="state"),
    **SQLITE,
)

# Two signatures of one kind would say nothing more, and which key signs must never be a question.
Index(
    "uq_dkim_key_active",
    dkim_key.c.domain,
    dkim_key.c.algorithm,
    unique=True,
    sqlite_where=text("state = 'active'"),
    postgresql_where=text("state = 'active'"),
)
