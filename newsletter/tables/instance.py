"""Who this database is: one row, made by the first `newsletter init`."""

from sqlalchemy import Column, Table, Text

from subscribers.tables.kinds import SQLITE_STRICT, Flag, Instant, metadata

instance = Table(
    "instance",
    metadata,
    Column("id", Text, primary_key=True),
    # Proves at start that the secret key is the one the hashes and links were made with; reveals nothing of it.
    Column("key_check", Text, nullable=False),
    # A clone or restored copy is not adopted and so never mails.
    Column("is_adopted", Flag, nullable=False),
    Column("created_at", Instant, nullable=False),
    **SQLITE_STRICT,
)
