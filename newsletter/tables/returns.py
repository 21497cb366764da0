"""What came back: each message or event as it came, what counted of it, and the rules a newsletter has for it."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Flag, Instant, Number, metadata

# What comes back as evidence: kept for a time, and then deleted whole.
return_message = Table(
    "return_message",
    metadata,
    Column("id", Number, primary_key=True),
    # SHA-256 of the bytes, or of a provider's name and its id of the event, in hex: the same never counts a second time.
    Column("digest", Text, nullable=False, unique=True),
    # CameBy
    Column("came_by", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    # When it happened: as a provider says whose signature was verified, else when it was received.
    Column("happened_at", Instant, nullable=False),
    # Of the envelope, where it is known; From and Subject as they are shown, which prove nothing.
    Column("recipient", Text, nullable=False, default=""),
    Column("sender", Text, nullable=False, default=""),
    Column("subject", Text, nullable=False, default=""),
    # The reading (Kind, Cause or empty, RFC 3463 status); how sure it is in percent.
    Column("kind", Text, nullable=False),
    Column("cause", Text, nullable=False, default=""),
    Column("status", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("confidence", Integer, nullable=False, default=0),
    # In which place the token stood that was believed (Where), and the delivery it stands for, which need not be there yet.
    Column("found_by", Text, nullable=False, default=""),
    Column("delivery_number", Number, nullable=False, default=0),
    Column("delivery_id", Number, ForeignKey("delivery.id", ondelete="SET NULL"), index=True),
    Column("subscriber_id", Number, ForeignKey("subscriber.id", ondelete="SET NULL"), index=True),
    # Fate
    Column("fate", Text, nullable=False),
    # By which an answer of a person went on to the newsletter; emptied when this row goes.
    Column("forward_letter_id", Number),
    # Of what waits for its delivery: when it is looked at again.
    Column("look_at", Instant),
    Column("size", Integer, nullable=False),
    # Deflated (RFC 1951); last, because it is the longest.
    Column("raw", LargeBinary, nullable=False),
    Index("ix_return_message_received", "received_at"),
    Index(
        "ix_return_message_waiting",
        "look_at",
        sqlite_where=text("fate IN ('waiting')"),
        postgresql_where=text("fate IN ('waiting')"),
    ),
    Index("ix_return_message_fate", "fate", "id"),
    **SQLITE,
)

# What counted, once for each delivery and kind. Figures and points are computed from these alone.
return_fact = Table(
    "return_fact",
    metadata,
    Column("id", Number, primary_key=True),
    Column("message_id", Number, ForeignKey("return_message.id", ondelete="SET NULL"), index=True),
    Column("delivery_id", Number, ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False),
    # Kind
    Column("kind", Text, nullable=False),
    Column("letter_id", Number, ForeignKey("letter.id", ondelete="CASCADE"), nullable=False),
    Column("newsletter_id", Number),
    Column("subscriber_id", Number, ForeignKey("subscriber.id", ondelete="SET NULL")),
    Column("list_id", Number),
    # Behind the @ of the address the delivery went to; empty when that is known no more.
    Column("domain", Text, nullable=False),
    # Cause, or empty.
    Column("cause", Text, nullable=False),
    Column("status", Text, nullable=False),
    # As the server said it, and what of it others of its kind have in common.
    Column("reason", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("at", Instant, nullable=False),
    # Followed
    Column("followed", Text, nullable=False),
    UniqueConstraint("delivery_id", "kind"),
    # The figures of an issue.
    Index("ix_return_fact_letter", "letter_id", "kind", "cause"),
    # What is known of a person, and their points.
    Index("ix_return_fact_person", "subscriber_id", "at"),
    # Whom a probe is owed; there is hardly any of it.
    Index(
        "ix_return_fact_owed",
        "id",
        sqlite_where=text("followed IN ('probe-owed')"),
        postgresql_where=text("followed IN ('probe-owed')"),
    ),
    **SQLITE,
)

# What a newsletter wants done otherwise than usual (returns.policy.Rules).
return_policy = Table(
    "return_policy",
    metadata,
    Column("newsletter_id", Number, ForeignKey("newsletter.id", ondelete="CASCADE"), primary_key=True),
    Column("full_points", Integer, nullable=False),
    Column("soft_points", Integer, nullable=False),
    Column("forget_days", Integer, nullable=False),
    Column("is_probing", Flag, nullable=False),
    **SQLITE_STRICT,
)
