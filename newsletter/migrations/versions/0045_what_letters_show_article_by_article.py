"""What letters of issues show, article by article, kept with them; what the archive has of older ones becomes that."""

import re

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FIELDS = (
    "section", "title", "byline", "link", "html", "slug", "picture", "picture_alt", "picture_credit", "happens", "calendar"
)

PORTRAIT = ("portrait", "portrait_alt", "portrait_credit")


def upgrade() -> None:
    """Go to this shape."""
    pieces = op.create_table(
        "letter_pieces",
        sa.Column("letter_id", NUMBER, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("articles", subscribers.tables.kinds.Document(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_letter_pieces_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letter_pieces")),
        sqlite_strict=True,
    )
    for name in PORTRAIT:
        op.add_column("archive_article", sa.Column(name, sa.Text(), server_default="", nullable=False))
    connection = op.get_bind()
    # One at a time: an archive of years may be larger than memory.
    for known in connection.execute(sa.text(TAKEN_IN)).all():
        rows = connection.execute(sa.text(ARTICLES), {"issue_id": known.issue_id}).all()
        articles = [{name: getattr(row, name) for name in FIELDS} for row in rows]
        connection.execute(
            pieces.insert().values(
                letter_id=known.letter_id,
                content_hash=known.content_hash,
                newsletter=known.newsletter,
                title=known.title,
                articles=articles,
                page="",
            )
        )
        shown = " ".join(f"{one['picture']} {one['html']}" for one in articles)
        for key in sorted(set(PICTURE.findall(shown))):
            connection.execute(sa.text(TIED), {"letter_id": known.letter_id, "key": key})


PICTURE = re.compile(r"/images/([0-9a-f]{40})\.(?:jpg|png)")
# Cards show a picture cut, and pages show it whole: it is kept as long as the letter.
TIED = """
    INSERT INTO letter_image (letter_id, image_key)
    SELECT CAST(:letter_id AS BIGINT), image.key FROM image
    WHERE image.key = :key
    AND NOT EXISTS (SELECT 1 FROM letter_image WHERE letter_id = :letter_id AND image_key = :key)
"""
TAKEN_IN = """
    SELECT archive_issue.issue_id, letter.id AS letter_id, letter.content_hash, newsletter.name AS newsletter, issue.title
    FROM archive_issue
    JOIN letter ON letter.id = archive_issue.letter_id
    JOIN issue ON issue.id = archive_issue.issue_id
    JOIN newsletter ON newsletter.id = issue.newsletter_id
    ORDER BY archive_issue.issue_id
"""
ARTICLES = f"SELECT {', '.join(FIELDS)} FROM archive_article WHERE issue_id = :issue_id AND position > 0 ORDER BY position"


def downgrade() -> None:
    """Go back."""
    for name in PORTRAIT:
        op.execute(f"ALTER TABLE archive_article DROP COLUMN {name}")
    op.drop_table("letter_pieces")
