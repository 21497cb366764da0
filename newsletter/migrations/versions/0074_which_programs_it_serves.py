"""Which programs can work on these tables, so that one of a former release knows whether it may go on beside a newer one."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape; `newsletter.shape` writes it down behind all migrations."""
    op.add_column("instance", sa.Column("least_shape", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.execute("ALTER TABLE instance DROP COLUMN least_shape")
