"""Reminders, limits in the database, and rules about domains."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "limit_use",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("free_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_limit_use")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_limit_use_free_at"), "limit_use", ["free_at"])
    op.create_table(
        "asked_mail",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email_hash", sa.Text(), nullable=False),
        sa.Column("at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_mail")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_asked_mail_at"), "asked_mail", ["at"])
    op.create_index("ix_asked_mail_rate", "asked_mail", ["email_hash", "at"])
    op.create_table(
        "domain_rule",
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('allow', 'deny')", name=op.f("ck_domain_rule_verdict")),
        sa.PrimaryKeyConstraint("list_id", "domain", name=op.f("pk_domain_rule")),
        sqlite_strict=True,
    )
    # In place: nobody who waits for an answer is to be lost.
    op.add_column("confirmation", sa.Column("reminded_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True))
    is_unanswered = sa.text("used_at IS NULL")
    op.create_index(
        "ix_confirmation_unanswered",
        "confirmation",
        ["expires_at"],
        sqlite_where=is_unanswered,
        postgresql_where=is_unanswered,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_confirmation_unanswered", "confirmation")
    op.execute("ALTER TABLE confirmation DROP COLUMN reminded_at")
    op.drop_table("domain_rule")
    op.drop_table("asked_mail")
    op.drop_table("limit_use")
