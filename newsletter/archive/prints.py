"""Issues as they are printed, in SQL: made once, given as they are."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, or_, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.tables.archive import archive_issue, archive_print
from newsletter.tables.letters import letter_pieces
from newsletter.tables.review import erratum
from subscribers.transaction import Transaction


def waiting(tx: Transaction) -> tuple[int, ...]:
    """Give the issues that were taken in or corrected since they were last printed, the latest first.

    What is printed was kept with the letter; one that is older than that has no print.
    """
    since = erratum.c.published_at > archive_print.c.made_at
    is_corrected = exists().where(erratum.c.issue_id == archive_issue.c.issue_id, since)
    is_older = archive_print.c.made_at < archive_issue.c.made_at
    rows = tx.execute(
        select(archive_issue.c.issue_id)
        .join(letter_pieces, letter_pieces.c.letter_id == archive_issue.c.letter_id)
        .outerjoin(archive_print, archive_print.c.issue_id == archive_issue.c.issue_id)
        .where(or_(archive_print.c.made_at.is_(None), is_older, is_corrected))
        .order_by(archive_issue.c.issue_id.desc())
    )
    return tuple(rows.scalars())


def printed(tx: Transaction, issue_ids: Collection[int]) -> frozenset[int]:
    """Give those of *issue_ids* that there are as PDF."""
    rows = tx.execute(
        select(archive_print.c.issue_id).where(archive_print.c.issue_id.in_(list(issue_ids)), archive_print.c.trouble == "")
    )
    return frozenset(rows.scalars())


def load(tx: Transaction, issue_id: int) -> bytes | None:
    """Give the PDF of an issue; None: there is none."""
    body: bytes | None = tx.execute(
        select(archive_print.c.body).where(archive_print.c.issue_id == issue_id, archive_print.c.trouble == "")
    ).scalar_one_or_none()
    return body


def hash_of(tx: Transaction, issue_id: int) -> str:
    """Give the hash of what was printed, or tried to be; empty: nothing was."""
    found: str | None = tx.execute(
        select(archive_print.c.content_hash).where(archive_print.c.issue_id == issue_id)
    ).scalar_one_or_none()
    return found or ""


def keep(tx: Transaction, issue_id: int, content_hash: str, body: bytes, trouble: str, now: datetime) -> None:
    """Keep a PDF instead of the one before, or why there is none."""
    values = {"content_hash": content_hash, "body": body, "trouble": trouble, "made_at": now}
    tx.execute(
        insert(archive_print)
        .values(issue_id=issue_id, **values)
        .on_conflict_do_update(index_elements=[archive_print.c.issue_id], set_=values)
    )


def touch(tx: Transaction, issue_id: int, now: datetime) -> None:
    """Write down that what was printed is what would be printed now."""
    tx.execute(update(archive_print).where(archive_print.c.issue_id == issue_id).values(made_at=now))
