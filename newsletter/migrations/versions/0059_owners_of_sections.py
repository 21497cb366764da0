"""A section of an issue has an owner and a deadline, where an editor gave it one."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "section_charge",
        sa.Column("issue_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("section_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("account_id", subscribers.tables.kinds.Number, nullable=True),
        sa.Column("link_id", subscribers.tables.kinds.Number, nullable=True),
        sa.Column("due_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.CheckConstraint("account_id IS NULL OR link_id IS NULL", name=op.f("ck_section_charge_owner")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_section_charge_issue_id_issue"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_section_charge_account_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["guest_link.id"], name=op.f("fk_section_charge_link_id_guest_link"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("issue_id", "section_id", name=op.f("pk_section_charge")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_section_charge_account_id"), "section_charge", ["account_id"])
    op.create_index(op.f("ix_section_charge_link_id"), "section_charge", ["link_id"])


def downgrade() -> None:
    """Go back; who was to see to what, and by when, is forgotten."""
    op.drop_table("section_charge")
