"""Orders of the desk to send an issue, in SQL: one for each issue, with how the issue stood before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.issues.model import Issue, IssueState
from newsletter.issues.schedule import SlotState
from newsletter.tables.issues import send_order, slot
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Before:
    """How an issue stood before it was ordered to go out."""

    state: IssueState
    send_at: datetime | None
    # Of its slot; None for an issue without one.
    slot_state: SlotState | None
    slot_note: str


@dataclass(frozen=True, slots=True)
class Order:
    """Somebody's word that an issue goes out."""

    issue_id: int
    given_by: str
    given_at: datetime
    # From then on it stands.
    until: datetime
    send_at: datetime
    is_at_once: bool
    before: Before

    def is_open(self, issue: Issue, now: datetime) -> bool:
        """Whether it can be taken back: its minute is not over, and the issue still stands as it was ordered."""
        return now < self.until and issue.state is IssueState.SCHEDULED and issue.send_at == self.send_at


def before(tx: Transaction, issue: Issue) -> Before:
    """Tell how an issue stands."""
    found = tx.execute(select(slot.c.state, slot.c.note).where(slot.c.issue_id == issue.id)).one_or_none()
    if found is None:
        return Before(issue.state, issue.send_at, None, "")
    return Before(issue.state, issue.send_at, SlotState(found.state), found.note)


def keep(tx: Transaction, order: Order) -> None:
    """Write an order down, instead of the one before."""
    values = {
        "given_by": order.given_by,
        "given_at": order.given_at,
        "until": order.until,
        "send_at": order.send_at,
        "is_at_once": order.is_at_once,
        "was_state": order.before.state,
        "was_send_at": order.before.send_at,
        "slot_state": order.before.slot_state or "",
        "slot_note": order.before.slot_note,
    }
    statement = insert(send_order).values(issue_id=order.issue_id, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=[send_order.c.issue_id], set_=values))


def find(tx: Transaction, issue_id: int) -> Order | None:
    """Give the last order for an issue, also one that cannot be taken back any more."""
    row = tx.execute(select(send_order).where(send_order.c.issue_id == issue_id)).one_or_none()
    return _order(row) if row is not None else None


def give_slot_back(tx: Transaction, order: Order) -> None:
    """Let the slot of an issue stand as it stood before the order; an issue without one is no error."""
    stood = order.before
    if stood.slot_state is not None:
        its = slot.c.issue_id == order.issue_id
        tx.execute(update(slot).where(its).values(state=stood.slot_state, note=stood.slot_note))


def _order(row: Row[Any]) -> Order:
    return Order(
        issue_id=row.issue_id,
        given_by=row.given_by,
        given_at=row.given_at,
        until=row.until,
        send_at=row.send_at,
        is_at_once=row.is_at_once,
        before=Before(
            state=IssueState(row.was_state),
            send_at=row.was_send_at,
            slot_state=SlotState(row.slot_state) if row.slot_state else None,
            slot_note=row.slot_note,
        ),
    )
