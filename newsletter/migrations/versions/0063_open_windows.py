"""Who is at an issue is known to all processes."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "open_window",
        sa.Column("account_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("window", sa.Text(), nullable=False),
        sa.Column("issue_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("seen_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_open_window_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_open_window_issue_id_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "window", name=op.f("pk_open_window")),
        sqlite_strict=True,
    )
    op.create_index("ix_open_window_issue", "open_window", ["issue_id"])
    op.create_index("ix_open_window_seen", "open_window", ["seen_at"])


def downgrade() -> None:
    """Go back; every process knows its own windows again."""
    op.drop_table("open_window")
