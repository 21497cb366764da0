"""What is owed when before an issue is sent, and what is too little or too late."""

import sqlalchemy as sa
from alembic import op


revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TEXTS = {"contributions_before": "", "review_before": "", "approval_before": "", "shift": "keep", "country": ""}
NUMBERS = {"least": "1", "most_late_minutes": "2160"}


def upgrade() -> None:
    """Go to this shape."""
    # In place: a table that is made anew on SQLite takes the rows that hang on it with it.
    for name, usual in TEXTS.items():
        op.add_column("schedule", sa.Column(name, sa.Text(), server_default=usual, nullable=False))
    for name, usual in NUMBERS.items():
        op.add_column("schedule", sa.Column(name, sa.Integer(), server_default=usual, nullable=False))


def downgrade() -> None:
    """Go back."""
    for name in (*NUMBERS, *TEXTS):
        op.execute(f"ALTER TABLE schedule DROP COLUMN {name}")
