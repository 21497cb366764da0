"""Published issues taken apart: articles with pages of their own, search, prints, announcements; archives that are off."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op
from sqlalchemy.dialects import postgresql


revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# SQLite keeps its index of words beside the rows it is of; the rows alone are written to.
SQLITE_SEARCH = (
    """
    CREATE VIRTUAL TABLE archive_text USING fts5(
      heading, body, content='archive_article', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER archive_text_insert AFTER INSERT ON archive_article BEGIN
      INSERT INTO archive_text (rowid, heading, body) VALUES (new.id, new.heading, new.body);
    END
    """,
    """
    CREATE TRIGGER archive_text_delete AFTER DELETE ON archive_article BEGIN
      INSERT INTO archive_text (archive_text, rowid, heading, body) VALUES ('delete', old.id, old.heading, old.body);
    END
    """,
    """
    CREATE TRIGGER archive_text_update AFTER UPDATE OF heading, body ON archive_article BEGIN
      INSERT INTO archive_text (archive_text, rowid, heading, body) VALUES ('delete', old.id, old.heading, old.body);
      INSERT INTO archive_text (rowid, heading, body) VALUES (new.id, new.heading, new.body);
    END
    """,
)


def upgrade() -> None:
    """Go to this shape."""
    op.add_column("newsletter", sa.Column("archive", sa.Text(), server_default="as-list", nullable=False))
    op.create_table(
        "archive_issue",
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("letter_id", NUMBER, nullable=False),
        sa.Column("made_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_archive_issue_issue_id_issue"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_archive_issue")),
        sqlite_strict=True,
    )
    op.create_table(
        "archive_article",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in (
                "slug", "section", "title", "byline", "link", "html", "picture", "picture_alt", "heading", "body"
            )
        ),
        sa.Column("search", postgresql.TSVECTOR().with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["archive_issue.issue_id"],
            name=op.f("fk_archive_article_issue_id_archive_issue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_article")),
        sa.UniqueConstraint("issue_id", "position", name=op.f("uq_archive_article_issue_id_position")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "archive_print",
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("made_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("trouble = '' OR length(body) = 0", name=op.f("ck_archive_print_one_of_both")),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_archive_print_issue_id_issue"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_archive_print")),
        sqlite_strict=True,
    )
    op.create_table(
        "announcement",
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("post_id", NUMBER, nullable=False),
        sa.Column("written_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_announcement_issue_id_issue"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", "site", name=op.f("pk_announcement")),
        sqlite_strict=True,
    )
    op.create_index("ix_archive_article_search", "archive_article", ["search"], postgresql_using="gin")
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE_SEARCH:
            op.execute(statement)


def downgrade() -> None:
    """Go back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE archive_text")
    for table in ("announcement", "archive_print", "archive_article", "archive_issue"):
        op.drop_table(table)
    op.execute("ALTER TABLE newsletter DROP COLUMN archive")
