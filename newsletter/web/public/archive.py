"""What was published: newsletters, their issues, each issue's own bytes, and a feed of them."""

from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from starlette.responses import HTMLResponse, RedirectResponse, Response

from newsletter.archive import errata, index, syndication
from newsletter.archive.index import PublishedIssue
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import words_for
from newsletter.letters.webcopy import Correction, corrected, public_html
from newsletter.web.faults import PageNotFound
from newsletter.web.guard import LETTER_HEADERS
from newsletter.web.public.publications import publication, publications
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction

# Published issues never change; a minute keeps a rush of readers off the database.
CACHE = {"Cache-Control": "public, max-age=60"}
ATOM = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Year:
    """The issues of a year in the newsletter's zone, newest first."""

    year: int
    issues: tuple[PublishedIssue, ...]


def shelves(site: Site, visit: Visit) -> Response:
    """Show all newsletters with their latest issue."""
    with site.application.database.read() as tx:
        shown = publications(tx)
    return site.pages.spoken(visit.ear.speech(), "public/archive.html", publications=shown)


def shelf(site: Site, visit: Visit) -> Response:
    """Show all issues of one newsletter."""
    with site.application.database.read() as tx:
        shown = publication(tx, _newsletter(visit, tx))
    return site.pages.spoken(
        visit.ear.speech(list_=shown.list.language, newsletter=shown.newsletter.language),
        "public/shelf.html",
        newsletter=shown.newsletter,
        description=shown.description,
        subscribe=shown.subscribe,
        years=_years(shown.issues, shown.newsletter.zone),
    )


def issue(site: Site, visit: Visit) -> Response:
    """Show a published issue: the letter's own bytes, with nobody's values in its slots, below what was corrected since."""
    slug, number = str(visit.path["slug"]), visit.number("number")
    with site.application.database.read() as tx:
        shown = index.published_issue(tx, slug, number)
        told = errata.errata_of(tx, shown.issue.issue_id)
        newsletter = newsletters.by_id(tx, shown.issue.newsletter_id)
    words = words_for(newsletter.language)
    html = public_html(shown.letter, site.application.links, slug, number)
    corrections = [Correction(words.day(one.published_at, newsletter.zone), one.published_by, one.text) for one in told]
    html = corrected(html, corrections, words)
    return HTMLResponse(html, headers={**LETTER_HEADERS, **CACHE})


def feed(site: Site, visit: Visit) -> Response:
    """Give the published issues as an Atom feed."""
    with site.application.database.read() as tx:
        newsletter = _newsletter(visit, tx)
        body = syndication.atom(newsletter, index.published(tx, newsletter.id), site.application.links)
    return Response(body, headers=CACHE, media_type=ATOM)


def with_slash(site: Site, visit: Visit) -> Response:  # noqa: ARG001 -- an endpoint's signature
    """Send a reader who left the slash away to the page that has it."""
    slug = visit.path.get("slug")
    return RedirectResponse(f"/archive/{slug}/" if slug else "/archive/", 308)


def _newsletter(visit: Visit, tx: Transaction) -> Newsletter:
    found = newsletters.find(tx, str(visit.path["slug"]))
    if found.slug != visit.path["slug"]:
        # Found by its name it would have a second address.
        raise PageNotFound
    return found


def _years(issues: tuple[PublishedIssue, ...], zone: str) -> tuple[Year, ...]:
    local = ZoneInfo(zone)
    years = groupby(issues, key=lambda item: item.published_at.astimezone(local).year)
    return tuple(Year(year, tuple(items)) for year, items in years)
