"""That an address called mail spam stays known behind the staff's stronger word."""

import sqlalchemy as sa
from alembic import op

import subscribers.tables.kinds

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

# A file of addresses knows which complaint its stronger word came before.
_TOLD_BY_FILES = """
    UPDATE suppression
    SET complained_at = (
        SELECT min(kept_out_by.former_at) FROM kept_out_by
        WHERE kept_out_by.suppression_id = suppression.id AND kept_out_by.former = 'complained'
    )
    WHERE reason = 'manual'
"""


def upgrade() -> None:
    """Go to this shape; of a complaint that only a hand's word stands before, nobody knows any more."""
    op.add_column("suppression", sa.Column("complained_at", subscribers.tables.kinds.Instant(), nullable=True))
    op.execute("UPDATE suppression SET complained_at = at WHERE reason = 'complained'")
    op.execute(_TOLD_BY_FILES)


def downgrade() -> None:
    """Go back: what stands stays, and what stands behind it is forgotten."""
    op.drop_column("suppression", "complained_at")
