"""Relays, and what they are given."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "allowance",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("next_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True),
        sa.Column("day", sa.Text(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_allowance")),
        sqlite_strict=True,
    )
    op.create_table(
        "domain_rate",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=True),
        sa.Column("changed_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_domain_rate")),
        sqlite_strict=True,
    )
    op.create_table(
        "relay",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("tls", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_sealed", sa.Text(), nullable=False),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("is_enabled", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("limits", subscribers.tables.kinds.Document(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("timeouts", subscribers.tables.kinds.Document(), nullable=False),
        sa.Column("ca_file", sa.Text(), nullable=False),
        sa.Column("uses_pipelining", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("uses_chunking", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("created_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("tls IN ('implicit', 'starttls', 'none')", name=op.f("ck_relay_tls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay")),
        sa.UniqueConstraint("name", name=op.f("uq_relay_name")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    # In place: a table that is made anew on SQLite takes the attempts of its rows with it.
    op.add_column("delivery", sa.Column("paced_domain", sa.Text(), server_default="", nullable=False))
    op.drop_index("ix_delivery_open", "delivery")
    _index_open(["letter_id", "paced_domain", "not_before", "id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_delivery_open", "delivery")
    op.execute("ALTER TABLE delivery DROP COLUMN paced_domain")
    _index_open(["letter_id", "not_before", "id"])
    op.drop_table("relay")
    op.drop_table("domain_rate")
    op.drop_table("allowance")


def _index_open(columns: list[str]) -> None:
    is_waiting = sa.text("state IN ('pending', 'deferred')")
    op.create_index("ix_delivery_open", "delivery", columns, sqlite_where=is_waiting, postgresql_where=is_waiting)
