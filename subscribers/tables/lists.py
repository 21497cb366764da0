"""What people consent to, and who consented to what."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Flag, Instant, Number, metadata

mailing_list = Table(
    "mailing_list",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    # Stands in addresses of pages and in List-Id; never edited (RFC 2919: stable over the list's life).
    Column("slug", Text, nullable=False, unique=True),
    Column("description", Text, nullable=False, default=""),
    Column("is_public", Flag, nullable=False, default=True),
    Column("created_at", Instant, nullable=False),
    # Of its pages and notices; empty: the newsletter's.
    Column("language", Text, nullable=False, default="", server_default=""),
    # Who its letters are from; empty: the newsletter's.
    Column("sender_name", Text, nullable=False, default="", server_default=""),
    Column("sender_address", Text, nullable=False, default="", server_default=""),
    # Since when nobody joins it and nothing is sent to it.
    Column("archived_at", Instant),
    **SQLITE,
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subscriber_id", Number, ForeignKey("subscriber.id", ondelete="CASCADE"), nullable=False),
    Column("list_id", Number, ForeignKey("mailing_list.id", ondelete="CASCADE"), nullable=False),
    Column("state", Text, nullable=False),
    Column("requested_at", Instant),
    Column("confirmed_at", Instant),
    Column("withdrawn_at", Instant),
    # Which import made this subscription; null for all others.
    Column("import_id", Number),
    # How much of it the person takes: how often, from when on, and which topics (all, or those in subscription_topic).
    Column("cadence", Text, nullable=False, default="every-issue", server_default="every-issue"),
    Column("paused_until", Instant),
    Column("takes_all_topics", Flag, nullable=False, default=True, server_default="1"),
    # Since when it may be kept which links of its letters this person follows; null: it may not.
    Column("clicks_allowed_at", Instant),
    UniqueConstraint("subscriber_id", "list_id"),
    CheckConstraint("state IN ('requested', 'confirmed', 'withdrawn')", name="state"),
    # Freezing an audience walks one list's confirmed people in order.
    Index("ix_subscription_audience", "list_id", "state", "subscriber_id"),
    **SQLITE,
)

# Whom an import brought, in order: undone and asked to confirm without walking everybody else.
Index(
    "ix_subscription_import",
    subscription.c.import_id,
    subscription.c.id,
    sqlite_where=text("import_id IS NOT NULL"),
    postgresql_where=text("import_id IS NOT NULL"),
)

topic = Table(
    "topic",
    metadata,
    Column("id", Number, primary_key=True),
    Column("list_id", Number, ForeignKey("mailing_list.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, default=""),
    # Counts from 1, in the order people are shown them.
    Column("position", Integer, nullable=False),
    # Since when it is offered to nobody. The row stays: an issue that is for it must not come to be for everybody.
    Column("removed_at", Instant),
    **SQLITE,
)
Index(
    "uq_topic_name",
    topic.c.list_id,
    topic.c.name,
    unique=True,
    sqlite_where=text("removed_at IS NULL"),
    postgresql_where=text("removed_at IS NULL"),
)

# What somebody chose who does not take all topics.
subscription_topic = Table(
    "subscription_topic",
    metadata,
    Column("subscription_id", Number, ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False),
    Column("topic_id", Number, ForeignKey("topic.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("subscription_id", "topic_id"),
    **SQLITE_STRICT,
)

# One row for each confirmation mail asked for: its id stands in the link, its times bound how often an address is written to.
confirmation = Table(
    "confirmation",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subscription_id", Number, ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("email_hash", Text, nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    # It brings back whoever did not mean to leave; the mail that says goodbye carries it.
    Column("is_return", Flag, nullable=False, default=False, server_default=text("0")),
    # When the one reminder was planned.
    Column("reminded_at", Instant),
    Index("ix_confirmation_rate", "email_hash", "requested_at"),
    # What is still unanswered, in the order it runs out; all others are of no interest to the clock.
    Index(
        "ix_confirmation_unanswered",
        "expires_at",
        sqlite_where=text("used_at IS NULL"),
        postgresql_where=text("used_at IS NULL"),
    ),
    **SQLITE,
)
