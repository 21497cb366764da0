"""Images, what articles show from elsewhere, and which letter shows what."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = subscribers.tables.kinds.Instant(timezone=True)
IS_CHOSEN = sa.text("is_chosen = 1")


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "image",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("focus_x", sa.Integer(), nullable=False),
        sa.Column("focus_y", sa.Integer(), nullable=False),
        sa.Column("is_chosen", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("card_key", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("media_type IN ('image/jpeg', 'image/png')", name=op.f("ck_image_media_type")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_image")),
        sqlite_strict=True,
    )
    op.create_index("ix_image_chosen", "image", ["created_at"], sqlite_where=IS_CHOSEN, postgresql_where=IS_CHOSEN)
    op.create_table(
        "remote_file",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("image_key", sa.Text(), nullable=True),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("tried_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('image', 'document')", name=op.f("ck_remote_file_kind")),
        sa.ForeignKeyConstraint(["image_key"], ["image.key"], name=op.f("fk_remote_file_image_key_image")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_remote_file")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_remote_file_image_key"), "remote_file", ["image_key"])
    op.create_table(
        "issue_remote_file",
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_issue_remote_file_issue_id_issue"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["digest"], ["remote_file.digest"], name=op.f("fk_issue_remote_file_digest_remote_file")),
        sa.PrimaryKeyConstraint("issue_id", "digest", name=op.f("pk_issue_remote_file")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_issue_remote_file_digest"), "issue_remote_file", ["digest"])
    op.create_table(
        "illustrated",
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_illustrated_issue_id_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_illustrated")),
        sqlite_strict=True,
    )
    op.create_table(
        "letter_image",
        sa.Column("letter_id", NUMBER, nullable=False),
        sa.Column("image_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_image_letter_id_letter"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["image_key"], ["image.key"], name=op.f("fk_letter_image_image_key_image")),
        sa.PrimaryKeyConstraint("letter_id", "image_key", name=op.f("pk_letter_image")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_letter_image_image_key"), "letter_image", ["image_key"])


def downgrade() -> None:
    """Go back."""
    for name in ("letter_image", "illustrated", "issue_remote_file", "remote_file", "image"):
        op.drop_table(name)
