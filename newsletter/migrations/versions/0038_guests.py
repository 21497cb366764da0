"""Links for guests, and what reviewers say."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "guest_link",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Text(), nullable=False),
        sa.Column("made_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("ends_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("revoked_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.CheckConstraint("purpose IN ('review', 'contribution')", name=op.f("ck_guest_link_purpose")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_guest_link_issue_id_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_link")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_guest_link_issue_id"), "guest_link", ["issue_id"])
    op.create_table(
        "review_comment",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("link_id", NUMBER, nullable=True),
        sa.Column("article_id", NUMBER, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("resolved_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_review_comment_article_id_article"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_review_comment_issue_id_issue"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["link_id"], ["guest_link.id"], name=op.f("fk_review_comment_link_id_guest_link"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_comment")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_review_comment_issue", "review_comment", ["issue_id", "id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("review_comment")
    op.drop_table("guest_link")
