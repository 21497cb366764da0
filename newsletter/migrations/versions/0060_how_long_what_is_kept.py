"""How long what is kept of people, as the staff chooses it."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "kept_for",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("days", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("former", subscribers.tables.kinds.Number, nullable=True),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_kept_for")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Go back: what the settings say holds, or what is usual."""
    op.drop_table("kept_for")
