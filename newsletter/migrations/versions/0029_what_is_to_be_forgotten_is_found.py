"""What is to be forgotten is found."""

import sqlalchemy as sa
from alembic import op


revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

IS_NAMED = sa.text("names_forgotten_at IS NULL")
IS_FOUND_ERASURE = sa.text("act = 'erased' AND email_hash IS NOT NULL")


def upgrade() -> None:
    """Go to this shape."""
    op.create_index("ix_mailing_named", "mailing", ["planned_at"], sqlite_where=IS_NAMED, postgresql_where=IS_NAMED)
    op.create_index("ix_consent_erased", "consent", ["at"], sqlite_where=IS_FOUND_ERASURE, postgresql_where=IS_FOUND_ERASURE)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_consent_erased", "consent")
    op.drop_index("ix_mailing_named", "mailing")
