"""Which post of which blog tells of an issue, in SQL."""

from datetime import datetime

from sqlalchemy import select

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.tables.archive import announcement
from subscribers.transaction import Transaction


def find(tx: Transaction, issue_id: int, site: str) -> int | None:
    """Give the id that the post has on the blog; None: nothing was written there yet."""
    found: int | None = tx.execute(
        select(announcement.c.post_id).where(announcement.c.issue_id == issue_id, announcement.c.site == site)
    ).scalar_one_or_none()
    return found


def keep(tx: Transaction, issue_id: int, site: str, post_id: int, now: datetime) -> None:
    """Remember the post that was written."""
    values = {"post_id": post_id, "written_at": now}
    tx.execute(
        insert(announcement)
        .values(issue_id=issue_id, site=site, **values)
        .on_conflict_do_update(index_elements=[announcement.c.issue_id, announcement.c.site], set_=values)
    )
