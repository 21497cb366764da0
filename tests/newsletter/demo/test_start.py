from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from newsletter.demo.envelopes import Envelopes
from newsletter.demo.start import Played, Start, create_front
from tests.harness.caught import LETTER
from tests.harness.outcomes import GOOD


@pytest.fixture
def start() -> Start:
    """Give a start page before anything was played."""
    return Start("token", "http://127.0.0.1:1")


@pytest.fixture
def client(start: Start, envelopes: Envelopes) -> TestClient:
    """Give a browser in front of a product with one page."""
    envelopes.keep("b.1@news.example", ("helene@members.example",), LETTER)
    product = Starlette(routes=[Route("/archive/", lambda _: PlainTextResponse("the archive"))])
    return TestClient(create_front(product, start, envelopes, ZoneInfo("Europe/Amsterdam")))


def test_before_the_month_was_played(client: TestClient) -> None:
    """It says so, instead of figures that are not there."""
    assert "The month is being played" in client.get("/demo").text


def test_afterwards_it_leads_everywhere(client: TestClient, start: Start) -> None:
    """Desk, public page, inbox, blog; and what was counted."""
    start.played = Played(GOOD, 7)

    page = client.get("/demo").text

    for link in ("/demo/desk", GOOD.archive_url, "/demo/inbox/", "http://127.0.0.1:1/"):
        assert f'href="{link}"' in page
    assert "January 2020 is in 200 inboxes" in page


def test_the_desk_is_opened_by_its_link_once(client: TestClient, start: Start) -> None:
    """Whoever has a session goes straight there."""
    start.played = Played(GOOD, 7)
    first = client.get("/demo/desk", follow_redirects=False).headers["Location"]
    client.cookies.set("newsletter-desk", "secret")
    second = client.get("/demo/desk", follow_redirects=False).headers["Location"]

    assert ("/desk/enter/token", "/desk") == (first, second)


def test_the_inbox_is_part_of_it(client: TestClient) -> None:
    """With the way back."""
    page = client.get("/demo/inbox/mails/1").text

    assert 'href="/demo"' in page
    assert 'src="/demo/inbox/mails/1/letter"' in page
    assert 200 == client.get("/demo/inbox/mails/1/letter").status_code
    assert 200 == client.get("/demo/inbox/style.css").status_code == client.get("/demo/style.css").status_code


def test_everything_else_is_the_product(client: TestClient) -> None:
    """The demonstration adds pages and changes none."""
    assert "the archive" == client.get("/archive/").text
