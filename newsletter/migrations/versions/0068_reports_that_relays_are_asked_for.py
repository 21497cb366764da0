"""Whether a relay is asked for reports about what does not arrive (DSN, RFC 3461): yes, where it offers them."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.add_column("relay", sa.Column("uses_dsn", subscribers.tables.kinds.Flag(), nullable=False, server_default="1"))


def downgrade() -> None:
    """Go back; relays are not asked any more."""
    op.drop_column("relay", "uses_dsn")
