"""A version that is what another one was says which: how far back an undo has gone is known from the versions alone."""

import sqlalchemy as sa
from alembic import op


revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.add_column("issue_version", sa.Column("restored", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("issue_version", "restored")
