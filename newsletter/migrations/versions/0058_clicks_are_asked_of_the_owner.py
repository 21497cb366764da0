"""A form asks nothing about clicks: the owner of an address is asked where they say yes."""

import sqlalchemy as sa
from alembic import op


revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.execute("ALTER TABLE confirmation DROP COLUMN wants_clicks")


def downgrade() -> None:
    """Go back."""
    op.add_column("confirmation", sa.Column("wants_clicks", sa.Integer(), server_default="0", nullable=False))
