"""Where mail is handed to, and how much of it was: relays, rates of domains, and what was given of them."""

from sqlalchemy import CheckConstraint, Column, Integer, Table, Text

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Document, Flag, Instant, Number, metadata

relay = Table(
    "relay",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    # Empty for the relay of the setting, of which only its switch, weight and limits are kept here.
    Column("host", Text, nullable=False),
    Column("port", Integer, nullable=False),
    Column("tls", Text, nullable=False),
    Column("username", Text, nullable=False),
    # Sealed about "relay NAME" (newsletter.strongbox); empty without a login.
    Column("password_sealed", Text, nullable=False),
    Column("connections", Integer, nullable=False),
    Column("weight", Integer, nullable=False),
    Column("is_enabled", Flag, nullable=False),
    Column("limits", Document, nullable=False),
    # Of one connection.
    Column("messages", Integer, nullable=False),
    Column("idle_seconds", Integer, nullable=False),
    # Seconds by phase, where they differ from the usual.
    Column("timeouts", Document, nullable=False),
    Column("ca_file", Text, nullable=False),
    Column("uses_pipelining", Flag, nullable=False),
    Column("uses_chunking", Flag, nullable=False),
    Column("uses_dsn", Flag, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("tls IN ('implicit', 'starttls', 'none')", name="tls"),
    **SQLITE,
)

# One row for each thing with a rate: "relay NAME", "domain NAME". Written twice a second at most by each mailer.
allowance = Table(
    "allowance",
    metadata,
    Column("key", Text, primary_key=True),
    # The earliest moment of the next message.
    Column("next_at", Instant),
    # The local day, and how many were given on it.
    Column("day", Text),
    Column("used", Integer, nullable=False),
    **SQLITE_STRICT,
)

# A row is never deleted: deliveries that were planned under it are still claimed by its name.
domain_rate = Table(
    "domain_rate",
    metadata,
    Column("domain", Text, primary_key=True),
    # Such as 600/h; null when there is none any more.
    Column("rate", Text),
    Column("changed_at", Instant, nullable=False),
    **SQLITE_STRICT,
)
