"""Orders of the desk to mail more of an issue that was mailed, which can be taken back for a minute."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "further_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("also_new", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("people", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.Column("until", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('rest', 'uncertain')", name=op.f("ck_further_order_kind")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_further_order_issue_id_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_further_order")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_further_order_issue_id"), "further_order", ["issue_id"])
    op.create_table(
        "further_delivery",
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("times", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_further_delivery_delivery_id_delivery"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["further_order.id"], name=op.f("fk_further_delivery_order_id_further_order"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_further_delivery")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_further_delivery_order_id"), "further_delivery", ["order_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("further_delivery")
    op.drop_table("further_order")
