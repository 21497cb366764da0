"""What was said and by whom: consent, append-only, and suppressions, which outlive the person's row."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint, text

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Attested, Document, Flag, Instant, Number, metadata

# Each text once: an import of a million people has one basis.
wording = Table(
    "wording",
    metadata,
    Column("id", Number, primary_key=True),
    # SHA-256 of the text: the version of a wording.
    Column("digest", Text, nullable=False, unique=True),
    Column("text", Text, nullable=False),
    **SQLITE,
)

_HAS_HASH = text("email_hash IS NOT NULL")
_HAS_ORIGIN = text("origin_salt IS NOT NULL")
_IS_FOUND_ERASURE = text("act = 'erased' AND email_hash IS NOT NULL")

# No foreign keys: evidence outlives the person and the list.
consent = Table(
    "consent",
    metadata,
    Column("id", Number, primary_key=True),
    # The subscriber's id, never given to anybody else; it leads to nobody when they are erased.
    Column("chain", Number, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("list_id", Number),
    Column("act", Text, nullable=False),
    Column("at", Attested, nullable=False),
    # By which door: form, link, one-click, mail, import, command.
    Column("door", Text, nullable=False),
    Column("form", Text, nullable=False, default=""),
    Column("language", Text, nullable=False, default=""),
    # The exact words on the page, or the stated basis of an import.
    Column("wording_id", Number),
    Column("message_id", Text, nullable=False, default=""),
    # Emptied, with its salt, by an erasure or when it is kept no longer; the digest stays in the chain.
    Column("network", Text, nullable=False, default=""),
    Column("agent", Text, nullable=False, default=""),
    Column("origin_salt", Text),
    Column("origin_digest", Text, nullable=False, default=""),
    # Of the address of the act that begins the chain, and of each that gives the person another address.
    Column("person_salt", Text),
    Column("person_digest", Text, nullable=False, default=""),
    # Only where no subscriber's row has it: of an erased person, and of an address somebody had before.
    Column("email_hash", Text),
    # Holds the act in the chain (subscribers.chain).
    Column("digest", Text, nullable=False),
    UniqueConstraint("chain", "seq"),
    Index("ix_consent_email_hash", "email_hash", sqlite_where=_HAS_HASH, postgresql_where=_HAS_HASH),
    Index("ix_consent_origin", "at", sqlite_where=_HAS_ORIGIN, postgresql_where=_HAS_ORIGIN),
    # Erasures that are still found by the hash of the address, in the order that ends.
    Index("ix_consent_erased", "at", sqlite_where=_IS_FOUND_ERASURE, postgresql_where=_IS_FOUND_ERASURE),
    **SQLITE,
)

# One row a day at most, over all that was said since the one before (subscribers.sealer).
consent_seal = Table(
    "consent_seal",
    metadata,
    # Counted by ourselves, so that a gap can be seen.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("day", Text, nullable=False, unique=True),
    Column("at", Attested, nullable=False),
    Column("key_id", Text, nullable=False),
    # Covers the acts of ids above the one and up to the other.
    Column("after_id", Number, nullable=False),
    Column("last_id", Number, nullable=False),
    Column("acts", Number, nullable=False),
    Column("chains", Number, nullable=False),
    Column("digest", Text, nullable=False),
    Column("code", Text, nullable=False),
    **SQLITE_STRICT,
)

# How many acts there were, by list, day (in UTC), act and door: counted behind `consent` by the worker (subscribers.daybook).
list_day = Table(
    "list_day",
    metadata,
    Column("list_id", Number, nullable=False),
    Column("day", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("door", Text, nullable=False),
    Column("acts", Number, nullable=False),
    PrimaryKeyConstraint("list_id", "day", "act", "door"),
    **SQLITE_STRICT,
)

# Its only row says up to which act it is counted.
daybook = Table(
    "daybook",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last_id", Number, nullable=False),
    CheckConstraint("id = 1", name="only"),
    **SQLITE_STRICT,
)

# How far it is that all evidence is looked over (subscribers.stages): its only row says where that goes on.
evidence_round = Table(
    "evidence_round",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("steps", Number, nullable=False),
    Column("place", Document, nullable=False),
    Column("faults", Number, nullable=False),
    Column("findings", Document, nullable=False),
    CheckConstraint("id = 1", name="only"),
    **SQLITE_STRICT,
)

suppression = Table(
    "suppression",
    metadata,
    Column("id", Number, primary_key=True),
    Column("email_hash", Text, nullable=False),
    # EVERY_LIST (0), or the id of one list. No foreign key: it outlives both.
    Column("list_id", Number, nullable=False),
    # What the person said stands beside what others say of the address: lifting the one must not lift the other.
    Column("is_own", Flag, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    # How often others said something of it, the weaker and the same as well: only the last word is taken back with its file.
    Column("times", Integer, nullable=False, server_default="1"),
    # When mail was first called spam: it stands behind the staff's stronger word, which is lifted without it.
    Column("complained_at", Instant),
    UniqueConstraint("email_hash", "list_id", "is_own"),
    CheckConstraint("(is_own = 1) = (reason IN ('unsubscribed', 'erased'))", name="whose"),
    **SQLITE,
)

# Few of very many, counted by month.
Index(
    "ix_suppression_complained",
    suppression.c.at,
    sqlite_where=text("reason = 'complained'"),
    postgresql_where=text("reason = 'complained'"),
)
