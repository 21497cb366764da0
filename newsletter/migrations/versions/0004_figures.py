"""Figures of a letter kept in step with its rows, in place of an index to count them by."""

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "figure",
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shard", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["mailing.letter_id"], name=op.f("fk_figure_letter_id_mailing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("letter_id", "shard", "state", name=op.f("pk_figure")),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO figure (letter_id, shard, state, people) SELECT letter_id, '', state, count(*) FROM delivery "
        "WHERE state IN ('accepted', 'refused', 'deferred', 'uncertain', 'skipped', 'cancelled') GROUP BY letter_id, state"
    )
    op.drop_index("ix_delivery_state", table_name="delivery")


def downgrade() -> None:
    """Go back."""
    op.create_index("ix_delivery_state", "delivery", ["letter_id", "state"])
    op.drop_table("figure")
