"""Published issues taken apart: what pages of single articles, search, feeds and prints are made of."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Instant, Number, metadata

# An issue that was taken apart, and of which letter; another letter is taken apart anew.
archive_issue = Table(
    "archive_issue",
    metadata,
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    Column("letter_id", Number, nullable=False),
    Column("made_at", Instant, nullable=False),
    **SQLITE_STRICT,
)

archive_article = Table(
    "archive_article",
    metadata,
    Column("id", Number, primary_key=True),
    Column("issue_id", Number, ForeignKey("archive_issue.issue_id", ondelete="CASCADE"), nullable=False),
    # In reading order from 1. 0: the issue itself, with what was said about it.
    Column("position", Integer, nullable=False),
    # Stands in the address of its page; empty where it has none.
    Column("slug", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("byline", Text, nullable=False),
    Column("link", Text, nullable=False),
    # As the letter has it, without styles and with nobody's values in its slots.
    Column("html", Text, nullable=False),
    Column("picture", Text, nullable=False),
    Column("picture_alt", Text, nullable=False),
    Column("picture_credit", Text, nullable=False, default="", server_default=""),
    # Of whoever wrote it, where another picture leads it.
    Column("portrait", Text, nullable=False, default="", server_default=""),
    Column("portrait_alt", Text, nullable=False, default="", server_default=""),
    Column("portrait_credit", Text, nullable=False, default="", server_default=""),
    # When and where, as the letter spells it, and where calendar programs get it; empty where nothing happens.
    Column("happens", Text, nullable=False, default="", server_default=""),
    Column("calendar", Text, nullable=False, default="", server_default=""),
    # What is searched (archive.query.spaced). On SQLite triggers keep the table `archive_text` (FTS5) in step with them.
    Column("heading", Text, nullable=False),
    Column("body", Text, nullable=False),
    # Of these, in the newsletter's language; PostgreSQL only.
    Column("search", TSVECTOR().with_variant(Text(), "sqlite")),
    UniqueConstraint("issue_id", "position"),
    **SQLITE,
)
Index("ix_archive_article_search", archive_article.c.search, postgresql_using="gin")

# Made once and served as they are: the same issue gives the same print.
archive_print = Table(
    "archive_print",
    metadata,
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    # SHA-256 of what was printed; another one is printed anew.
    Column("content_hash", Text, nullable=False),
    # A PDF; empty where printing failed, for the reason in `trouble`.
    Column("body", LargeBinary, nullable=False),
    Column("trouble", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    CheckConstraint("trouble = '' OR length(body) = 0", name="one_of_both"),
    **SQLITE_STRICT,
)

# The post on a blog that tells of an issue, so that asking again changes that one.
announcement = Table(
    "announcement",
    metadata,
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    # Address of the blog.
    Column("site", Text, primary_key=True),
    Column("post_id", Number, nullable=False),
    Column("written_at", Instant, nullable=False),
    **SQLITE_STRICT,
)
