"""Keys of the API, and requests that may come twice."""

from sqlalchemy import Column, ForeignKey, Table, Text

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Document, Instant, Number, metadata

api_key = Table(
    "api_key",
    metadata,
    Column("id", Number, primary_key=True),
    # In whose name it acts; it never does more than they may.
    Column("account_id", Number, ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    # SHA-256 of the key, which nobody keeps but whoever uses it.
    Column("secret_hash", Text, nullable=False, unique=True),
    # A list of permissions.
    Column("scopes", Document, nullable=False),
    # A list of ids; null: all that the account may.
    Column("newsletters", Document),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
    **SQLITE,
)

# What a caller named with a key of its own, so that it is done once however often it is sent.
api_request = Table(
    "api_request",
    metadata,
    Column("key_id", Number, ForeignKey("api_key.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    # SHA-256 of what was asked.
    Column("digest", Text, nullable=False),
    Column("begun_at", Instant, nullable=False, index=True),
    # Written in the transaction that did it.
    Column("done_at", Instant),
    # The answer; null while there is none.
    Column("status", Number),
    Column("headers", Document),
    Column("body", Text),
    **SQLITE_STRICT,
)
