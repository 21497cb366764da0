"""Imports at the desk."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "import_work",
        sa.Column("id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("list_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stored", sa.Text(), nullable=False),
        sa.Column("columns", subscribers.tables.kinds.Document(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("is_raw", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("is_confirmed", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("updates", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("report", subscribers.tables.kinds.Document()),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("import_id", subscribers.tables.kinds.Number),
        sa.Column("made_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("ends_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.CheckConstraint(
            "state IN ('mapping', 'trying', 'tried', 'running', 'done', 'undoing', 'undone', 'failed')",
            name=op.f("ck_import_work_state"),
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["mailing_list.id"], name=op.f("fk_import_work_list_id_mailing_list"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_work")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_import_work_ends_at"), "import_work", ["ends_at"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("import_work")
