"""The verbs by which the desk mails more of an issue that was mailed: ordered, for a minute taken back, then carried out.

An order is a row, and nothing else: who is mailed is asked when its minute is over, of the rows as they stand then. It is
carried out in the transaction that deletes it, with its issue held, so it is done once or not at all, whatever is restarted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from newsletter.errors import NewsletterError, WrongState
from newsletter.issues import alerts, store
from newsletter.issues.practice import MOST_LATENESS
from newsletter.mail import doubts, furtherbook, mailings, rest
from newsletter.mail.furtherbook import Further, Whom
from newsletter.mail.orders import UNDO
from newsletter.mail.uncertain import Doubt
from subscribers.sentence import say
from subscribers.transaction import Transaction

_DONE = {
    Whom.REST: say("go to those who did not get it"),
    Whom.UNCERTAIN: say("be mailed again where its fate is uncertain"),
}


class Nothing(Enum):
    """Why nothing was ordered."""

    # Nobody is left who could get it.
    NOBODY = auto()
    # All of it is ordered, and waits for its minute.
    ORDERED_ALREADY = auto()


@dataclass(frozen=True, slots=True)
class Carried:
    """An order that was carried out, and whom that meant when its minute was over."""

    order: Further
    # Who waits for it once more, who does for the first time, and whose address was erased meanwhile.
    again: int = 0
    new: int = 0
    erased: int = 0
    # Nobody was there to carry it out in time: nothing is mailed by it.
    is_late: bool = False


def count_rest(tx: Transaction, issue_id: int, now: datetime, *, also_new: bool) -> int:
    """Count who would get an issue that did not; of very many people that takes seconds.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it was never mailed.
        BadValue: a segment of the issue cannot be asked.

    """
    owed = rest.look(tx, issue_id, now)
    return owed.again + (owed.new if also_new else 0)


def order_rest(tx: Transaction, issue_id: int, by: str, now: datetime, *, also_new: bool, people: int) -> Further | Nothing:
    """Let an issue go to those who did not get it as soon as that cannot be taken back any more.

    What would keep it from going out is said now and not when the minute is over. How many *people* that are was counted
    before, and is only told: nobody who mails or leaves is to wait for a count.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it was never mailed.
        NotAdopted: this database is a copy that nobody has adopted yet.
        BadValue: the newsletter has no postal address, or its list is archived.

    """
    store.hold(tx, issue_id)
    rest.require_possible(tx, issue_id)
    if covers_rest(furtherbook.of_issue(tx, issue_id), also_new=also_new):
        return Nothing.ORDERED_ALREADY
    if not people:
        return Nothing.NOBODY
    return _kept(tx, Further(issue_id, Whom.REST, also_new, people, by, now, now + UNDO))


def order_resend(tx: Transaction, issue_id: int, some: Sequence[Doubt], by: str, now: datetime) -> Further | Nothing:
    """Let uncertain deliveries of an issue be mailed again as soon as that cannot be taken back any more.

    Whoever is mailed again by an order that waits is left to that one.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it was cancelled.
        NotAdopted: this database is a copy that nobody has adopted yet.

    """
    store.hold(tx, issue_id)
    mailings.require_adopted(tx)
    issue = store.load(tx, issue_id)
    if issue.state not in doubts.MAY_BE_MAILED:
        raise WrongState(issue_id, say("mailed again"), issue.state.words)
    awaited = furtherbook.awaited(tx, issue_id)
    times = {one.delivery_id: one.times for one in some if one.delivery_id not in awaited}
    if not times:
        return Nothing.ORDERED_ALREADY if some else Nothing.NOBODY
    order = _kept(tx, Further(issue_id, Whom.UNCERTAIN, False, len(times), by, now, now + UNDO))
    furtherbook.name(tx, order, times)
    return order


def covers_rest(waiting: Sequence[Further], *, also_new: bool) -> bool:
    """Whether one of the orders that wait is for those who did not get it; *also_new*: and for those who came later."""
    return any(one.whom is Whom.REST and one.also_new >= also_new for one in waiting)


def take_back(tx: Transaction, issue_id: int, order_id: int) -> Further:
    """Let nobody be mailed by an order, for as long as the worker has not carried it out: a minute at least.

    Raises:
        IssueNotFound: there is no issue of this id.
        WrongState: the order was carried out or taken back before, or is for another issue.

    """
    store.hold(tx, issue_id)
    issue = store.load(tx, issue_id)
    order = furtherbook.find(tx, order_id)
    if order is None or order.issue_id != issue_id or not furtherbook.take(tx, order_id):
        raise WrongState(
            issue_id,
            say("taken back"),
            say("%(words)s, and what was ordered is done or taken back already", words=issue.state.words),
        )
    return order


def carry_out(tx: Transaction, order_id: int, now: datetime) -> Carried | None:
    """Do what was ordered for those of whom it still holds; None: somebody took it back or carried it out before.

    Raises:
        WrongState: the issue cannot be mailed any more.
        NotAdopted: this database is a copy that nobody has adopted yet.
        BadValue: the newsletter has no postal address, its list is archived, or a segment of the issue cannot be asked.

    """
    order = _held(tx, order_id)
    if order is None:
        return None
    # They go with the order.
    times = furtherbook.named(tx, order_id)
    if not furtherbook.take(tx, order_id):
        return None
    if now - order.until > MOST_LATENESS:
        _tell(tx, order, say("No worker was there to do it, and now is too late to do it without asking."), now)
        return Carried(order, is_late=True)
    if order.whom is Whom.REST:
        planned = rest.send_rest(tx, order.issue_id, now, also_new=order.also_new)
        return Carried(order, planned.again, planned.new)
    # Settled meanwhile, or mailed again and lost again, which nobody was asked about.
    same = [one for one in doubts.of_issue(tx, order.issue_id) if times.get(one.delivery_id) == one.times]
    done = doubts.resend(tx, same, say("mailed again, by %(given_by)s", given_by=order.given_by), now)
    return Carried(order, done.resent, erased=done.erased)


def give_up(tx: Transaction, order_id: int, refusal: NewsletterError, now: datetime) -> Further | None:
    """Let an order go that cannot be carried out, and tell a person why; None: it is gone already."""
    order = _held(tx, order_id)
    if order is None or not furtherbook.take(tx, order_id):
        return None
    _tell(tx, order, str(refusal), now)
    return order


def _kept(tx: Transaction, order: Further) -> Further:
    alerts.settle_alert(tx, _key(order), order.given_at)
    return furtherbook.keep(tx, order)


def _held(tx: Transaction, order_id: int) -> Further | None:
    order = furtherbook.find(tx, order_id)
    if order is not None:
        store.hold(tx, order.issue_id)
    return order


def _tell(tx: Transaction, order: Further, why: str, now: datetime) -> None:
    issue = store.load(tx, order.issue_id)
    text = say(
        "%(title)s was to %(done)s, as %(given_by)s ordered, and nothing was mailed. %(why)s Order it again if it is "
        "still wanted.",
        title=issue.title,
        done=_DONE[order.whom],
        given_by=order.given_by,
        why=why,
    )
    # The last one counts.
    alerts.settle_alert(tx, _key(order), now)
    alerts.raise_alert(tx, _key(order), text, now, newsletter_id=issue.newsletter_id, issue_id=issue.id)


def _key(order: Further) -> str:
    return f"further-{order.whom}:{order.issue_id}"
