"""A mailing is watched behind a proxy that holds the stream of events back: the page asks instead."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter.mail import dispatch
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import DESK_TOKEN, PATIENCE, House, house_of_copy
from tests.harness.muteproxy import MuteProxy
from tests.harness.resting import a_resting_mailing

# In milliseconds: more than the page waits for the first news, and for a sign of life.
BEFORE_FIRST = 7_000
BETWEEN = 41_000

# Says on the page itself that it was told news: its policy lets nobody ask by a script that is a text.
SAY = """
window.EventSource = class extends EventSource {
  constructor(address) {
    super(address);
    this.addEventListener("message", () => { document.documentElement.dataset.told = "yes"; });
  }
};
"""


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path) -> Iterator[House]:
    """Give a house with a mailing that rests."""
    with house_of_copy(tmp_path, sqlite_template, "proxied") as opened:
        a_resting_mailing(opened.application)
        yield opened


@pytest.fixture
def proxy(house: House) -> Iterator[MuteProxy]:
    """Give a proxy before it."""
    with MuteProxy(urlsplit(house.url).port or 0) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab with a session at the desk, whose clock the test moves."""
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
    opened.get_by_role("button").click()
    opened.wait_for_url(f"{house.url}/desk")
    opened.clock.install()
    yield opened
    context.close()


def resume(house: House) -> None:
    """Let the mailing go on."""
    with house.application.database.write() as tx:
        dispatch.resume(tx, 1, house.application.clock())


def test_a_stream_of_which_nothing_comes(page: Page, house: House, proxy: MuteProxy) -> None:
    """Before the first news is overdue the page waits; then it asks, and shows what is new."""
    proxy.is_mute = True
    page.goto(f"{proxy.url}/desk/issues/1/send")
    assert proxy.has_held.wait(PATIENCE)
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    resume(house)

    page.clock.fast_forward(BEFORE_FIRST)
    expect(page.get_by_role("button", name="Resume")).to_have_count(0)


def test_a_stream_that_falls_silent(page: Page, house: House, proxy: MuteProxy) -> None:
    """What came before is no promise: without a sign of life the page asks."""
    page.add_init_script(SAY)
    page.goto(f"{proxy.url}/desk/issues/1/send")
    expect(page.locator("html")).to_have_attribute("data-told", "yes")
    proxy.is_mute = True
    resume(house)
    assert proxy.has_held.wait(PATIENCE)

    page.clock.fast_forward(BETWEEN)
    expect(page.get_by_role("button", name="Resume")).to_have_count(0)
