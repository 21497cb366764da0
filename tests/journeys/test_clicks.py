"""A reader follows links: as nobody, then by name because they said so, then as nobody again."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import select

from newsletter.clock import system_clock
from newsletter.issues.model import Newsletter
from newsletter.tables.clicks import person_click
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.counted import Counted, a_counted_issue
from tests.harness.house import House, Mail
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join

ANN = "ann.lee@example.org"
# A browser without a window says so, and would be taken for a program.
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
ASKED = "It may be kept which links I follow in what comes to me by the list “Readers of Section News”."


class _Article(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Give an article of the blog."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Blog</title><h1>Mentoring in Norway</h1>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
        """Say nothing."""


@pytest.fixture
def blog() -> Iterator[str]:
    """Give the address of an article elsewhere."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Article) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/mentoring?a=1&b=2"
        server.shutdown()


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[House]:
    """Give the product, open."""
    with House(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def newsletter(house: House) -> Newsletter:
    """Give a newsletter that Ann gets."""
    with house.application.database.write() as tx:
        made = a_newsletter(tx)
        join(tx, house.application.keyring, made.list_id, ANN, system_clock() - timedelta(days=30))
    return made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a reader's phone."""
    context = browser.new_context(locale="en-GB", user_agent=AGENT, viewport=ViewportSize(width=390, height=780))
    yield context.new_page()
    context.close()


def followed(mail: Mail) -> str:
    """Give the counted link of a mail."""
    html = mail.message.get_body(("html",))
    assert html is not None
    found = re.search(r'href="(http://[^"]+/l/[a-z2-7/]+)"', html.get_content())
    assert found is not None
    return found[1]


def read(page: Page, link: str) -> None:
    """Follow a link of a mail."""
    page.goto(link)
    expect(page.locator("h1")).to_have_text("Mentoring in Norway")


def kept(house: House) -> int:
    """Write all down, and count what says who followed what."""
    house.clicks.settle(system_clock() + timedelta(minutes=1))
    with house.application.database.read() as tx:
        return len(tx.execute(select(person_click)).all())


def test_a_reader_is_a_number_until_they_say_otherwise(house: House, newsletter: Newsletter, blog: str, page: Page) -> None:
    """The article opens each time; by name only while the box is ticked, and nothing of it is left behind."""
    first = a_counted_issue(house.application, newsletter, [blog])
    old = followed(house.postbox.wait_for(ANN)[0])
    read(page, old)
    assert (0, [1]) == (kept(house), first.people())

    preferences = house.postbox.to(ANN)[0].link("/p/")
    page.goto(preferences)
    with page.expect_navigation():
        page.get_by_role("button", name="Send me the link to my data").click()
    page.goto(house.postbox.wait_for(ANN, 2)[1].link("/d/"))
    page.get_by_label(ASKED).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    second: Counted = a_counted_issue(house.application, newsletter, [blog], "February 2020")
    mine = followed(house.postbox.wait_for(ANN, 3)[2])
    read(page, mine)
    assert (1, [1]) == (kept(house), second.people())

    page.goto(preferences)
    page.get_by_label(ASKED).uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert 0 == kept(house)
    read(page, mine)
    assert (0, [2]) == (kept(house), second.people())
