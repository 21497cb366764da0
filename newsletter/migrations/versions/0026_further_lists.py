"""Further lists whose people get an issue too."""

import sqlalchemy as sa
from alembic import op


revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go to this shape."""
    op.create_table(
        "issue_list",
        sa.Column("issue_id", NUMBER, nullable=False),
        sa.Column("list_id", NUMBER, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_issue_list_issue_id_issue"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["list_id"], ["mailing_list.id"], name=op.f("fk_issue_list_list_id_mailing_list"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", "list_id", name=op.f("pk_issue_list")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("issue_list")
