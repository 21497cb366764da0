"""Begins an issue at the desk when somebody wants one: of the posts of a month, or an empty one under a title."""

from zoneinfo import ZoneInfo

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue
from newsletter.issues import authors, draft, newsletters, store
from newsletter.issues.model import Issue, IssueState, Month, Newsletter
from newsletter.issues.store import IssueLine
from newsletter.staff import audit
from newsletter.web import spelled
from newsletter.web.desk import frame
from newsletter.web.desk.issue.audience import Option
from newsletter.web.visits import Site, Visit

SEE_OTHER = 303
UNPROCESSABLE = 422

# A year back: what is older is for the command.
MONTHS_OFFERED = 12
# Cancelled issues among the latest; more than anybody cancels.
LOOKED_BACK = 50


def form(site: Site, visit: Visit) -> Response:
    """Ask what it begins with."""
    return _form(site, visit)


def begin(site: Site, visit: Visit) -> Response:
    """Begin the issue, and lead to it."""
    application = site.application
    with application.database.read() as tx:
        newsletter = newsletters.by_id(tx, visit.number("newsletter_id"))
    try:
        month = Month.parse(visit.text("month")) if visit.text("of") == "month" else None
        unread = application.reader().read(newsletter.id, month) if month is not None else ()
        made = _begun(site, visit, newsletter, month)
    except BadValue as wrong:
        return _form(site, visit, error=wrong)
    said = "begun" if month is None else "drafted_unread" if unread else "drafted"
    return RedirectResponse(f"/desk/issues/{made.id}?said={said}", SEE_OTHER)


def _begun(site: Site, visit: Visit, newsletter: Newsletter, month: Month | None) -> Issue:
    from_last = visit.text("from_last") == "1"
    with site.application.database.write() as tx:
        authors.sign(tx, visit.actor.name)
        if month is None:
            made = draft.draft_empty(tx, newsletter, visit.text("title"), visit.now, from_last=from_last)
        else:
            made = draft.draft_month(tx, newsletter, month, visit.now, from_last=from_last)
        audit.record(tx, visit.actor, "issue.draft", f"issue {made.id}", {"month": made.month}, visit.now)
    return made


def _form(site: Site, visit: Visit, error: BadValue | None = None) -> Response:
    with site.application.database.read() as tx:
        newsletter = newsletters.by_id(tx, visit.number("newsletter_id"))
        earlier = store.issues_of(tx, newsletter.id, LOOKED_BACK)
    response = frame.page(
        site,
        visit,
        "desk/board/begin.html",
        newsletter=newsletter,
        months=_months(newsletter, earlier, visit),
        is_of_month=visit.text("of") != "title",
        title=visit.text("title"),
        title_error=error.reason if error is not None and error.what == "title" else "",
        refused=str(error) if error is not None and error.what != "title" else "",
        has_last=any(line.state is not IssueState.CANCELLED for line in earlier),
        from_last=visit.text("from_last") == "1",
        longest=draft.LONGEST_TITLE,
    )
    response.status_code = UNPROCESSABLE if error is not None else 200
    return response


def _months(newsletter: Newsletter, earlier: tuple[IssueLine, ...], visit: Visit) -> tuple[Option, ...]:
    """Give the months whose posts can be taken, the current one first."""
    month, taken = Month.of(visit.now.astimezone(ZoneInfo(newsletter.zone)).date()), {line.month for line in earlier}
    found = []
    for _ in range(MONTHS_OFFERED):
        words = spelled.month(month, visit.words)
        if str(month) in taken:
            words = visit.words.gettext("%(month)s (has an issue; what is left of it)", month=words)
        found.append(Option(str(month), words, is_chosen=str(month) == visit.text("month")))
        month = month.previous
    return tuple(found)
