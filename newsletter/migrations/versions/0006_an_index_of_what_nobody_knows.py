"""An index of what nobody knows."""

import sqlalchemy as sa
from alembic import op


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_uncertain",
            ["letter_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('uncertain')"),
            postgresql_where=sa.text("state IN ('uncertain')"),
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_delivery_uncertain",
            sqlite_where=sa.text("state IN ('uncertain')"),
            postgresql_where=sa.text("state IN ('uncertain')"),
        )
