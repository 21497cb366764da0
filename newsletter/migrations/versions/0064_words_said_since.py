"""How often something was said of an address, so that a file that is taken back lifts nothing that was said since."""

import sqlalchemy as sa
from alembic import op


revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape; what was said since of what files had said by then is not known, so that stays."""
    op.add_column("suppression", sa.Column("times", sa.Integer(), server_default="1", nullable=False))
    op.add_column("kept_out_by", sa.Column("times", sa.Integer(), server_default="0", nullable=False))
    op.add_column("kept_out_by", sa.Column("former_times", sa.Integer(), nullable=True))
    op.add_column("import_work", sa.Column("undone_by", sa.Text(), server_default="", nullable=False))
    op.add_column("import_work", sa.Column("lifted", sa.Integer(), server_default="0", nullable=False))
    op.add_column("import_work", sa.Column("restored", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Go back: what is said stays, and how often is forgotten."""
    for column in ("restored", "lifted", "undone_by"):
        op.drop_column("import_work", column)
    for column in ("former_times", "times"):
        op.drop_column("kept_out_by", column)
    op.drop_column("suppression", "times")
