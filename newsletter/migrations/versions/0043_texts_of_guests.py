"""Texts that guests are asked for."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXTS = ("title", "byline", "affiliation", "text", "portrait", "picture", "picture_alt", "picture_credit")
STATES = "state IN ('invited', 'writing', 'handed_in', 'edited', 'agreed', 'withdrawn')"


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "contribution",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("link_id", NUMBER, nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("due_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("article_id", NUMBER, nullable=True),
        sa.Column("handed_in", sa.Text(), nullable=False),
        sa.Column("agreed_to", sa.Text(), nullable=False),
        sa.Column("changed_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("reminded_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.Column("reminded_late_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_contribution_state")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_contribution_article_id_article"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_contribution_issue_id_issue"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["link_id"], ["guest_link.id"], name=op.f("fk_contribution_link_id_guest_link"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution")),
        sa.UniqueConstraint("link_id", name=op.f("uq_contribution_link_id")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contribution_issue_id"), "contribution", ["issue_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("contribution")
