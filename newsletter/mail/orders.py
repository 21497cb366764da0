"""The verbs of sending from the desk: whoever orders that an issue goes out can take that back for a minute.

Nothing is held in memory. An issue that is to go out at once is given the time a minute from now, and how it stood before is
written down beside it; so a restart changes nothing, and the worker needs to know of nothing but the time.
"""

from datetime import datetime, timedelta

from newsletter.errors import WrongState
from newsletter.issues import agenda, alerts, newsletters, orderbook, readers, store
from newsletter.issues.model import Issue, IssueState
from newsletter.issues.orderbook import Order
from newsletter.mail import audiences, mailings
from newsletter.review import approval
from subscribers.transaction import Transaction

# Long enough to see what one has done, and short enough to wait for.
UNDO = timedelta(seconds=60)


def send(tx: Transaction, issue_id: int, by: str, now: datetime) -> Order:
    """Let an approved issue go out as soon as this cannot be taken back any more.

    What would keep it from going out is said now and not when its time comes.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is not approved, or was edited since.
        NotAdopted: this database is a copy that nobody has adopted yet.
        BadValue: the newsletter has no postal address, its list is archived, or a segment of the issue cannot be asked.

    """
    return _ordered(tx, issue_id, now + UNDO, by, now, is_at_once=True)


def schedule(tx: Transaction, issue_id: int, at: datetime, by: str, now: datetime) -> Order:
    """Let an approved issue go out at *at*, and not before this can be taken back no more.

    Raises:
        BadValue: as `send` does, or the time has passed.
        IssueNotFound: as `send` does.
        WrongState: as `send` does.
        NotAdopted: as `send` does.

    """
    return _ordered(tx, issue_id, at if at <= now else max(at, now + UNDO), by, now, is_at_once=False)


def open_order(tx: Transaction, issue: Issue, now: datetime) -> Order | None:
    """Give the order for an issue that can still be taken back; None when there is none."""
    found = orderbook.find(tx, issue.id)
    return found if found is not None and found.is_open(issue, now) else None


def take_back(tx: Transaction, issue_id: int, now: datetime) -> Issue:
    """Let an issue stand as it stood before it was ordered to go out: approved, with its former time.

    A time that passed meanwhile is not given back: it would be sent by it at once.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: nobody ordered anything, the minute is over, or the issue was changed since.

    """
    store.hold(tx, issue_id)
    known = store.load(tx, issue_id)
    order = orderbook.find(tx, issue_id)
    if order is None or not order.is_open(known, now):
        raise WrongState(issue_id, "taken back", f"{known.state.words}, and the minute for that is over")
    former = order.before
    has_time = former.send_at is not None and former.send_at > now
    if former.state is IssueState.APPROVED or not has_time:
        store.set_state(tx, known, IssueState.APPROVED, now)
    store.set_send_at(tx, issue_id, former.send_at if has_time else None)
    if has_time or former.send_at is None:
        orderbook.give_slot_back(tx, order)
    alerts.raise_again(tx, issue_id, order.given_at)
    return store.load(tx, issue_id)


def _ordered(tx: Transaction, issue_id: int, at: datetime, by: str, now: datetime, *, is_at_once: bool) -> Order:
    store.hold(tx, issue_id)
    issue = store.load(tx, issue_id)
    mailings.require_adopted(tx)
    newsletters.require_mailable(tx, newsletters.by_id(tx, issue.newsletter_id), readers.list_of(tx, issue))
    if issue.letter_id is None or not approval.holds(tx, issue):
        raise WrongState(issue_id, IssueState.SENDING.done, issue.state.words)
    audiences.among(tx, issue, now)
    before = orderbook.before(tx, issue)
    agenda.schedule_issue(tx, issue_id, at, now)
    given = Order(issue_id, by, now, now + UNDO, at, is_at_once, before)
    orderbook.keep(tx, given)
    return given
