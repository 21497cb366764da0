"""When a worker counted last, so that a copy of a whole database server is noticed by a host that never ran it."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.add_column("instance", sa.Column("beat_at", subscribers.tables.kinds.Instant(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("instance", "beat_at")
