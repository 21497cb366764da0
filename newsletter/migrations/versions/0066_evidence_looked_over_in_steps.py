"""How far it is that all evidence of consent is looked over."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "evidence_round",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("steps", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("faults", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_evidence_round_only")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_round")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Go back; all of it is looked over at once again."""
    op.drop_table("evidence_round")
