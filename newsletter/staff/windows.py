"""Which windows of the desk have which issue open, and what in it, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, or_, select

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.tables.issues import issue
from newsletter.tables.presence import open_window
from newsletter.tables.staff import account
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Key:
    """Whose window it is, and what it calls itself."""

    account_id: int
    window: str


@dataclass(frozen=True, slots=True)
class Window:
    """A window with an issue open."""

    key: Key
    # Of its owner.
    name: str
    issue_id: int
    # What is being edited in it: "t41" a text, "a41" its card, "c41" a comment on it, "s7" a section, "n7" something new in
    # one, "head" what stands above them; empty: nothing.
    place: str
    seen_at: datetime


def note(tx: Transaction, seen: Sequence[Window]) -> None:
    """Write down where windows are; what is known of later moments stays."""
    known = _known(tx, seen)
    rows = [
        {
            "account_id": one.key.account_id,
            "window": one.key.window,
            "issue_id": one.issue_id,
            "place": one.place,
            "seen_at": one.seen_at,
        }
        for one in seen
        if (one.key.account_id, one.issue_id) in known
    ]
    if not rows:
        return
    said = insert(open_window)
    new = said.excluded
    # A window whose requests go to several processes is where it was last.
    said = said.on_conflict_do_update(
        index_elements=["account_id", "window"],
        set_={"issue_id": new.issue_id, "place": new.place, "seen_at": new.seen_at},
        where=open_window.c.seen_at < new.seen_at,
    )
    tx.execute(said, rows)


def forget(tx: Transaction, closed: Sequence[Key], before: datetime) -> None:
    """Forget windows that were closed, and all that said nothing since *before*."""
    gone = [and_(open_window.c.account_id == one.account_id, open_window.c.window == one.window) for one in closed]
    tx.execute(delete(open_window).where(or_(open_window.c.seen_at < before, *gone)))


def at_issue(tx: Transaction, issue_id: int, since: datetime) -> tuple[Window, ...]:
    """Give the windows that have an issue open and said so *since*."""
    query = (
        select(open_window, account.c.name)
        .join(account, account.c.id == open_window.c.account_id)
        .where(open_window.c.issue_id == issue_id, open_window.c.seen_at >= since)
        .order_by(account.c.name, open_window.c.window)
    )
    return tuple(
        Window(Key(row.account_id, row.window), row.name, row.issue_id, row.place, row.seen_at) for row in tx.execute(query)
    )


def _known(tx: Transaction, seen: Sequence[Window]) -> set[tuple[int, int]]:
    """Give the pairs of an account and an issue that are there still: either may be gone since the window said so."""
    people = set(tx.execute(select(account.c.id).where(account.c.id.in_({one.key.account_id for one in seen}))).scalars())
    issues = set(tx.execute(select(issue.c.id).where(issue.c.id.in_({one.issue_id for one in seen}))).scalars())
    return {(who, what) for who in people for what in issues}
