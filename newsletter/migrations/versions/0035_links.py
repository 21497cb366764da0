"""What links answered."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "link_check",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("leads_to", sa.Text(), nullable=False),
        sa.Column("is_moved", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("checked_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('fine', 'dead', 'trouble', 'closed')", name=op.f("ck_link_check_verdict")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_link_check")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_link_check_checked_at"), "link_check", ["checked_at"])


def downgrade() -> None:
    """Go back."""
    op.drop_index(op.f("ix_link_check_checked_at"), table_name="link_check")
    op.drop_table("link_check")
