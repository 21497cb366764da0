"""Addresses never to be written to, remembered by keyed hash so that they outlive the person's row."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, or_, select

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from subscribers.model import EVERY_LIST, Reason
from subscribers.tables.evidence import suppression
from subscribers.tables.lists import mailing_list
from subscribers.transaction import Transaction

# From the person's own word, which a fresh confirmation takes back, to what only the staff may lift. A stronger reason
# is never overwritten by a weaker one: whoever called a mail spam and then unsubscribes has still called it spam.
_STRENGTH = (Reason.UNSUBSCRIBED, Reason.ERASED, Reason.BOUNCED, Reason.COMPLAINED, Reason.MANUAL)

# What the person can take back by confirming again.
OWN_WORD = frozenset({Reason.UNSUBSCRIBED, Reason.ERASED})


def suppress(tx: Transaction, email_hash: str, reason: Reason, now: datetime, *, list_id: int = EVERY_LIST) -> None:
    """Never write to this address again, on one list or on every list. Saying it twice is not an error."""
    weaker = _STRENGTH[: _STRENGTH.index(reason)]
    statement = insert(suppression).values(email_hash=email_hash, list_id=list_id, reason=reason, at=now)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["email_hash", "list_id"],
            set_={"reason": statement.excluded.reason, "at": statement.excluded.at},
            where=suppression.c.reason.in_(weaker),
        )
    )


def lift(tx: Transaction, email_hash: str, *, list_id: int) -> None:
    """Take back the suppression of exactly this scope (one list, or EVERY_LIST), whatever its reason."""
    tx.execute(delete(suppression).where(suppression.c.email_hash == email_hash, suppression.c.list_id == list_id))


def take_back(tx: Transaction, email_hash: str, list_id: int) -> None:
    """Lift, for one list, what the person had said; a no to every list becomes a no to each other list there is."""
    own = (suppression.c.email_hash == email_hash, suppression.c.reason.in_(OWN_WORD))
    others = (
        select(suppression.c.email_hash, mailing_list.c.id, suppression.c.reason, suppression.c.at)
        .join_from(suppression, mailing_list, mailing_list.c.id != list_id)
        .where(*own, suppression.c.list_id == EVERY_LIST)
    )
    tx.execute(insert(suppression).from_select(["email_hash", "list_id", "reason", "at"], others).on_conflict_do_nothing())
    tx.execute(delete(suppression).where(*own, suppression.c.list_id.in_((EVERY_LIST, list_id))))


def is_suppressed(tx: Transaction, email_hash: str, list_id: int) -> bool:
    """Whether this address must not be written to on this list."""
    return reason_of(tx, email_hash, list_id) is not None


def reason_of(tx: Transaction, email_hash: str, list_id: int) -> Reason | None:
    """Give the strongest reason why this address must not be written to on this list; None when there is none."""
    found = tx.execute(
        select(suppression.c.reason).where(
            suppression.c.email_hash == email_hash, suppression.c.list_id.in_((EVERY_LIST, list_id))
        )
    ).scalars()
    return max((Reason(reason) for reason in found), key=_STRENGTH.index, default=None)


def among(tx: Transaction, email_hashes: Collection[str], list_id: int) -> frozenset[str]:
    """Give those of *email_hashes* that must not be written to on this list."""
    found = tx.execute(
        select(suppression.c.email_hash).where(
            suppression.c.email_hash.in_(email_hashes), suppression.c.list_id.in_((EVERY_LIST, list_id))
        )
    )
    return frozenset(found.scalars())


def holds(email_hash: ColumnElement[str], list_id: ColumnElement[int] | int) -> ColumnElement[bool]:
    """Give the condition, for a statement of another table, that the address of its row must not be written to."""
    return exists().where(
        suppression.c.email_hash == email_hash,
        or_(suppression.c.list_id == EVERY_LIST, suppression.c.list_id == list_id),
    )
