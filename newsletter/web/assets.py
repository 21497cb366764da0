"""Serves the small files that pages link to."""

import re

from starlette.responses import Response

from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Site, Visit

# An address with the right stamp never means another content.
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

# As RFC 9110 writes it.
_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.[0-9]{0,3})?)")


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


def accepts_gzip(wanted: str) -> bool:
    """Whether who asks with this `Accept-Encoding` can unpack gzip; one that does not say so cannot."""
    weights = dict(map(_weighed, wanted.lower().split(",")))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weighed(coding: str) -> tuple[str, float]:
    name, _, parameters = coding.partition(";")
    weight = _WEIGHT.fullmatch(parameters.strip()) if parameters else None
    if parameters and weight is None:
        return name.strip(), 0.0
    return name.strip(), float(weight[1]) if weight else 1.0
