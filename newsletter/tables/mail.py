"""The ledger: what is to be mailed, to whom, and what became of it."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

from subscribers.tables.attributes import Amount
from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Flag, Instant, Number, metadata

# One row per letter that is being mailed. Its state is asked in the statement that marks a delivery, so pause bites at once.
mailing = Table(
    "mailing",
    metadata,
    Column("letter_id", Number, ForeignKey("letter.id", ondelete="CASCADE"), primary_key=True),
    # Of the letter (LetterKind): decides what the gate asks.
    Column("kind", Text, nullable=False),
    # 0 is first: notices, then proofs, then issues.
    Column("lane", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("audience", Integer, nullable=False),
    # Stands in the Date header of every message of this letter, whatever the attempt.
    Column("planned_at", Instant, nullable=False),
    Column("finished_at", Instant),
    # Behind it nobody is named in its deliveries any more: they are kept no longer.
    Column("names_forgotten_at", Instant),
    # Whether what its people answered goes into it (delivery_answer).
    Column("has_answers", Flag, nullable=False, default=False, server_default="0"),
    CheckConstraint("state IN ('open', 'paused', 'cancelled', 'finished')", name="state"),
    **SQLITE_STRICT,
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Number, primary_key=True),
    Column("letter_id", Number, ForeignKey("mailing.letter_id", ondelete="CASCADE"), nullable=False),
    # Null for proofs, which go to staff, and after an erasure.
    Column("subscriber_id", Number, ForeignKey("subscriber.id", ondelete="SET NULL")),
    Column("subscription_id", Number, ForeignKey("subscription.id", ondelete="SET NULL"), index=True),
    Column("list_id", Number),
    # As it was when the audience was frozen; emptied by an erasure.
    Column("email", Text, nullable=False),
    Column("email_hash", Text, nullable=False),
    Column("name", Text, nullable=False, default=""),
    # The recipient's domain when that had a rate of its own as the issue was planned, else empty: it waits apart.
    Column("paced_domain", Text, nullable=False, default="", server_default=""),
    # What the link stands for that only this notice carries (a confirmation, a change of address …), else 0.
    Column("confirmation_id", Number, nullable=False, default=0),
    Column("state", Text, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("worker_id", Text, nullable=False, default=""),
    Column("sending_at", Instant),
    Column("settled_at", Instant),
    # The last word of the relay, verbatim, and why we concluded what we did.
    Column("code", Integer, nullable=False, default=0),
    Column("enhanced", Text, nullable=False, default=""),
    Column("reply", Text, nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    # When the letter was planned the person allowed that it is kept which of its links they follow.
    Column("allows_clicks", Flag, nullable=False, default=False, server_default="0"),
    UniqueConstraint("letter_id", "email_hash"),
    CheckConstraint(
        "state IN ('pending', 'leased', 'sending', 'accepted', 'deferred', 'refused', 'uncertain', 'skipped', 'cancelled')",
        name="state",
    ),
    # By what a person's rows are found when the key of their hashes is changed (subscribers.rekeying).
    info={"person": "subscriber_id"},
    **SQLITE,
)


def spelled_out(column: ColumnElement[str], *values: str) -> ColumnElement[bool]:
    """Give the condition that *column* is one of *values*, written into the statement and not bound to it.

    A planner uses a partial index only where it can see that its condition holds: with bound values a claim walked
    200,000 rows.
    """
    return column.in_([literal_column(f"'{value}'", Text) for value in values])


# Conditions of the partial indexes below, word for word.
IS_OPEN = spelled_out(mailing.c.state, "open")
IS_WAITING = spelled_out(delivery.c.state, "pending", "deferred")
IS_HELD = spelled_out(delivery.c.state, "leased", "sending")
IS_UNCERTAIN = spelled_out(delivery.c.state, "uncertain")
IS_TROUBLED = spelled_out(delivery.c.state, "deferred", "refused")
IS_REFUSED = spelled_out(delivery.c.state, "refused")

# What became of a letter on its way to a person: a rule about deliveries asks it of each of a million people.
Index("ix_delivery_person", delivery.c.subscriber_id, delivery.c.letter_id)
# What is being mailed, in the order it is mailed.
Index(
    "ix_mailing_open",
    mailing.c.lane,
    mailing.c.letter_id,
    sqlite_where=text("state IN ('open')"),
    postgresql_where=text("state IN ('open')"),
)
# Whose people are still named, in the order they are forgotten.
Index(
    "ix_mailing_named",
    mailing.c.planned_at,
    sqlite_where=text("names_forgotten_at IS NULL"),
    postgresql_where=text("names_forgotten_at IS NULL"),
)
# What can be claimed of one letter; whoever waits for a later moment stands behind everybody who does not, and the people of
# a domain with a rate of its own stand in a queue of their own.
Index(
    "ix_delivery_open",
    delivery.c.letter_id,
    delivery.c.paced_domain,
    delivery.c.not_before,
    delivery.c.id,
    sqlite_where=text("state IN ('pending', 'deferred')"),
    postgresql_where=text("state IN ('pending', 'deferred')"),
)
# What a worker holds; walked when a worker is found dead.
Index(
    "ix_delivery_held",
    delivery.c.worker_id,
    sqlite_where=text("state IN ('leased', 'sending')"),
    postgresql_where=text("state IN ('leased', 'sending')"),
)
# What nobody knows, and what is looked through at every tick; there is hardly any of it.
Index(
    "ix_delivery_uncertain",
    delivery.c.letter_id,
    sqlite_where=text("state IN ('uncertain')"),
    postgresql_where=text("state IN ('uncertain')"),
)
# Whom a relay said no to, or not yet: its words are looked at while a mailing runs, and walking a million rows takes seconds.
Index(
    "ix_delivery_troubled",
    delivery.c.letter_id,
    delivery.c.id,
    sqlite_where=text("state IN ('deferred', 'refused')"),
    postgresql_where=text("state IN ('deferred', 'refused')"),
)
# Whom relays refused for good, by what they said: counted from the index alone.
Index(
    "ix_delivery_refused",
    delivery.c.letter_id,
    delivery.c.code,
    delivery.c.enhanced,
    sqlite_where=text("state IN ('refused')"),
    postgresql_where=text("state IN ('refused')"),
)
# The figures of one letter, kept in step with its rows in the same transactions: counting a million rows takes seconds.
# In shards, so that several mailers do not wait for each other; a figure is the sum over its shards.
figure = Table(
    "figure",
    metadata,
    Column("letter_id", Number, ForeignKey("mailing.letter_id", ondelete="CASCADE"), primary_key=True),
    # A worker's id, or empty for all others.
    Column("shard", Text, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("people", Integer, nullable=False),
    **SQLITE_STRICT,
)

# One row per try that did not end in acceptance; append-only.
attempt = Table(
    "attempt",
    metadata,
    Column("id", Number, primary_key=True),
    Column("delivery_id", Number, ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("code", Integer, nullable=False),
    Column("enhanced", Text, nullable=False),
    Column("reply", Text, nullable=False),
    **SQLITE,
)

# What the person answered to what the letter asks for, frozen with its audience: every try has the same bytes.
delivery_answer = Table(
    "delivery_answer",
    metadata,
    Column("delivery_id", Number, ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False),
    # The attribute's, which may be removed meanwhile, and its kind; text and number as `subscribers.attributes.Kept` has them.
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text),
    Column("number", Amount),
    PrimaryKeyConstraint("delivery_id", "key"),
    **SQLITE_STRICT,
)

# A mailer, new at every start: never a host name, so that a restarted one cannot keep a dead one's rows alive.
worker = Table(
    "worker",
    metadata,
    Column("id", Text, primary_key=True),
    Column("place", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("stopped_at", Instant),
    # Of its place; and of the product it runs. Empty: one older than these columns.
    Column("host", Text, nullable=False, server_default=""),
    Column("version", Text, nullable=False, server_default=""),
    # From then on it finishes what it holds and claims nothing more.
    Column("drained_at", Instant),
    **SQLITE_STRICT,
)

# Hosts whose workers claim nothing more, those that are started there included.
drained_host = Table(
    "drained_host",
    metadata,
    Column("host", Text, primary_key=True),
    Column("since", Instant, nullable=False),
    **SQLITE_STRICT,
)
