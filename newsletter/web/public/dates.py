"""The dates of a newsletter's issues, for the calendar programs of its staff: by a link that tells nothing else."""

from starlette.responses import Response

from newsletter.issues import calendar, newsletters, production
from newsletter.issues.ical import MEDIA_TYPE
from newsletter.web.visits import Site, Visit
from subscribers.tokens import Purpose

# A year of a monthly newsletter.
MOST_SLOTS = 12


def show(site: Site, visit: Visit) -> Response:
    """Give the dates of the next issues."""
    application = site.application
    newsletter_id = application.keyring.open(Purpose.CALENDAR, visit.token)
    with application.database.read() as tx:
        newsletter = newsletters.by_id(tx, newsletter_id)
        slots = calendar.upcoming(tx, newsletter_id, visit.now, MOST_SLOTS)
    links = application.links
    file = production.calendar_of(newsletter, slots, links.host, links.desk_issue, visit.now)
    return Response(file, media_type=MEDIA_TYPE, headers={"Content-Disposition": 'inline; filename="dates.ics"'})
