"""Puts the pages together as one ASGI application."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence

from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.bootstrap import Application
from newsletter.clock import Clock, system_clock
from newsletter.returns.hooks.certificates import Certificates, careful
from newsletter.watching.watcher import Watch
from newsletter.web.answers import AT_DESK, answer, fault_page
from newsletter.web.api.entrance import Entrance
from newsletter.web.auth import FirstKey
from newsletter.web.clicks import Clicks
from newsletter.web.faults import FOREIGN_HOST, PageNotFound, WrongMethod, fault_of
from newsletter.web.guard import Guard
from newsletter.web.metering import Metered
from newsletter.web.pages import DESK_SPEECH, Pages
from newsletter.web.porter import Porter
from newsletter.web.presence import Presence
from newsletter.web.reports import FinalReports
from newsletter.web.routes import ROUTES
from newsletter.web.speech import Speech, listen
from newsletter.web.speed import Speed
from newsletter.web.visits import Page, Site

METHOD_NOT_ALLOWED = 405


class _Number(IntegerConvertor):
    """A number in an address: Python refuses to read one of some thousand digits, and that would be a bug of ours."""

    regex = "[0-9]{1,15}"


register_url_convertor("int", _Number())


def create_app(
    application: Application,
    *,
    health: Callable[[], bool],
    desk_token: str | None,
    wall: Clock = system_clock,
    porter: Porter | None = None,
    clicks: Clicks | None = None,
    certificates: Certificates | None = None,
    is_stopping: Callable[[], bool] = lambda: False,
    desk: Speech = DESK_SPEECH,
) -> ASGIApp:
    """Make the web application: pages for readers, and the desk for whoever has the one-time link.

    *health* says whether the clock of the worker in this process goes. *desk_token* stands in the link that opens the
    desk once (`/desk/enter/{token}`); None: there is no such link. Sessions, links and codes of the door go by *wall*, the
    clock of this machine. What imports the desk takes in hand is carried on by *porter*, which whoever serves the pages lets
    run, and so does *clicks*, which writes clicks down. *is_stopping* says whether the process is about to end.
    *desk* is how the desk speaks. *certificates* are those that Amazon signs its notices by.
    """
    site = Site(
        application=application,
        pages=Pages(application.settings.templates / "pages", desk),
        first_key=FirstKey(desk_token),
        reports=FinalReports(),
        speed=Speed(),
        health=health,
        porter=porter or Porter(application),
        clicks=clicks or Clicks(application.database, wall),
        presence=Presence(application.database),
        watch=Watch(application.database, application.settings.relay, application.clock),
        certificates=certificates or Certificates(careful(application.fetch_policy)),
        is_stopping=is_stopping,
        wall=wall,
    )

    async def refuse_host(scope: Scope, receive: Receive, send: Send) -> None:
        await fault_page(site, FOREIGN_HOST, listen(Request(scope)))(scope, receive, send)

    return Metered(Guard(_routed(site), application.settings.public_url, refuse_host))


def _routed(site: Site) -> Starlette:
    """Give all pages, each at its address."""

    async def refuse(request: Request, error: Exception) -> Response:
        is_wrong_method = isinstance(error, HTTPException) and error.status_code == METHOD_NOT_ALLOWED
        ear = AT_DESK if request.scope["path"].startswith("/desk/") else listen(request)
        return fault_page(site, fault_of(WrongMethod() if is_wrong_method else PageNotFound()), ear)

    api = Mount("/api/v1", Entrance(site))
    # A line break in an address of the API, too, is answered so that a program can read it.
    api.path_regex = re.compile(api.path_regex.pattern, re.DOTALL)
    rows = [*_routes(site, ROUTES), api]
    app = Starlette(routes=rows, exception_handlers={HTTPException: refuse})
    # A slash sent after an address would be answered by a redirect built from the request; ours are all spelled out.
    app.router.redirect_slashes = False
    app.router.default = _Desk(site)
    return app


class _Desk:
    """The pages of the desk, loaded when the first of them is asked for: readers need not wait for two hundred modules.

    Whatever is no page outside it is looked for here.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._router: Router | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._router is None:
            # Twice where two come at the same moment, which does no harm.
            self._router = await asyncio.to_thread(self._made)
        await self._router(scope, receive, send)

    def _made(self) -> Router:
        return Router(_routes(self._site, load_desk()), redirect_slashes=False)


def load_desk() -> Sequence[Page]:
    """Load the pages of the desk; takes a quarter of a second the first time."""
    from newsletter.web.desk.routes import ROUTES as DESK  # noqa: PLC0415 -- not before somebody asks for it

    return DESK


def _routes(site: Site, pages: Iterable[Page]) -> list[Route]:
    return [Route(page.path, _endpoint(site, page), methods=page.methods) for page in pages]


def _endpoint(site: Site, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await answer(site, page, request)

    return endpoint
