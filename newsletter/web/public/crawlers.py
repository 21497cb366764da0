"""What search engines ask for first."""

from starlette.responses import PlainTextResponse, Response

from newsletter.archive import index, shelf
from newsletter.archive import sitemap as maps
from newsletter.web.public.publications import shown_newsletters
from newsletter.web.visits import Site, Visit

# A machine comes once a day; the map of everything need not be drawn for each.
CACHE = {"Cache-Control": "public, max-age=600"}


def robots(site: Site, visit: Visit) -> Response:  # noqa: ARG001 -- an endpoint's signature
    """Say which pages no machine is to ask for."""
    return PlainTextResponse(maps.robots(site.application.links), headers=CACHE)


def sitemap(site: Site, visit: Visit) -> Response:  # noqa: ARG001 -- an endpoint's signature
    """Give the map of all public pages."""
    with site.application.database.read() as tx:
        shown = shown_newsletters(tx)
        ids = {one.id for one in shown}
        published = [one for one in index.published(tx, None) if one.newsletter_id in ids]
        articles = shelf.articles_of(tx, [one.issue_id for one in published])
    body = maps.sitemap(shown, published, articles, site.application.links)
    return Response(body, headers=CACHE, media_type="application/xml")
