"""Serves the small files that pages link to."""

from starlette.responses import Response

from newsletter.web.faults import PageNotFound
from newsletter.web.packing import accepts_gzip
from newsletter.web.visits import Site, Visit

# An address with the right stamp never means another content.
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


def asset(site: Site, visit: Visit) -> Response:
    """Give one file of the shelf."""
    file = site.pages.shelf.get(str(visit.path["name"]))
    if file is None:
        raise PageNotFound
    headers = {
        "Cache-Control": FOR_EVER if visit.query.get("v") == file.stamp else ASK_AGAIN,
        "ETag": f'"{file.stamp}"',
        "Vary": "Accept-Encoding",
    }
    if not file.packed or not accepts_gzip(visit.encodings):
        return Response(file.body, media_type=file.media_type, headers=headers)
    # Other bytes need another tag.
    packed = {"Content-Encoding": "gzip", "ETag": f'"{file.stamp}-gzip"'}
    return Response(file.packed, media_type=file.media_type, headers=headers | packed)
