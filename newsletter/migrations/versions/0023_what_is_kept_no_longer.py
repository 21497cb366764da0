"""What is kept no longer."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "forgetting",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("finished_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.Column("forgotten", subscribers.tables.kinds.Document(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_forgetting")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("mailing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("names_forgotten_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("mailing", schema=None) as batch_op:
        batch_op.drop_column("names_forgotten_at")

    op.drop_table("forgetting")
