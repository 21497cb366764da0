"""All issues of a newsletter, page by page: the board shows those of a year."""

from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.issues import newsletters, store
from newsletter.issues.model import IssueState
from newsletter.web.desk import frame
from newsletter.web.desk.issue import states
from newsletter.web.desk.issue.audience import Option
from newsletter.web.visits import Site, Visit, whole_number

PAGE = 50
# What the column of numbers holds.
LARGEST = 2**31 - 1


def show(site: Site, visit: Visit) -> Response:
    """Show a page of the issues, the latest first; a state that there is none of shows them all."""
    newsletter_id, state, before = visit.number("newsletter_id"), _state(visit), whole_number(visit.query.get("before", ""))
    with site.application.database.read() as tx:
        newsletter = newsletters.by_id(tx, newsletter_id)
        found = store.page_of(tx, newsletter_id, state, min(before, LARGEST) if before is not None else None, PAGE + 1)
    shown = found[:PAGE]
    here, asked = f"/desk/newsletters/{newsletter_id}/issues", {"state": state.value} if state is not None else {}
    return frame.page(
        site,
        visit,
        "desk/board/shelf.html",
        newsletter=newsletter,
        issues=[(line, states.shown(line.state, is_paused=line.is_paused)) for line in shown],
        states=_options(visit, state),
        is_filtered=state is not None,
        here_address=here,
        first=f"{here}?{urlencode(asked)}" if asked else here,
        is_later=before is not None,
        later=f"{here}?{urlencode({**asked, 'before': shown[-1].number})}" if len(found) > PAGE else "",
    )


def _state(visit: Visit) -> IssueState | None:
    asked = visit.query.get("state", "")
    return next((state for state in IssueState if state.value == asked), None)


def _options(visit: Visit, chosen: IssueState | None) -> tuple[Option, ...]:
    words = visit.words
    each = (
        Option(state.value, words.gettext(states.shown(state, is_paused=False).words), is_chosen=state is chosen)
        for state in IssueState
    )
    return (Option("", words.gettext("Any state"), is_chosen=chosen is None), *each)
