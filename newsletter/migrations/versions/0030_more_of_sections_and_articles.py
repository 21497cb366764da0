"""More of sections and articles: how they look, whose they are, when something happens."""

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

TEXTS_OF_ARTICLES = ("summary", "affiliation", "portrait", "picture", "picture_alt", "picture_credit")
DOCUMENTS_OF_ARTICLES = ("document", "event")
NUMBERS_OF_SECTIONS = ("most", "words")


def upgrade() -> None:
    """Go to this shape."""
    # In place: a table that is made anew on SQLite takes the rows that hang on it with it.
    for name in TEXTS_OF_ARTICLES:
        op.add_column("article", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name in DOCUMENTS_OF_ARTICLES:
        op.add_column("article", sa.Column(name, subscribers.tables.kinds.Document(), nullable=True))
    op.add_column("article", sa.Column("words", sa.Integer(), server_default="0", nullable=False))
    op.add_column("section", sa.Column("look", sa.Text(), server_default="auto", nullable=False))
    for name in NUMBERS_OF_SECTIONS:
        op.add_column("section", sa.Column(name, sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Go back."""
    for name in (*NUMBERS_OF_SECTIONS, "look"):
        op.execute(f"ALTER TABLE section DROP COLUMN {name}")
    for name in ("words", *DOCUMENTS_OF_ARTICLES, *TEXTS_OF_ARTICLES):
        op.execute(f"ALTER TABLE article DROP COLUMN {name}")
