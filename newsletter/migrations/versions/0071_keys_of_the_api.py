"""Keys of the API, and requests that may come twice."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "api_key",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("scopes", subscribers.tables.kinds.Document(), nullable=False),
        sa.Column("newsletters", subscribers.tables.kinds.Document(), nullable=True),
        sa.Column("made_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("ends_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.Column("used_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.Column("revoked_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_key_account_id_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_key_secret_hash")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_key_account_id"), ["account_id"], unique=False)
    op.create_table(
        "api_request",
        sa.Column("key_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("begun_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("done_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.Column("status", NUMBER, nullable=True),
        sa.Column("headers", subscribers.tables.kinds.Document(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_api_request_key_id_api_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key_id", "name", name=op.f("pk_api_request")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("api_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_request_begun_at"), ["begun_at"], unique=False)


def downgrade() -> None:
    """Go back: no program comes in any more."""
    op.drop_table("api_request")
    op.drop_table("api_key")
