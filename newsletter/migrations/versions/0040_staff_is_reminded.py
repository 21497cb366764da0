"""Where the staff is told what waits for it, and what it was told."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this shape."""
    # In place: a table that is made anew on SQLite takes the rows that hang on it with it.
    op.add_column("account", sa.Column("address", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "staff_reminder",
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("told_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_staff_reminder_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_staff_reminder_issue_id_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue_id", "duty", "account_id", name=op.f("pk_staff_reminder")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("staff_reminder")
    op.execute("ALTER TABLE account DROP COLUMN address")
