"""The front door: which newsletters there are."""

from collections.abc import Sequence

from starlette.responses import Response

from newsletter.web.public.publications import Publication, publications
from newsletter.web.speech import Speech
from newsletter.web.visits import Site, Visit


def home(site: Site, visit: Visit) -> Response:
    """Show every newsletter with the way to get it and to read it."""
    with site.application.database.read() as tx:
        shown = publications(tx)
    return site.pages.spoken(_speech(visit, shown), "public/home.html", publications=shown)


def _speech(visit: Visit, shown: Sequence[Publication]) -> Speech:
    # Where there are several, none of them says how the house speaks.
    if len(shown) != 1:
        return visit.ear.speech()
    return visit.ear.speech(list_=shown[0].list.language, newsletter=shown[0].newsletter.language)
