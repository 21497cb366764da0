"""Orders of the desk that can be taken back, and what relays answer to whoever did not get a letter."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "send_order",
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.Column("until", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.Column("send_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.Column("is_at_once", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("was_state", sa.Text(), nullable=False),
        sa.Column("was_send_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True),
        sa.Column("slot_state", sa.Text(), nullable=False),
        sa.Column("slot_note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_send_order_issue_id_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_send_order")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_delivery_troubled",
        "delivery",
        ["letter_id", "id"],
        sqlite_where=sa.text("state IN ('deferred', 'refused')"),
        postgresql_where=sa.text("state IN ('deferred', 'refused')"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_delivery_troubled", table_name="delivery")
    op.drop_table("send_order")
