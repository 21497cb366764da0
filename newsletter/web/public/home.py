"""The front door: which newsletters there are."""

from starlette.responses import Response

from newsletter.web.public.publications import publications
from newsletter.web.visits import Site, Visit


def home(site: Site, visit: Visit) -> Response:  # noqa: ARG001 -- an endpoint's signature
    """Show every newsletter with the way to get it and to read it."""
    with site.application.database.read() as tx:
        return site.pages.page("public/home.html", publications=publications(tx))
