"""Requests about data."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "data_request",
        sa.Column("id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("subscriber_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.Text(), nullable=False),
        sa.Column("asked_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("due_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("closed_at", subscribers.tables.kinds.Instant()),
        sa.Column("closed_by", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('access', 'change', 'stop', 'erasure')", name=op.f("ck_data_request_kind")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_data_request_subscriber_id_subscriber"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_data_request_subscriber_id"), "data_request", ["subscriber_id"])
    op.create_index("ix_data_request_open", "data_request", ["due_at"], sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)


def downgrade() -> None:
    """Go back."""
    op.drop_table("data_request")
