"""people of imports are asked."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ask_per_hour", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("ask_next_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("asked", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column("asked_through", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False)
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.drop_column("asked_through")
        batch_op.drop_column("asked")
        batch_op.drop_column("ask_next_at")
        batch_op.drop_column("ask_per_hour")
