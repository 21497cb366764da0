"""Serves the images of letters: the same bytes under the same address, for ever."""

from types import MappingProxyType

from starlette.responses import Response

from newsletter.errors import ImageNotFound
from newsletter.images import store
from newsletter.images.model import file_name
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Site, Visit

# The address is made of the content; whoever opens the image itself sees an image and nothing that runs.
HEADERS = MappingProxyType(
    {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": "inline",
        # Mail is read on pages of others.
        "Cross-Origin-Resource-Policy": "cross-origin",
    },
)


def image(site: Site, visit: Visit) -> Response:
    """Give one image."""
    name = str(visit.path["name"])
    key = name.partition(".")[0]
    try:
        with site.application.database.read() as tx:
            media_type, data = store.content(tx, key)
    except ImageNotFound as error:
        raise PageNotFound from error
    if name != file_name(key, media_type):
        raise PageNotFound
    return Response(data, media_type=media_type, headers={**HEADERS, "ETag": f'"{key}"'})
