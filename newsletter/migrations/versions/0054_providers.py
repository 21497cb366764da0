"""The identity provider of the instance, and who of the staff is who there."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "identity_provider",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("client_secret", sa.Text(), nullable=False),
        sa.Column("is_enough", subscribers.tables.kinds.Flag(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_identity_provider_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_provider")),
        sqlite_strict=True,
    )
    op.create_table(
        "account_identity",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("bound_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("used_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_identity_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_account_identity")),
        sa.UniqueConstraint("issuer", "account_id", name=op.f("uq_account_identity_issuer_account_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("account_identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_identity_account_id"), ["account_id"], unique=False)


def downgrade() -> None:
    """Go back: whoever came in by the provider signs in by a link to a password."""
    op.drop_table("account_identity")
    op.drop_table("identity_provider")
