"""Who signs in, how, and where they may do what."""

import unicodedata
from typing import Any

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# SQLite alters a table by copying it.
AS_IT_WAS = {"sqlite_strict": True, "sqlite_autoincrement": True}


def upgrade() -> None:
    """Go to this shape."""
    kept = _keep_reminders()
    with op.batch_alter_table("account", table_kwargs=AS_IT_WAS) as batch_op:
        batch_op.add_column(sa.Column("address_key", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("password", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("totp", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("totp_step", NUMBER, server_default="0", nullable=False))
        batch_op.alter_column("role", existing_type=sa.TEXT(), nullable=True)
        batch_op.create_unique_constraint(op.f("uq_account_address_key"), ["address_key"])
    _put_back(kept)
    _fill_keys()
    op.create_table(
        "door_failure",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_door_failure")),
        sqlite_strict=True,
    )
    op.create_table(
        "account_device",
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("seen_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_device_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("secret_hash", "account_id", name=op.f("pk_account_device")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("account_device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_device_account_id"), ["account_id"], unique=False)

    op.create_table(
        "account_link",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("made_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("ends_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("used_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_link_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_link")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    with op.batch_alter_table("account_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_link_account_id"), ["account_id"], unique=False)

    op.create_table(
        "account_session",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("begun_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("seen_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_session_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_account_session_secret_hash")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    with op.batch_alter_table("account_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_session_account_id"), ["account_id"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("newsletter_id", NUMBER, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('viewer', 'editor', 'publisher', 'admin')", name=op.f("ck_account_role_role")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_role_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_account_role_newsletter_id_newsletter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "newsletter_id", name=op.f("pk_account_role")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("account_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_role_newsletter_id"), ["newsletter_id"], unique=False)


def downgrade() -> None:
    """Go back: whoever had a role in single newsletters only may look at everything, and nothing more."""
    for name in ("account_role", "recovery_code", "account_session", "account_link"):
        op.drop_table(name)
    for name in ("account_device", "door_failure"):
        op.drop_table(name)
    op.execute("UPDATE account SET role = 'viewer' WHERE role IS NULL")
    kept = _keep_reminders()
    with op.batch_alter_table("account", table_kwargs=AS_IT_WAS) as batch_op:
        batch_op.drop_constraint(op.f("uq_account_address_key"), type_="unique")
        batch_op.alter_column("role", existing_type=sa.TEXT(), nullable=False)
        for name in ("totp_step", "totp", "password", "address_key"):
            batch_op.drop_column(name)
    _put_back(kept)


def _keep_reminders() -> list[sa.Row[Any]]:
    """Remember what hangs on accounts: SQLite alters a table by copying it, and takes that along when the first is dropped."""
    if op.get_bind().dialect.name != "sqlite":
        return []
    return list(op.get_bind().execute(sa.text("SELECT issue_id, duty, account_id, told_at FROM staff_reminder")))


def _put_back(kept: list[sa.Row[Any]]) -> None:
    if kept:
        into = sa.text("INSERT INTO staff_reminder (issue_id, duty, account_id, told_at) VALUES (:issue, :duty, :account, :at)")
        op.get_bind().execute(into, [dict(zip(("issue", "duty", "account", "at"), row, strict=True)) for row in kept])


def _fill_keys() -> None:
    """Let everybody sign in with their address; of two who had the same one, the first."""
    bind, taken = op.get_bind(), set()
    for row in list(bind.execute(sa.text("SELECT id, address FROM account WHERE address <> '' ORDER BY id"))):
        key = unicodedata.normalize("NFC", row.address).lower()
        if key not in taken:
            taken.add(key)
            bind.execute(sa.text("UPDATE account SET address_key = :key WHERE id = :id"), {"key": key, "id": row.id})
