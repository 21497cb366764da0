"""What an instance asks of its people, and what they answered."""

from sqlalchemy import (
    REAL,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Document, Flag, Instant, Number, Words, metadata

Amount: Double[float] = Double().with_variant(REAL(), "sqlite")

attribute = Table(
    "attribute",
    metadata,
    Column("id", Number, primary_key=True),
    # Stands in files, rules and letters; never edited.
    Column("key", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("choices", Document, nullable=False),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("kind IN ('text', 'number', 'date', 'choice', 'yes-no')", name="kind"),
    **SQLITE,
)

# One row for each answer, of the shape that `attributes.Kept` describes.
attribute_value = Table(
    "attribute_value",
    metadata,
    Column("subscriber_id", Number, ForeignKey("subscriber.id", ondelete="CASCADE"), nullable=False),
    Column("attribute_id", Number, ForeignKey("attribute.id", ondelete="CASCADE"), nullable=False),
    Column("text", Text),
    Column("folded", Words),
    Column("number", Amount),
    PrimaryKeyConstraint("subscriber_id", "attribute_id"),
    CheckConstraint("(folded IS NULL) <> (number IS NULL) AND (folded IS NULL) = (text IS NULL)", name="kept"),
    **SQLITE_STRICT,
)

# What the form of a list asks.
list_question = Table(
    "list_question",
    metadata,
    Column("list_id", Number, ForeignKey("mailing_list.id", ondelete="CASCADE"), nullable=False),
    Column("attribute_id", Number, ForeignKey("attribute.id", ondelete="CASCADE"), nullable=False),
    # In the order they stand on the form.
    Column("position", Integer, nullable=False),
    Column("is_required", Flag, nullable=False),
    PrimaryKeyConstraint("list_id", "attribute_id"),
    **SQLITE_STRICT,
)

# A rule about an attribute walks only those for whom it is true. Any comparison implies the condition, and both planners know.
Index(
    "ix_attribute_value_words",
    attribute_value.c.attribute_id,
    attribute_value.c.folded,
    attribute_value.c.subscriber_id,
    sqlite_where=text("folded IS NOT NULL"),
    postgresql_where=text("folded IS NOT NULL"),
)
Index(
    "ix_attribute_value_number",
    attribute_value.c.attribute_id,
    attribute_value.c.number,
    attribute_value.c.subscriber_id,
    sqlite_where=text("number IS NOT NULL"),
    postgresql_where=text("number IS NOT NULL"),
)
