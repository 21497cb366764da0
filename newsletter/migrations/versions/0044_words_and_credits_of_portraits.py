"""What is said of a portrait where it stands: words for who does not see it, and whose it is."""

import sqlalchemy as sa
from alembic import op


revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

TABLES = ("article", "contribution")
TEXTS = ("portrait_alt", "portrait_credit")


def upgrade() -> None:
    """Go to this shape."""
    for table in TABLES:
        for name in TEXTS:
            op.add_column(table, sa.Column(name, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Go back."""
    for table in reversed(TABLES):
        for name in reversed(TEXTS):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
