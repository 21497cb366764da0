"""What a person said, beside what others say of the address."""

import sqlalchemy as sa
from alembic import op


revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

ONE_OF_A_SCOPE = "uq_suppression_email_hash_list_id"
ONE_OF_A_SCOPE_AND_A_MOUTH = "uq_suppression_email_hash_list_id_is_own"
# SQLite alters a table by copying it.
AS_IT_WAS = {"sqlite_strict": True, "sqlite_autoincrement": True}


def upgrade() -> None:
    """Go to this shape."""
    op.add_column("suppression", sa.Column("is_own", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE suppression SET is_own = 1 WHERE reason IN ('unsubscribed', 'erased')")
    with op.batch_alter_table("suppression", table_kwargs=AS_IT_WAS) as batch_op:
        batch_op.alter_column("is_own", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        batch_op.drop_constraint(ONE_OF_A_SCOPE, type_="unique")
        batch_op.create_unique_constraint(ONE_OF_A_SCOPE_AND_A_MOUTH, ["email_hash", "list_id", "is_own"])
        batch_op.create_check_constraint(
            op.f("ck_suppression_whose"), "(is_own = 1) = (reason IN ('unsubscribed', 'erased'))"
        )


def downgrade() -> None:
    """Go back: where both spoke, the stronger reason stays, which is never the person's."""
    op.execute(
        "DELETE FROM suppression WHERE is_own = 1 AND EXISTS (SELECT 1 FROM suppression AS other "
        "WHERE other.email_hash = suppression.email_hash AND other.list_id = suppression.list_id AND other.is_own = 0)"
    )
    with op.batch_alter_table("suppression", table_kwargs=AS_IT_WAS) as batch_op:
        batch_op.drop_constraint(op.f("ck_suppression_whose"), type_="check")
        batch_op.drop_constraint(ONE_OF_A_SCOPE_AND_A_MOUTH, type_="unique")
        batch_op.create_unique_constraint(ONE_OF_A_SCOPE, ["email_hash", "list_id"])
        batch_op.drop_column("is_own")
