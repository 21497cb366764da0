"""From a request to an answer."""

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from newsletter.bootstrap import Application
from newsletter.returns.hooks.certificates import Certificates
from newsletter.watching.watcher import Watch
from newsletter.web.answers import answer
from newsletter.web.auth import FirstKey
from newsletter.web.clicks import Clicks
from newsletter.web.pages import Pages
from newsletter.web.porter import Porter
from newsletter.web.presence import Presence
from newsletter.web.reports import FinalReports
from newsletter.web.speed import Speed
from newsletter.web.visits import Page, Site, Visit

EVEN = 0.4


class Ticks:
    """A clock that goes when it is told to, and on which one can sleep."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        """Give the seconds so far."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Let *seconds* pass."""
        self.seconds += seconds


@pytest.fixture
def anyio_backend() -> str:
    """Run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture
def site(application: Application) -> Site:
    """Give what all endpoints share."""
    pages = Pages(application.settings.templates / "pages")
    return Site(
        application,
        pages,
        FirstKey(None),
        FinalReports(),
        Speed(),
        lambda: True,
        Porter(application),
        Clicks(application.database),
        Presence(application.database),
        Certificates(application.fetch_policy),
        Watch(application.database, None, application.clock),
    )


def asked() -> Request:
    """Give a request for the page."""
    return Request({"type": "http", "method": "GET", "scheme": "http", "path": "/", "headers": [], "query_string": b""})


@pytest.mark.anyio
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("work", "passed"), [(0.0, EVEN), (0.05, EVEN), (0.39, EVEN), (0.4, 0.4), (0.7, 0.7)])
async def test_an_even_answer_leaves_at_its_time(site: Site, work: float, passed: float) -> None:
    """Whatever was to be done before; only work that takes longer shows."""
    ticks = Ticks()

    def endpoint(_site: Site, _visit: Visit) -> Response:
        ticks.seconds += work
        return PlainTextResponse("done")

    page = Page("/", ("GET",), endpoint, None, answers_after=EVEN)
    await answer(site, page, asked(), ticks=ticks, sleep=ticks.sleep)

    assert passed == pytest.approx(ticks.seconds - 100.0)


@pytest.mark.anyio
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_even_faults_leave_at_that_time(site: Site) -> None:
    """An error tells nothing by its haste."""
    ticks = Ticks()

    def endpoint(_site: Site, _visit: Visit) -> Response:
        raise RuntimeError

    page = Page("/", ("GET",), endpoint, None, answers_after=EVEN)
    response = await answer(site, page, asked(), ticks=ticks, sleep=ticks.sleep)

    assert 500 == response.status_code
    assert pytest.approx(EVEN) == ticks.seconds - 100.0
