"""Articles of which an editor said that nobody is to be named."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.add_column("article", sa.Column("is_unsigned", subscribers.tables.kinds.Flag(), server_default="0", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.execute("ALTER TABLE article DROP COLUMN is_unsigned")
