"""Rules about people, and issues that are for some of a list only."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "segment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rule", subscribers.tables.kinds.Document(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("created_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.Column("changed_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.Column("removed_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    is_there = sa.text("removed_at IS NULL")
    op.create_index("uq_segment_name", "segment", ["name"], unique=True, sqlite_where=is_there, postgresql_where=is_there)
    op.create_table(
        "issue_segment",
        sa.Column("issue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("segment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_excluded", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("rule", subscribers.tables.kinds.Document(), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_issue_segment_issue_id_issue"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["segment_id"], ["segment.id"], name=op.f("fk_issue_segment_segment_id_segment")),
        sa.PrimaryKeyConstraint("issue_id", "segment_id", name=op.f("pk_issue_segment")),
        sqlite_strict=True,
    )
    op.create_index("ix_issue_segment_segment_id", "issue_segment", ["segment_id"])
    op.drop_index("ix_delivery_subscriber_id", "delivery")
    op.create_index("ix_delivery_person", "delivery", ["subscriber_id", "letter_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_delivery_person", "delivery")
    op.create_index("ix_delivery_subscriber_id", "delivery", ["subscriber_id"])
    op.drop_table("issue_segment")
    op.drop_table("segment")
