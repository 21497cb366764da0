"""Figures over time: the acts of each day are counted, and refusals, departures and complaints found by their index."""

import sqlalchemy as sa
from alembic import op
from subscribers.tables.kinds import Number


revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

IS_REFUSED = sa.text("state IN ('refused')")
IS_COMPLAINT = sa.text("reason = 'complained'")


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "daybook",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", Number, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_daybook_only")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daybook")),
        sqlite_strict=True,
    )
    op.create_table(
        "list_day",
        sa.Column("list_id", Number, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("acts", Number, nullable=False),
        sa.PrimaryKeyConstraint("list_id", "day", "act", "door", name=op.f("pk_list_day")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_delivery_refused",
        "delivery",
        ["letter_id", "code", "enhanced"],
        sqlite_where=IS_REFUSED,
        postgresql_where=IS_REFUSED,
    )
    op.create_index("ix_departure_why", "departure", ["list_id", "left_at", "reason"])
    op.create_index(
        "ix_suppression_complained", "suppression", ["at"], sqlite_where=IS_COMPLAINT, postgresql_where=IS_COMPLAINT
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_suppression_complained", "suppression")
    op.drop_index("ix_departure_why", "departure")
    op.drop_index("ix_delivery_refused", "delivery")
    op.drop_table("list_day")
    op.drop_table("daybook")
