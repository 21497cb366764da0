"""Serves the small files that pages link to."""

from starlette.responses import Response

from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Site, Visit

# An address with the right stamp never means another content.
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


def asset(site: Site, visit: Visit) -> Response:
    """Give one file of the shelf."""
    file = site.pages.shelf.get(str(visit.path["name"]))
    if file is None:
        raise PageNotFound
    keep = FOR_EVER if visit.query.get("v") == file.stamp else ASK_AGAIN
    return Response(file.body, media_type=file.media_type, headers={"Cache-Control": keep, "ETag": f'"{file.stamp}"'})
