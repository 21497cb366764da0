"""Metrics for whoever has the token, and whether this process can be given work."""

from http import HTTPStatus

from starlette.responses import JSONResponse, Response

from newsletter.watching import readiness
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Site, Visit


def show(site: Site, visit: Visit) -> Response:
    """Answer metrics; without a token of this instance there is no such page.

    Raises:
        PageNotFound: no token is set.

    """
    access = site.application.settings.watching
    if not access.token:
        raise PageNotFound
    if not access.lets_in(visit.headers.get("authorization", "")):
        return Response("A token is needed.\n", HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": "Bearer"}, "text/plain")
    page = site.watch.page()
    return Response(page.body, media_type=page.content_type)


def ready(site: Site, visit: Visit) -> Response:  # noqa: ARG001 -- an endpoint's signature
    """Answer 200 while the database answers in the shape this version expects and the process goes on, else 503."""
    found = readiness.look(site.application.database, is_stopping=site.is_stopping())
    status = HTTPStatus.OK if found.is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse(dict(found.document()), status, {"Cache-Control": "no-store"})
