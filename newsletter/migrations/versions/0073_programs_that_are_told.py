"""Programs outside that are told what happens."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "hook",
        sa.Column("id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("newsletter_id", subscribers.tables.kinds.Number, nullable=True),
        sa.Column("kinds", subscribers.tables.kinds.Document(), nullable=False),
        sa.Column("shows_addresses", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=False),
        sa.Column("former_sealed", sa.Text(), nullable=False),
        sa.Column("former_until", subscribers.tables.kinds.Instant(), nullable=True),
        sa.Column("is_enabled", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("off_because", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", subscribers.tables.kinds.Instant(), nullable=True),
        sa.Column("rests_until", subscribers.tables.kinds.Instant(), nullable=True),
        sa.Column("took_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletter.id"], name=op.f("fk_hook_newsletter_id_newsletter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook")),
        sa.UniqueConstraint("name", name=op.f("uq_hook_name")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_hook_newsletter_id"), "hook", ["newsletter_id"])
    op.create_table(
        "tiding",
        sa.Column("id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("subscriber_id", subscribers.tables.kinds.Number, nullable=True),
        sa.Column("document", subscribers.tables.kinds.Document(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tiding")),
        sa.UniqueConstraint("uid", name=op.f("uq_tiding_uid")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "telling",
        sa.Column("id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("hook_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("tiding_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("lease", sa.Text(), nullable=True),
        sa.Column("leased_until", subscribers.tables.kinds.Instant(), nullable=True),
        sa.Column("tried_at", subscribers.tables.kinds.Instant(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'taken', 'given-up')", name=op.f("ck_telling_state")),
        sa.ForeignKeyConstraint(["hook_id"], ["hook.id"], name=op.f("fk_telling_hook_id_hook"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tiding_id"], ["tiding.id"], name=op.f("fk_telling_tiding_id_tiding"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telling")),
        sa.UniqueConstraint("hook_id", "tiding_id", name=op.f("uq_telling_hook_id_tiding_id")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_telling_tiding_id"), "telling", ["tiding_id"])
    op.create_index("ix_telling_hook", "telling", ["hook_id", "id"])
    op.create_index("ix_telling_waiting", "telling", ["hook_id", "due_at"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_table(
        "telling_try",
        sa.Column("id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("telling_id", subscribers.tables.kinds.Number, nullable=False),
        sa.Column("at", subscribers.tables.kinds.Instant(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["telling_id"], ["telling.id"], name=op.f("fk_telling_try_telling_id_telling"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telling_try")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_telling_try_telling_id"), "telling_try", ["telling_id"])


def downgrade() -> None:
    """Go back; nobody is told anything any more."""
    for name in ("telling_try", "telling", "tiding", "hook"):
        op.drop_table(name)
