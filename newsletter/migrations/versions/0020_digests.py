"""The digests of quarters."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "digest",
        sa.Column("newsletter_id", NUMBER, nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("letter_id", NUMBER, nullable=True),
        sa.Column("settled_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_digest_letter_id_letter"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_digest_newsletter_id_newsletter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("newsletter_id", "quarter", name=op.f("pk_digest")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("digest")
