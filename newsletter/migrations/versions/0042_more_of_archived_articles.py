"""More of articles in the archive: when something happens, and whose a picture is. Issues are taken in anew."""

import sqlalchemy as sa
from alembic import op


revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

TEXTS = ("picture_credit", "happens", "calendar")


def upgrade() -> None:
    """Go to this shape."""
    for name in TEXTS:
        op.add_column("archive_article", sa.Column(name, sa.Text(), server_default="", nullable=False))
    # The next tick takes them in as they are now.
    op.execute("DELETE FROM archive_issue")


def downgrade() -> None:
    """Go back."""
    for name in reversed(TEXTS):
        op.execute(f"ALTER TABLE archive_article DROP COLUMN {name}")
