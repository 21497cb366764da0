"""When somebody of the staff reminded a guest of their text."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.add_column("contribution", sa.Column("reminded_by_hand_at", subscribers.tables.kinds.Instant(), nullable=True))


def downgrade() -> None:
    """Go back; nobody knows any more who was reminded by hand."""
    op.drop_column("contribution", "reminded_by_hand_at")
