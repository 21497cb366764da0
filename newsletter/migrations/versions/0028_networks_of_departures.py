"""Departures whose network is still known, found by their time."""

import sqlalchemy as sa
from alembic import op


revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

HAS_NETWORK = sa.text("network <> ''")


def upgrade() -> None:
    """Go to this shape."""
    op.create_index("ix_departure_network", "departure", ["left_at"], sqlite_where=HAS_NETWORK, postgresql_where=HAS_NETWORK)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_departure_network", table_name="departure")
