"""Who this database is (one row, made by the first `newsletter init`), and what it forgot in which night."""

from sqlalchemy import Column, Table, Text

from subscribers.tables.kinds import SQLITE_STRICT, Document, Flag, Instant, Number, metadata

instance = Table(
    "instance",
    metadata,
    Column("id", Text, primary_key=True),
    # Proves at start that the secret key is the one the hashes and links were made with; reveals nothing of it.
    Column("key_check", Text, nullable=False),
    # A clone or restored copy is not adopted and so never mails.
    Column("is_adopted", Flag, nullable=False),
    # By what a copy is told (newsletter.instance): where the server keeps it, and how far it has counted.
    Column("place", Text, nullable=False, default="", server_default=""),
    Column("pulse", Number, nullable=False, default=0, server_default="0"),
    # When it counted last; NULL before the first time, and from an adoption until a worker runs.
    Column("beat_at", Instant),
    # The oldest shape whose programs can work on the tables as they are (newsletter.shape); who made them says it.
    Column("least_shape", Text, nullable=False, default="", server_default=""),
    # When journals were read into a copy; emptied when it is adopted.
    Column("replayed_at", Instant),
    Column("created_at", Instant, nullable=False),
    **SQLITE_STRICT,
)

# How long the staff wants something kept that no setting says.
kept_for = Table(
    "kept_for",
    metadata,
    # As `people.retention.Keep` names it.
    Column("name", Text, primary_key=True),
    Column("days", Number, nullable=False),
    # Before it was changed last; NULL: as long as is usual. Holds until the night behind the change.
    Column("former", Number),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    **SQLITE_STRICT,
)

# Each night's forgetting of what is kept no longer.
forgetting = Table(
    "forgetting",
    metadata,
    # In UTC.
    Column("day", Text, primary_key=True),
    # None while there is more of it.
    Column("finished_at", Instant),
    # How much of what, by the names of the rules.
    Column("forgotten", Document, nullable=False),
    **SQLITE_STRICT,
)
