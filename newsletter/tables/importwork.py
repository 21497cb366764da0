"""What the desk has in hand about imports: a file of people or of addresses on its way in, and an import on its way back."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Document, Flag, Instant, Number, metadata

import_work = Table(
    "import_work",
    metadata,
    Column("id", Number, primary_key=True),
    # Null: every list, which only addresses can be kept out of.
    Column("list_id", Number, ForeignKey("mailing_list.id", ondelete="CASCADE")),
    # For which reason its addresses are kept out, where a row does not say; empty: its people are taken in.
    Column("reason", Text, nullable=False, server_default=""),
    # Who brought it, and who had it taken back; empty before.
    Column("owner", Text, nullable=False),
    Column("undone_by", Text, nullable=False, server_default=""),
    # What the file was called, and by which name it is kept; empty when it is there no more.
    Column("source", Text, nullable=False),
    Column("stored", Text, nullable=False),
    # How it is to be read, and on which basis its people are taken.
    Column("columns", Document, nullable=False),
    Column("encoding", Text, nullable=False),
    Column("is_raw", Flag, nullable=False),
    Column("basis", Text, nullable=False),
    Column("is_confirmed", Flag, nullable=False),
    Column("updates", Flag, nullable=False),
    Column("state", Text, nullable=False),
    # How many rows, or people, are done in this state.
    Column("done", Integer, nullable=False),
    # What the trial or the import said, or what was undone; null before.
    Column("report", Document),
    # Of a file of addresses that is taken back: of how many nothing is said any more, and of how many what was said before.
    Column("lifted", Integer, nullable=False, server_default="0"),
    Column("restored", Integer, nullable=False, server_default="0"),
    Column("trouble", Text, nullable=False),
    Column("import_id", Number),
    Column("made_at", Instant, nullable=False),
    # Which process is at it, and until when nobody else takes it up; empty, null: nobody.
    Column("held_by", Text, nullable=False, server_default=""),
    Column("held_until", Instant),
    # When the file is deleted, whatever became of it.
    Column("ends_at", Instant, nullable=False, index=True),
    CheckConstraint("state IN ('mapping', 'trying', 'tried', 'running', 'done', 'undoing', 'undone', 'failed')", name="state"),
    CheckConstraint("list_id IS NOT NULL OR reason <> ''", name="list"),
    **SQLITE,
)

# The file itself: hosts share the database and need share no folder. Gone with the work, or as soon as nobody needs it.
upload_piece = Table(
    "upload_piece",
    metadata,
    Column("work_id", Number, ForeignKey("import_work.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("work_id", "number"),
    **SQLITE_STRICT,
)

# What a file said of addresses that nobody had said of them before, so that it can be taken back as one; gone with the work.
kept_out_by = Table(
    "kept_out_by",
    metadata,
    Column("work_id", Number, ForeignKey("import_work.id", ondelete="CASCADE"), nullable=False),
    # Whoever lifts it makes it nothing to be taken back.
    Column("suppression_id", Number, ForeignKey("suppression.id", ondelete="CASCADE"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    # How often something had been said of it by then; 0 where nobody counted, and it is not known what was said since.
    Column("times", Integer, nullable=False, server_default="0"),
    # The weaker reason that stood there before; null where there was none.
    Column("former", Text),
    Column("former_at", Instant),
    Column("former_times", Integer),
    PrimaryKeyConstraint("work_id", "suppression_id"),
    **SQLITE_STRICT,
)
Index("ix_kept_out_by_suppression", kept_out_by.c.suppression_id)
