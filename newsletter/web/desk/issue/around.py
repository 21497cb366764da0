"""What stands around every page of an issue: its name, how it stands, its tabs, and what can still be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from starlette.responses import HTMLResponse

from newsletter.issues import newsletters, store
from newsletter.issues.model import Issue, IssueState, Month, Newsletter
from newsletter.issues.orderbook import Order
from newsletter.languages.catalogue import Words, later
from newsletter.mail import furtherbook, orders
from newsletter.mail.furtherbook import Further, Whom
from newsletter.staff.permissions import Permission, allowed
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Said
from newsletter.web.desk.issue import states
from newsletter.web.spelled import moment, month
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction


class Tab(StrEnum):
    """One page of an issue."""

    OVERVIEW = "overview"
    COMPOSE = "compose"
    GUESTS = "guests"
    REVIEW = "review"
    SEND = "send"
    VERSIONS = "versions"
    FIGURES = "figures"


_TABS = (
    (Tab.OVERVIEW, later("Overview"), "/desk/issues/{}"),
    (Tab.COMPOSE, later("Compose"), "/desk/issues/{}/compose"),
    (Tab.GUESTS, later("Guests"), "/desk/issues/{}/contributions"),
    (Tab.REVIEW, later("Review"), "/desk/issues/{}/review"),
    (Tab.SEND, later("Send"), "/desk/issues/{}/send"),
    (Tab.VERSIONS, later("Versions"), "/desk/issues/{}/versions"),
    (Tab.FIGURES, later("Figures"), "/desk/issues/{}/figures"),
)


@dataclass(frozen=True, slots=True)
class Around:
    """What all pages of an issue show of it."""

    issue: Issue
    newsletter: Newsletter
    # Somebody ordered that it goes out, and can take that back.
    order: Order | None = None
    # Somebody ordered that more of it is mailed, and nobody was mailed by that yet.
    further: tuple[Further, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order to mail more of an issue, as a page tells it."""

    id: int | None
    # What happens, with whom, and when.
    words: str
    given_by: str
    # For how long it waits at least; 0 when the worker may begin at any moment.
    seconds: int


def look(tx: Transaction, issue_id: int, now: datetime) -> Around:
    """Read what all pages of an issue show of it.

    Raises:
        IssueNotFound: there is none of this id.

    """
    issue = store.load(tx, issue_id)
    order = orders.open_order(tx, issue, now)
    return Around(issue, newsletters.by_id(tx, issue.newsletter_id), order, furtherbook.of_issue(tx, issue_id))


def page(
    site: Site,
    visit: Visit,
    name: str,
    around: Around,
    /,
    *,
    tab: Tab,
    readers: str = "",
    said: Said | None = None,
    **values: object,
) -> HTMLResponse:
    """Answer with the template *name*, which extends `desk/issue/_issue.html`; *readers*: how many get the issue, in words."""
    issue, order = around.issue, around.order
    return frame.page(
        site,
        visit,
        name,
        here=frame.Area.ISSUES,
        said=said,
        issue=issue,
        newsletter=around.newsletter,
        month=_month_beside_title(issue, visit.words),
        state=states.shown(issue.state, is_paused=issue.is_paused),
        standing=states.standing(issue, readers),
        tabs=tabs(issue.id, visit.words),
        tab=tab,
        order=order,
        undo_seconds=_seconds(order.until, visit.now) if order is not None else 0,
        is_due=issue.state is IssueState.SCHEDULED and issue.send_at is not None and issue.send_at <= visit.now,
        waiting=[_waiting(one, around, visit) for one in around.further],
        can_undo=may(visit, Permission.SEND, around),
        readers=readers,
        **values,
    )


def tabs(issue_id: int, words: Words) -> Sequence[tuple[str, str, str]]:
    """Give the pages of an issue: key, words and address."""
    return [(tab.value, words.gettext(text), path.format(issue_id)) for tab, text, path in _TABS]


def may(visit: Visit, permission: Permission, around: Around) -> bool:
    """Whether whoever looks may do something with an issue."""
    return allowed(visit.actor, permission, around.newsletter.id)


def _waiting(order: Further, around: Around, visit: Visit) -> Waiting:
    when = moment(order.until, around.newsletter.zone, visit.words)
    if order.whom is Whom.REST:
        told = visit.words.ngettext(
            "It goes to %(num)s person who did not get it, %(moment)s.",
            "It goes to %(num)s people who did not get it, %(moment)s.",
            order.people,
            moment=when,
        )
    else:
        told = visit.words.ngettext(
            "It is mailed again to %(num)s person whose delivery is uncertain, %(moment)s.",
            "It is mailed again to %(num)s people whose delivery is uncertain, %(moment)s.",
            order.people,
            moment=when,
        )
    return Waiting(order.id, told, order.given_by, _seconds(order.until, visit.now))


def _seconds(until: datetime, now: datetime) -> int:
    return max(0, round((until - now).total_seconds()))


def _month_beside_title(issue: Issue, words: Words) -> str:
    """Name the month an issue covers where its title does not."""
    covered = month(Month.parse(issue.month), words) if issue.month else ""
    return "" if covered == issue.title else covered
