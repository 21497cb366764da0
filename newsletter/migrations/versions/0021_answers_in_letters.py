"""What people answered, as it goes into a letter."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "delivery_answer",
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("number", sa.Double().with_variant(sa.REAL(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_answer_delivery_id_delivery"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", "key", name=op.f("pk_delivery_answer")),
        sqlite_strict=True,
    )
    # In place: a table that is made anew on SQLite takes the rows that hang on it with it.
    op.add_column("mailing", sa.Column("has_answers", subscribers.tables.kinds.Flag(), server_default="0", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.execute("ALTER TABLE mailing DROP COLUMN has_answers")
    op.drop_table("delivery_answer")
