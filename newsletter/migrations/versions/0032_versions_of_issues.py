"""Versions of issues, what was approved kept with its inputs, a second person, and errata."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "issue_version",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("side", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("document", subscribers.tables.kinds.Document(), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_issue_version_issue_id_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_version")),
        sa.UniqueConstraint("issue_id", "version", "side", name=op.f("uq_issue_version_issue_id_version_side")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "issue_part",
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_issue_part_issue_id_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue_id", "digest", name=op.f("pk_issue_part")),
        sqlite_strict=True,
    )
    op.create_table(
        "erratum",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_erratum_issue_id_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erratum")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_erratum_issue_id"), "erratum", ["issue_id"])
    # In place: a table that is made anew on SQLite takes the rows that hang on it with it.
    op.add_column("approval", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("approval", sa.Column("inputs", subscribers.tables.kinds.Document(), nullable=True))
    op.add_column("newsletter", sa.Column("needs_second_person", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.execute("ALTER TABLE newsletter DROP COLUMN needs_second_person")
    op.execute("ALTER TABLE approval DROP COLUMN inputs")
    op.execute("ALTER TABLE approval DROP COLUMN version")
    op.drop_table("erratum")
    op.drop_table("issue_part")
    op.drop_table("issue_version")
