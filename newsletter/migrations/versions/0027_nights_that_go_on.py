"""Nights that are not through yet have a record too."""

import subscribers.tables.kinds
from alembic import op


revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INSTANT = subscribers.tables.kinds.Instant(timezone=True)


def upgrade() -> None:
    """Go to this shape."""
    with op.batch_alter_table("forgetting", schema=None, table_kwargs={"sqlite_strict": True}) as batch_op:
        batch_op.alter_column("finished_at", existing_type=INSTANT, nullable=True)


def downgrade() -> None:
    """Go back."""
    # What was not finished is no night of the former shape.
    op.execute("DELETE FROM forgetting WHERE finished_at IS NULL")
    with op.batch_alter_table("forgetting", schema=None, table_kwargs={"sqlite_strict": True}) as batch_op:
        batch_op.alter_column("finished_at", existing_type=INSTANT, nullable=False)
