"""The start page of the demonstration, in front of the product's own pages."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp

from newsletter.demo.envelopes import Envelopes
from newsletter.demo.inbox import PAGE_POLICY, create_inbox
from newsletter.demo.outcome import Outcome
from newsletter.web.cookies import Cookie, cookie_name

PAGES = Path(__file__).parent / "pages"
HOME = "/demo"
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Played:
    """What the start page leads to, once the month was played."""

    outcome: Outcome
    issue_id: int


class Start:
    """The start page; says that it is not ready before it is."""

    def __init__(self, desk_token: str, blog_url: str) -> None:
        self.desk_token = desk_token
        self._blog_url = blog_url
        self._templates = Jinja2Templates(PAGES)
        self._templates.env.globals.update(prefix=HOME, blog=blog_url)
        self.played: Played | None = None

    async def page(self, request: Request) -> Response:
        """Show what happened and where to look."""
        headers = {"Content-Security-Policy": PAGE_POLICY}
        return self._templates.TemplateResponse(request, "start.html", {"played": self.played}, headers=headers)

    async def desk(self, request: Request) -> Response:
        """Lead to the desk: by the one-time link the first time, straight there from then on."""
        if self.played is None or cookie_name(Cookie.SESSION, is_secure=False) not in request.cookies:
            return RedirectResponse(f"/desk/enter/{self.desk_token}", SEE_OTHER)
        return RedirectResponse("/desk", SEE_OTHER)


def create_front(product: ASGIApp, start: Start, envelopes: Envelopes, zone: ZoneInfo) -> Starlette:
    """Put the demo's pages under /demo and the product's own under everything else."""
    return Starlette(
        routes=[
            Route(HOME, start.page),
            Route(f"{HOME}/desk", start.desk),
            Route(f"{HOME}/style.css", _style),
            Mount(f"{HOME}/inbox", create_inbox(envelopes, zone, prefix=f"{HOME}/inbox", home=HOME)),
            Mount("/", product),
        ],
    )


async def _style(_request: Request) -> Response:
    return FileResponse(PAGES / "style.css")
