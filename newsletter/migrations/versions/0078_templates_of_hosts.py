"""What each host has of templates of its own, so that hosts with different ones are noticed."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "host_templates",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("said_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_templates")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("host_templates")
