"""Imports as they are remembered: what was asked, how far they came, and what they changed."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from subscribers.tables.kinds import SQLITE, Document, Flag, Instant, Number, metadata

import_run = Table(
    "import_run",
    metadata,
    Column("id", Number, primary_key=True),
    Column("list_id", Number, ForeignKey("mailing_list.id", ondelete="CASCADE"), nullable=False),
    # What the file was called, and the digest by which it is known again.
    Column("source", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    # The program that wrote it, or the kind of file.
    Column("kind", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("is_confirmed", Flag, nullable=False),
    Column("updates", Flag, nullable=False),
    # How the file was to be read: columns, encoding, rawness.
    Column("reading", Document, nullable=False),
    Column("state", Text, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("undone_at", Instant),
    # How many rows are done, and what became of them; written in the transaction that did them.
    Column("rows", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("confirmed", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("there", Integer, nullable=False),
    Column("said_no", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("cleaned", Integer, nullable=False),
    # How many of those who must confirm are asked an hour (null: none), when the next may be, how many were, and up to which
    # subscription.
    Column("ask_per_hour", Integer),
    Column("ask_next_at", Instant),
    Column("asked", Integer, nullable=False, default=0, server_default="0"),
    Column("asked_through", Number, nullable=False, default=0, server_default="0"),
    CheckConstraint("state IN ('running', 'finished', 'undone')", name="state"),
    **SQLITE,
)

# What an import changed about somebody who was known before, each as it was and as it became; goes with the person.
import_change = Table(
    "import_change",
    metadata,
    Column("id", Number, primary_key=True),
    Column("import_id", Number, ForeignKey("import_run.id", ondelete="CASCADE"), nullable=False),
    Column("subscriber_id", Number, ForeignKey("subscriber.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("former", Document, nullable=False),
    Index("ix_import_change_import", "import_id", "id"),
    **SQLITE,
)
