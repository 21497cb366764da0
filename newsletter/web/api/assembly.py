"""Puts the API together, at its first request: nothing that stands here is loaded where nobody asks for it."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp

from newsletter.errors import NewsletterError
from newsletter.web.api import guide, openapi, problems
from newsletter.web.api.gate import Gate
from newsletter.web.api.problems import ApiError, Invalid, Wrong
from newsletter.web.api.resources import (
    alerts,
    articles,
    attributes,
    authors,
    calendars,
    checks,
    clicks,
    departures,
    dkim,
    doubts,
    exchange,
    feeds,
    figures,
    guestdata,
    guests,
    images,
    issues,
    keepouts,
    keys,
    lists,
    looks,
    newsletters,
    notices,
    owners,
    papers,
    posts,
    previews,
    public,
    rates,
    relays,
    requests,
    retention,
    returns,
    review,
    revisions,
    segments,
    sending,
    snippets,
    staff,
    subscribers,
    suppressions,
    takeouts,
    webhooks,
    wishes,
    workers,
)
from newsletter.web.api.routing import Routes
from newsletter.web.faults import PageError
from newsletter.web.pages import DESK_SPEECH
from newsletter.web.visits import Site
from subscribers.errors import SubscribersError

# In the order of the description.
ROOMS: tuple[Routes, ...] = (
    *(newsletters.routes, posts.routes, issues.routes, articles.routes),
    *(
        previews.routes,
        revisions.routes,
        owners.routes,
        guests.routes,
        review.routes,
        sending.routes,
        doubts.routes,
        clicks.routes,
    ),
    *(
        subscribers.routes,
        wishes.routes,
        requests.routes,
        guestdata.routes,
        segments.routes,
        takeouts.routes,
        exchange.routes,
        public.routes,
    ),
    *(
        lists.routes,
        attributes.routes,
        notices.routes,
        departures.routes,
        suppressions.routes,
        keepouts.routes,
        returns.routes,
        figures.routes,
    ),
    *(papers.routes, looks.routes, calendars.routes, feeds.routes, authors.routes, snippets.routes, images.routes),
    *(
        relays.routes,
        rates.routes,
        dkim.routes,
        workers.routes,
        checks.routes,
        webhooks.routes,
        alerts.routes,
        retention.routes,
        staff.routes,
        keys.routes,
    ),
)

# Of what is wrong in one request, so many are told.
MOST_WRONG = 20


def assemble(site: Site) -> ASGIApp:
    """Make the application of the API, behind its gate."""
    return Gate(application(site), site)


def application(site: Site) -> FastAPI:
    """Make the application of the API, without what stands before it."""
    app = _routed()
    app.state.site = site
    for kind in (ApiError, PageError, NewsletterError, SubscribersError, HTTPException, Exception):
        app.add_exception_handler(kind, _refuse)
    app.add_exception_handler(RequestValidationError, _refuse_invalid)
    document = openapi.describe(app, ROOMS, version("newsletter"), site.application.settings.public_url)
    page = site.pages.render(
        DESK_SPEECH, "api/docs.html", guide=guide.guide(document), base=f"{site.application.settings.public_url}/api/v1"
    )

    async def tell(_request: Request) -> Response:
        return JSONResponse(document)

    async def show(_request: Request) -> Response:
        return HTMLResponse(page)

    app.add_route("/openapi.json", tell, methods=["GET"])
    app.add_route("/docs", show, methods=["GET"])
    return app


def described(public_url: str) -> dict[str, Any]:
    """Give the description of all there is, as an instance at an address has it."""
    return openapi.describe(_routed(), ROOMS, version("newsletter"), public_url)


def _routed() -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    for room in ROOMS:
        app.include_router(room.router)
    return app


async def _refuse(_request: Request, error: Exception) -> Response:
    return problems.answer(error)


async def _refuse_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = [Wrong("/".join(str(part) for part in one["loc"]), one["msg"]) for one in error.errors()[:MOST_WRONG]]
    return problems.answer(Invalid(wrong))
