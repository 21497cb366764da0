"""What stands around every page of an issue: its name, how it stands, its tabs, and what can still be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from starlette.responses import HTMLResponse

from newsletter.issues import newsletters, store
from newsletter.issues.model import Issue, Month, Newsletter
from newsletter.issues.orderbook import Order
from newsletter.languages.catalogue import Words, later
from newsletter.mail import orders
from newsletter.staff.permissions import Permission, allowed
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Said
from newsletter.web.desk.issue import states
from newsletter.web.spelled import month
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


def look(tx: Transaction, issue_id: int, now: datetime) -> Around:
    """Read what all pages of an issue show of it.

    Raises:
        IssueNotFound: there is none of this id.

    """
    issue = store.load(tx, issue_id)
    return Around(issue, newsletters.by_id(tx, issue.newsletter_id), orders.open_order(tx, issue, now))


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
        undo_seconds=round((order.until - visit.now).total_seconds()) if order is not None else 0,
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


def _month_beside_title(issue: Issue, words: Words) -> str:
    """Name the month an issue covers where its title does not."""
    covered = month(Month.parse(issue.month), words) if issue.month else ""
    return "" if covered == issue.title else covered
