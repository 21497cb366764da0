"""Departures, bursts of them, and the way back."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "departure_burst",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("found_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.Column("undone_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_departure_burst_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure_burst")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "departure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subscription_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("left_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("burst_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["burst_id"],
            ["departure_burst.id"],
            name=op.f("fk_departure_burst_id_departure_burst"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_departure_letter_id_letter"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_departure_subscription_id_subscription"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_departure_burst_id"), "departure", ["burst_id"])
    op.create_index("ix_departure_recent", "departure", ["left_at"])
    op.create_index(op.f("ix_departure_subscription_id"), "departure", ["subscription_id"])
    # In place, and a default: nobody who waits for an answer is to be lost.
    op.add_column(
        "confirmation",
        sa.Column("is_return", subscribers.tables.kinds.Flag(), server_default=sa.text("0"), nullable=False),
    )


def downgrade() -> None:
    """Go back."""
    op.execute("ALTER TABLE confirmation DROP COLUMN is_return")
    op.drop_table("departure")
    op.drop_table("departure_burst")
