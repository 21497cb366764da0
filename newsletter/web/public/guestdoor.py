"""What a guest's link leads to once the issue that it was for is published."""

from starlette.responses import Response

from newsletter.archive import index
from newsletter.errors import GuestLinkNotFound, IssueNotFound
from newsletter.issues import newsletters
from newsletter.review import guests
from newsletter.review.guests import GuestPurpose
from newsletter.web.speech import FIELD
from newsletter.web.visits import Site, Visit
from subscribers.tokens import Purpose

_PURPOSES = {GuestPurpose.REVIEW: Purpose.REVIEW, GuestPurpose.CONTRIBUTION: Purpose.CONTRIBUTE}


def published(site: Site, visit: Visit, purpose: GuestPurpose) -> Response | None:
    """Tell a guest that the issue is published, and where; None: it is not, or their link was taken back."""
    application = site.application
    number = application.keyring.open(_PURPOSES[purpose], visit.token)
    try:
        with application.database.read() as tx:
            link = guests.find(tx, number, purpose)
            found = index.by_id(tx, link.issue_id)
            newsletter = newsletters.by_id(tx, found.newsletter_id)
    except (GuestLinkNotFound, IssueNotFound):
        return None
    if link.revoked_at is not None:
        return None
    links = application.links
    read = links.read(application.keyring.seal(Purpose.READ, found.issue_id))
    return site.pages.spoken(
        visit.ear.speech(newsletter=newsletter.language, shown=visit.text(FIELD)),
        "public/published.html",
        newsletter=newsletter,
        issue=found,
        address=links.issue(newsletter.slug, found.number) if newsletter.is_shown else read,
    )
