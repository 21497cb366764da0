"""Drafts a month at the desk that nobody was there to draft when its time came."""

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue
from newsletter.issues import authors, draft, newsletters
from newsletter.issues.model import Month, Newsletter
from newsletter.staff import audit
from newsletter.web.visits import Site, Visit
from subscribers.sentence import say
from subscribers.transaction import Transaction

SEE_OTHER = 303


def draft_missed(site: Site, visit: Visit) -> Response:
    """Draft a month that has no issue because nobody was there; pressed twice it is one issue still."""
    month = Month.parse(visit.text("month"))
    application = site.application
    with application.database.read() as tx:
        newsletter = newsletters.by_id(tx, visit.number("newsletter_id"))
        _require_missed(tx, newsletter, month)
    unread = application.reader().read(newsletter.id, month)
    with application.database.write() as tx:
        authors.sign(tx, visit.actor.name)
        # Asked again: somebody else may have pressed the button meanwhile.
        _require_missed(tx, newsletter, month)
        made = draft.draft_month(tx, newsletter, month, visit.now)
        audit.record(tx, visit.actor, "issue.draft", f"issue {made.id}", {"month": str(month)}, visit.now)
    said = "drafted_unread" if unread else "drafted"
    return RedirectResponse(f"/desk/issues/{made.id}?said={said}", SEE_OTHER)


def _require_missed(tx: Transaction, newsletter: Newsletter, month: Month) -> None:
    if month not in draft.missed_months(tx, newsletter.id):
        raise BadValue(say("month"), month.words, say("is not waiting to be drafted for %(name)s", name=newsletter.name))
