"""Files to be imported, which hosts share, and which host is at an import."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "upload_piece",
        sa.Column("work_id", NUMBER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["work_id"], ["import_work.id"], name=op.f("fk_upload_piece_work_id_import_work"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("work_id", "number", name=op.f("pk_upload_piece")),
        sqlite_strict=True,
    )
    op.add_column("import_work", sa.Column("held_by", sa.Text(), server_default="", nullable=False))
    op.add_column("import_work", sa.Column("held_until", subscribers.tables.kinds.Instant(), nullable=True))


def downgrade() -> None:
    """Go back: files that lie in the database are to be brought again."""
    op.drop_column("import_work", "held_until")
    op.drop_column("import_work", "held_by")
    op.drop_table("upload_piece")
