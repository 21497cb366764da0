"""Who was given which section of an issue, in SQL."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.review.charge import Charge
from newsletter.tables.issues import issue, section_charge
from subscribers.transaction import Transaction


def charges_of(tx: Transaction, issue_id: int) -> Mapping[int, Charge]:
    """Give what was said of the sections of an issue, by their ids."""
    rows = tx.execute(select(section_charge).where(section_charge.c.issue_id == issue_id))
    return {row.section_id: Charge(row.account_id, row.link_id, row.due_at, row.set_by, row.set_at) for row in rows}


def hold(tx: Transaction, issue_id: int) -> None:
    """Let nobody else say anything of an issue's sections until the transaction ends."""
    tx.execute(select(issue.c.id).where(issue.c.id == issue_id).with_for_update())


def keep(tx: Transaction, issue_id: int, section_id: int, wanted: Charge, by: str, now: datetime) -> None:
    """Write down who sees to a section and by when, instead of what was said before."""
    said = {
        "account_id": wanted.account_id,
        "link_id": wanted.link_id,
        "due_at": wanted.due_at,
        "set_by": by,
        "set_at": now,
    }
    row = insert(section_charge).values(issue_id=issue_id, section_id=section_id, **said)
    tx.execute(row.on_conflict_do_update(index_elements=["issue_id", "section_id"], set_=said))
