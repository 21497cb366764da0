"""Puts the API together, at its first request: nothing that stands here is loaded where nobody asks for it."""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from newsletter.errors import NewsletterError
from newsletter.web.api import openapi, problems
from newsletter.web.api.gate import Gate
from newsletter.web.api.problems import ApiError, BodyUnreadable, Invalid, Wrong
from newsletter.web.api.resources import (
    articles,
    exchange,
    issues,
    newsletters,
    posts,
    public,
    segments,
    sending,
    subscribers,
    wishes,
)
from newsletter.web.api.routing import Routes
from newsletter.web.faults import PageError
from newsletter.web.visits import Site
from subscribers.errors import SubscribersError

# In the order of the description.
ROOMS: tuple[Routes, ...] = (
    *(newsletters.routes, posts.routes, issues.routes, articles.routes, sending.routes),
    *(subscribers.routes, wishes.routes, segments.routes, exchange.routes, public.routes),
)

# Of what is wrong in one request, so many are told.
MOST_WRONG = 20


def assemble(site: Site) -> ASGIApp:
    """Make the application of the API, behind its gate."""
    return Gate(application(site), site)


def application(site: Site) -> FastAPI:
    """Make the application of the API, without what stands before it."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.site = site
    app.router.route_class = Strict
    for room in ROOMS:
        room.router.route_class = Strict
        app.include_router(room.router)
    for kind in (ApiError, PageError, NewsletterError, SubscribersError, HTTPException, Exception):
        app.add_exception_handler(kind, _refuse)
    app.add_exception_handler(RequestValidationError, _refuse_invalid)
    document = openapi.describe(app, ROOMS, version("newsletter"), site.application.settings.public_url)

    async def tell(_request: Request) -> Response:
        return JSONResponse(document)

    app.add_route("/openapi.json", tell, methods=["GET"])
    return app


class _Once(Request):
    """A request whose JSON says nothing twice."""

    async def json(self) -> Any:  # noqa: ANN401 -- any JSON
        """Read the body.

        Raises:
            BodyUnreadable: an object in it has a name twice: which of them is meant, nobody knows.

        """
        if not hasattr(self, "_json"):
            self._json = json.loads(await self.body(), object_pairs_hook=_object)
        return self._json


class Strict(APIRoute):
    """A line whose body is read so."""

    def get_route_handler(self) -> Any:  # noqa: ANN401 -- FastAPI's own
        """Give what answers."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            return await handler(_Once(request.scope, request.receive))

        return answer


def _object(pairs: Sequence[tuple[str, Any]]) -> Mapping[str, Any]:
    known = dict(pairs)
    if len(known) < len(pairs):
        raise BodyUnreadable("An object in it has one name twice.")
    return known


async def _refuse(_request: Request, error: Exception) -> Response:
    return problems.answer(error)


async def _refuse_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = [Wrong("/".join(str(part) for part in one["loc"]), one["msg"]) for one in error.errors()[:MOST_WRONG]]
    return problems.answer(Invalid(wrong))
