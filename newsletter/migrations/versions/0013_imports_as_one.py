"""imports as one."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("is_confirmed", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("updates", subscribers.tables.kinds.Flag(), nullable=False),
        sa.Column("reading", subscribers.tables.kinds.Document(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun_at", subscribers.tables.kinds.Instant(timezone=True), nullable=False),
        sa.Column("finished_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True),
        sa.Column("undone_at", subscribers.tables.kinds.Instant(timezone=True), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("there", sa.Integer(), nullable=False),
        sa.Column("said_no", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("cleaned", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('running', 'finished', 'undone')", name=op.f("ck_import_run_state")),
        sa.ForeignKeyConstraint(
            ["list_id"], ["mailing_list.id"], name=op.f("fk_import_run_list_id_mailing_list"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "import_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("former", subscribers.tables.kinds.Document(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_run.id"], name=op.f("fk_import_change_import_id_import_run"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_import_change_subscriber_id_subscriber"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_change")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    with op.batch_alter_table("import_change", schema=None) as batch_op:
        batch_op.create_index("ix_import_change_import", ["import_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_change_subscriber_id"), ["subscriber_id"], unique=False)

    with op.batch_alter_table("subscriber", schema=None) as batch_op:
        batch_op.add_column(sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))

    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.add_column(sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.create_index(
            "ix_subscription_import",
            ["import_id", "id"],
            unique=False,
            sqlite_where=sa.text("import_id IS NOT NULL"),
            postgresql_where=sa.text("import_id IS NOT NULL"),
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_subscription_import",
            sqlite_where=sa.text("import_id IS NOT NULL"),
            postgresql_where=sa.text("import_id IS NOT NULL"),
        )
        batch_op.drop_column("import_id")

    with op.batch_alter_table("subscriber", schema=None) as batch_op:
        batch_op.drop_column("import_id")

    with op.batch_alter_table("import_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_change_subscriber_id"))
        batch_op.drop_index("ix_import_change_import")

    op.drop_table("import_change")
    op.drop_table("import_run")
