"""What all acts on an issue have in common: the issue that was seen, what is written down, and the page that follows."""

from starlette.responses import RedirectResponse, Response

from newsletter.errors import Outdated
from newsletter.issues import authors, store
from newsletter.issues.model import Issue
from newsletter.staff import audit
from newsletter.web.visits import Visit, whole_number
from subscribers.transaction import Transaction

SEE_OTHER = 303


def seen(tx: Transaction, visit: Visit) -> Issue:
    """Give the issue, if it is still the one that the page with the button showed.

    Raises:
        Outdated: it was edited after the page was made.

    """
    authors.sign(tx, visit.actor.name)
    issue = store.load(tx, visit.number("issue_id"))
    shown = visit.text("version")
    if shown != str(issue.version):
        raise Outdated(issue.id, issue.version, whole_number(shown) or 0)
    return issue


def record(tx: Transaction, visit: Visit, act: str, issue_id: int, **detail: object) -> None:
    """Write down who did what."""
    audit.record(tx, visit.actor, act, f"issue {issue_id}", detail, visit.now)


def to_overview(issue_id: int, said: str) -> Response:
    """Lead to the issue."""
    return _to(f"/desk/issues/{issue_id}", said)


def to_review(issue_id: int, said: str, place: str = "") -> Response:
    """Lead to its review."""
    return _to(f"/desk/issues/{issue_id}/review", said, place)


def to_send(issue_id: int, said: str) -> Response:
    """Lead to the page it is sent and watched on."""
    return _to(f"/desk/issues/{issue_id}/send", said)


def _to(path: str, said: str, place: str = "") -> Response:
    return RedirectResponse(f"{path}?said={said}{place}", SEE_OTHER)
