"""What feeds said before."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.add_column("feed", sa.Column("site_zone", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "feed", sa.Column("site_categories", subscribers.tables.kinds.Document(), server_default="[]", nullable=False)
    )
    op.add_column("feed", sa.Column("site_read_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True))
    op.add_column("post", sa.Column("vanished_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True))
    op.create_index("ix_post_where", "post", ["feed_id", "permalink"])
    op.create_table(
        "post_revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("replaced_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("feed_title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("byline", sa.Text(), nullable=False),
        sa.Column("permalink", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_post_revision_post_id_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_revision")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_post_revision_text", "post_revision", ["post_id", "fingerprint"])
    op.add_column("article", sa.Column("taken_fingerprint", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "article", sa.Column("known_vanished_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True)
    )
    # What was taken before nobody kept: it counts as decided.
    op.execute(
        "UPDATE article SET taken_fingerprint = (SELECT fingerprint FROM post WHERE post.id = article.post_id) "
        "WHERE post_id IS NOT NULL"
    )


def downgrade() -> None:
    """Go back."""
    op.execute("ALTER TABLE article DROP COLUMN known_vanished_at")
    op.execute("ALTER TABLE article DROP COLUMN taken_fingerprint")
    op.drop_table("post_revision")
    op.drop_index("ix_post_where", "post")
    op.execute("ALTER TABLE post DROP COLUMN vanished_at")
    for name in ("site_read_at", "site_categories", "site_zone"):
        op.execute(f"ALTER TABLE feed DROP COLUMN {name}")
