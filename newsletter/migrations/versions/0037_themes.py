"""Newsletters have a theme, and tokens of their own."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    # In place: a table that is made anew on SQLite takes the rows that hang on it with it.
    op.add_column("newsletter", sa.Column("theme", sa.Text(), server_default="federation", nullable=False))
    op.add_column("newsletter", sa.Column("tokens", subscribers.tables.kinds.Document(), server_default="{}", nullable=False))


def downgrade() -> None:
    """Go back."""
    for name in ("tokens", "theme"):
        op.execute(f"ALTER TABLE newsletter DROP COLUMN {name}")
