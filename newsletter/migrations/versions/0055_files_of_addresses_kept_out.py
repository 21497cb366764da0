"""Files of addresses that are kept out, at the desk."""

import sqlalchemy as sa
from alembic import op


revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

# SQLite alters a table by copying it, and forgets what is checked in it unless that is said again.
STATE = sa.CheckConstraint(
    "state IN ('mapping', 'trying', 'tried', 'running', 'done', 'undoing', 'undone', 'failed')", name=op.f("ck_import_work_state")
)
AS_IT_WAS = {"sqlite_strict": True, "sqlite_autoincrement": True}
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this shape."""
    with op.batch_alter_table("import_work", table_args=(STATE,), table_kwargs=AS_IT_WAS) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.Text(), server_default="", nullable=False))
        batch_op.alter_column("list_id", existing_type=NUMBER, nullable=True)
        batch_op.create_check_constraint(op.f("ck_import_work_list"), "list_id IS NOT NULL OR reason <> ''")


def downgrade() -> None:
    """Go back: a file of addresses would be one of people, so it is in hand no more."""
    op.execute("DELETE FROM import_work WHERE reason <> ''")
    with op.batch_alter_table("import_work", table_args=(STATE,), table_kwargs=AS_IT_WAS) as batch_op:
        batch_op.drop_constraint(op.f("ck_import_work_list"), type_="check")
        batch_op.alter_column("list_id", existing_type=NUMBER, nullable=False)
        batch_op.drop_column("reason")
