"""Attributes, and what people answered to them."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "attribute",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("choices", subscribers.tables.kinds.Document(), nullable=False),
        sa.Column("created_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('text', 'number', 'date', 'choice', 'yes-no')", name=op.f("ck_attribute_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribute")),
        sa.UniqueConstraint("key", name=op.f("uq_attribute_key")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "attribute_value",
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attribute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("folded", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=True),
        sa.Column("number", sa.Double().with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(folded IS NULL) <> (number IS NULL) AND (folded IS NULL) = (text IS NULL)",
            name=op.f("ck_attribute_value_kept"),
        ),
        sa.ForeignKeyConstraint(
            ["attribute_id"],
            ["attribute.id"],
            name=op.f("fk_attribute_value_attribute_id_attribute"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_attribute_value_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "attribute_id", name=op.f("pk_attribute_value")),
        sqlite_strict=True,
    )
    for name, column in (("words", "folded"), ("number", "number")):
        is_kept = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_attribute_value_{name}",
            "attribute_value",
            ["attribute_id", column, "subscriber_id"],
            unique=False,
            sqlite_where=is_kept,
            postgresql_where=is_kept,
        )


def downgrade() -> None:
    """Go back."""
    op.drop_table("attribute_value")
    op.drop_table("attribute")
