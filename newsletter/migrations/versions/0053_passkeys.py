"""Passkeys of the staff, and the challenges that were answered."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "passkey",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("uses", NUMBER, nullable=False),
        sa.Column("made_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("used_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.Column("barred_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_passkey_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_account_id"), ["account_id"], unique=False)
    op.create_table(
        "spent_challenge",
        sa.Column("challenge_hash", sa.Text(), nullable=False),
        sa.Column("spent_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_spent_challenge")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Go back: whoever has passkeys only signs in by a link to a password."""
    op.drop_table("spent_challenge")
    op.drop_table("passkey")
