"""By which letter an answer of a person was mailed on."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.add_column("return_message", sa.Column("forward_letter_id", subscribers.tables.kinds.Number, nullable=True))


def downgrade() -> None:
    """Go back; what was mailed on stays so."""
    op.execute("ALTER TABLE return_message DROP COLUMN forward_letter_id")
