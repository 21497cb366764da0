"""Authors that are remembered, snippets that are used again, and who an article may be by."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "author",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("affiliation", sa.Text(), nullable=False),
        sa.Column("portrait", sa.Text(), nullable=False),
        sa.Column("created_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.Column("seen_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_author_newsletter_id_newsletter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author")),
        sa.UniqueConstraint("newsletter_id", "name_key", name=op.f("uq_author_newsletter_id_name_key")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "author_alias",
        sa.Column("newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alias_key", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["author.id"], name=op.f("fk_author_alias_author_id_author"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_author_alias_newsletter_id_newsletter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("newsletter_id", "alias_key", name=op.f("pk_author_alias")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_author_alias_author_id"), "author_alias", ["author_id"])
    op.create_table(
        "snippet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("newsletter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("document", subscribers.tables.kinds.Document(), nullable=True),
        sa.Column("created_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_snippet_newsletter_id_newsletter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snippet")),
        sa.UniqueConstraint("newsletter_id", "name_key", name=op.f("uq_snippet_newsletter_id_name_key")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    # In place: a table that is made anew on SQLite takes the rows that hang on it with it.
    op.add_column("article", sa.Column("suggestion", subscribers.tables.kinds.Document(), nullable=True))
    op.add_column("article", sa.Column("snippet", sa.Text(), server_default="", nullable=False))
    op.add_column("section", sa.Column("planned", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.execute("ALTER TABLE section DROP COLUMN planned")
    op.execute("ALTER TABLE article DROP COLUMN snippet")
    op.execute("ALTER TABLE article DROP COLUMN suggestion")
    op.drop_table("snippet")
    op.drop_table("author_alias")
    op.drop_table("author")
