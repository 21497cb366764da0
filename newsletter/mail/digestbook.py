"""Digests in SQL: one for each newsletter and quarter, for ever."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.issues.quarters import Quarter
from newsletter.mail.mailings import MailingState
from newsletter.tables.digests import digest
from newsletter.tables.mail import mailing
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Digest:
    """What became of one quarter of a newsletter."""

    newsletter_id: int
    quarter: Quarter
    # None where there was nothing to tell, or nobody to tell it.
    letter_id: int | None
    settled_at: datetime
    # Why there is no letter.
    note: str
    # Of its mailing; None where there is none.
    state: MailingState | None


def is_settled(tx: Transaction, newsletter_id: int, quarter: Quarter) -> bool:
    """Whether it was decided what becomes of a quarter."""
    return bool(tx.execute(select(exists().where(*_its(newsletter_id, quarter)))).scalar_one())


def settle(tx: Transaction, newsletter_id: int, quarter: Quarter, now: datetime, note: str = "") -> bool:
    """Decide that a quarter has its digest by this transaction, or why it has none; False when somebody else was first."""
    statement = insert(digest).values(newsletter_id=newsletter_id, quarter=str(quarter), settled_at=now, note=note)
    made = tx.execute(statement.on_conflict_do_nothing().returning(digest.c.quarter)).scalar_one_or_none()
    return made is not None


def set_letter(tx: Transaction, newsletter_id: int, quarter: Quarter, letter_id: int) -> None:
    """Write down by which letter a quarter is told."""
    tx.execute(update(digest).where(*_its(newsletter_id, quarter)).values(letter_id=letter_id))


def digests_of(tx: Transaction, newsletter_id: int) -> tuple[Digest, ...]:
    """Give what became of the quarters of a newsletter, the latest first."""
    rows = tx.execute(
        select(digest, mailing.c.state)
        .outerjoin(mailing, mailing.c.letter_id == digest.c.letter_id)
        .where(digest.c.newsletter_id == newsletter_id)
        .order_by(digest.c.quarter.desc())
    )
    return tuple(
        Digest(
            newsletter_id=row.newsletter_id,
            quarter=Quarter.parse(row.quarter),
            letter_id=row.letter_id,
            settled_at=row.settled_at,
            note=row.note,
            state=MailingState(row.state) if row.state is not None else None,
        )
        for row in rows
    )


def _its(newsletter_id: int, quarter: Quarter) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (digest.c.newsletter_id == newsletter_id, digest.c.quarter == str(quarter))
