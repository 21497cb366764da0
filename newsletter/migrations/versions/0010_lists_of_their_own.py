"""Lists with a language and a sender of their own, and with an end."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NAMES = ("language", "sender_name", "sender_address")


def upgrade() -> None:
    """Go to this shape."""
    # In place: a table that is made anew on SQLite takes the rows that hang on it with it.
    for name in NAMES:
        op.add_column("mailing_list", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("mailing_list", sa.Column("archived_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    for name in (*NAMES, "archived_at"):
        op.execute(f"ALTER TABLE mailing_list DROP COLUMN {name}")
