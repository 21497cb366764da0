"""All issues of a newsletter, page by page: the board shows those of a year."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.issues import newsletters, store
from newsletter.issues.model import IssueState
from newsletter.languages.catalogue import Words
from newsletter.staff.permissions import Permission, allowed
from newsletter.web.desk import frame
from newsletter.web.desk.issue import states
from newsletter.web.visits import Site, Visit, whole_number

PAGE = 50
# The key of the tab that leaves nothing out.
ALL = "all"
# What the column of numbers holds.
LARGEST = 2**31 - 1


def show(site: Site, visit: Visit) -> Response:
    """Show a page of the issues, the latest first; a state that there is none of shows them all."""
    newsletter_id, state, before = visit.number("newsletter_id"), _state(visit), whole_number(visit.query.get("before", ""))
    with site.application.database.read() as tx:
        newsletter = newsletters.by_id(tx, newsletter_id)
        counts = store.counts_of(tx, newsletter_id)
        found = store.page_of(tx, newsletter_id, state, min(before, LARGEST) if before is not None else None, PAGE + 1)
    shown = found[:PAGE]
    here, asked = f"/desk/newsletters/{newsletter_id}/issues", {"state": state.value} if state is not None else {}
    return frame.page(
        site,
        visit,
        "desk/board/shelf.html",
        newsletter=newsletter,
        issues=[(line, states.shown(line.state, is_paused=line.is_paused)) for line in shown],
        tabs=_tabs(visit, here, counts, state) if counts else (),
        tab=state.value if state is not None else ALL,
        is_filtered=state is not None,
        may_begin=allowed(visit.actor, Permission.EDIT, newsletter_id),
        here_address=here,
        first=f"{here}?{urlencode(asked)}" if asked else here,
        is_later=before is not None,
        later=f"{here}?{urlencode({**asked, 'before': shown[-1].number})}" if len(found) > PAGE else "",
    )


def _state(visit: Visit) -> IssueState | None:
    asked = visit.query.get("state", "")
    return next((state for state in IssueState if state.value == asked), None)


def _tabs(
    visit: Visit, here: str, counts: Mapping[IssueState, int], chosen: IssueState | None
) -> Sequence[tuple[str, str, str]]:
    """Give the states that there are issues in, in the order of an issue's life: key, words with how many, and address."""
    words = visit.words
    each = [state for state in IssueState if counts.get(state) or state is chosen]
    return (
        (ALL, _counted(words.gettext("All"), sum(counts.values()), words), here),
        *(
            (
                state.value,
                _counted(words.gettext(states.shown(state, is_paused=False).words), counts.get(state, 0), words),
                f"{here}?{urlencode({'state': state.value})}",
            )
            for state in each
        ),
    )


def _counted(name: str, count: int, words: Words) -> str:
    return words.gettext("%(state)s (%(count)s)", state=name[:1].upper() + name[1:], count=words.number(count))
