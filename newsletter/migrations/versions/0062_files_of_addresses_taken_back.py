"""What a file of addresses said of them, so that it can be taken back as one."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "kept_out_by",
        sa.Column("work_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("suppression_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("former", sa.Text(), nullable=True),
        sa.Column("former_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["suppression_id"], ["suppression.id"], name=op.f("fk_kept_out_by_suppression_id_suppression"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["work_id"], ["import_work.id"], name=op.f("fk_kept_out_by_work_id_import_work"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("work_id", "suppression_id", name=op.f("pk_kept_out_by")),
        sqlite_strict=True,
    )
    op.create_index("ix_kept_out_by_suppression", "kept_out_by", ["suppression_id"])


def downgrade() -> None:
    """Go back: what a file said stays, and each is lifted by itself."""
    op.drop_table("kept_out_by")
