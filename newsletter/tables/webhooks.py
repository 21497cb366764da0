"""Programs outside that are told what happens, what there is to tell them, and how each of them took it."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from subscribers.tables.kinds import SQLITE, Document, Flag, Instant, Number, metadata

hook = Table(
    "hook",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    # Null: it is told of all newsletters.
    Column("newsletter_id", Number, ForeignKey("newsletter.id", ondelete="CASCADE"), index=True),
    # Kinds of events; empty: all there are and will be.
    Column("kinds", Document, nullable=False),
    # Whether it is told the addresses of people, or their numbers alone.
    Column("shows_addresses", Flag, nullable=False),
    # What signs is sealed about "webhook NAME" (newsletter.strongbox); the one before signs as well until its moment.
    Column("secret_sealed", Text, nullable=False),
    Column("former_sealed", Text, nullable=False, default=""),
    Column("former_until", Instant),
    Column("is_enabled", Flag, nullable=False),
    # Why nobody but the worker switched it off; empty where somebody did.
    Column("off_because", Text, nullable=False, default=""),
    # Tries that failed in a row, since when, and until when it is left alone.
    Column("failures", Integer, nullable=False, default=0),
    Column("failing_since", Instant),
    Column("rests_until", Instant),
    # When it last took something.
    Column("took_at", Instant),
    Column("created_by", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    **SQLITE,
)

# What happened, for as long as somebody may be told it again. Holds no address: a person is a number here.
tiding = Table(
    "tiding",
    metadata,
    Column("id", Number, primary_key=True),
    # By which a receiver tells what it had before.
    Column("uid", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    # Whoever is erased stays a number that means nobody.
    Column("subscriber_id", Number),
    Column("document", Document, nullable=False),
    **SQLITE,
)

# One event for one program.
telling = Table(
    "telling",
    metadata,
    Column("id", Number, primary_key=True),
    Column("hook_id", Number, ForeignKey("hook.id", ondelete="CASCADE"), nullable=False),
    Column("tiding_id", Number, ForeignKey("tiding.id", ondelete="CASCADE"), nullable=False, index=True),
    # TellingState
    Column("state", Text, nullable=False),
    # Since it was first to be told, or to be told again.
    Column("tries", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    # The worker that is telling it, which has until then to say how it went.
    Column("lease", Text),
    Column("leased_until", Instant),
    # How the last try went: the status, if it was answered, and what was wrong.
    Column("tried_at", Instant),
    Column("status", Integer),
    Column("trouble", Text, nullable=False, default=""),
    Column("took_ms", Integer),
    UniqueConstraint("hook_id", "tiding_id"),
    CheckConstraint("state IN ('waiting', 'taken', 'given-up')", name="state"),
    Index("ix_telling_hook", "hook_id", "id"),
    Index(
        "ix_telling_waiting",
        "hook_id",
        "due_at",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    **SQLITE,
)

# Every try there was.
telling_try = Table(
    "telling_try",
    metadata,
    Column("id", Number, primary_key=True),
    Column("telling_id", Number, ForeignKey("telling.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("status", Integer),
    Column("trouble", Text, nullable=False),
    Column("took_ms", Integer, nullable=False),
    **SQLITE,
)
