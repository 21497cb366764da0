"""Copies that are noticed."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("pulse", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("replayed_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.drop_column("replayed_at")
        batch_op.drop_column("pulse")
        batch_op.drop_column("place")
