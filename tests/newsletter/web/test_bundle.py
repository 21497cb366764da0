"""The scripts of the desk in a real browser, under the policy that the pages state."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from newsletter.issues import newsletters
from subscribers import register
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import DESK_TOKEN, House, house_of_copy
from tests.harness.newsroom import MADE_AT

# What an area's template would hold: a part of the page that is fetched anew by a link.
LIVE = """
document.querySelector("#main").insertAdjacentHTML("beforeend", `
  <section id="live"><a id="again" href="/desk" hx-get="/desk" hx-target="#main" hx-select="#main" hx-swap="outerHTML">Again</a>
  <button id="copy" type="button" data-copy="#again" hidden>Copy</button></section>`);
htmx.process(document.querySelector("#live"));
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give the product, open, with a newsletter."""
    with house_of_copy(tmp_path_factory.mktemp("bundle"), sqlite_template, "newsletter") as opened:
        with opened.application.database.write() as tx:
            list_ = register.create_list(tx, "Members", MADE_AT)
            newsletters.create(
                tx,
                name="CPDWL News",
                sender_name="CPDWL",
                sender_address="news@example.org",
                list_id=list_.id,
                postal_address="The Hague",
                now=MADE_AT,
            )
        yield opened


@pytest.fixture
def complaints() -> list[str]:
    """Give what the browser complains of: errors of scripts, and what the policy forbade."""
    return []


@pytest.fixture(scope="module")
def session(browser: Browser, house: House) -> Iterator[BrowserContext]:  # noqa: F811 -- the fixture
    """Give a browser with a session at the desk, whose link opens it once."""
    context = browser.new_context()
    context.set_default_timeout(10_000)
    opened = context.new_page()
    opened.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
    opened.get_by_role("button").click()
    opened.wait_for_url(f"{house.url}/desk")
    yield context
    context.close()


@pytest.fixture
def page(session: BrowserContext, house: House, complaints: list[str]) -> Iterator[Page]:
    """Give a tab at the desk."""
    opened = session.new_page()
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(error.message))
    opened.goto(f"{house.url}/desk")
    yield opened
    opened.close()


def test_a_part_of_a_page_is_swapped(page: Page, complaints: list[str]) -> None:
    """By htmx, without a new page, a style or a script that the policy would have to allow."""
    page.evaluate("document.documentElement.dataset.kept = 'yes'")
    page.evaluate(LIVE)
    page.locator("#again").click()
    page.locator("#live").wait_for(state="detached")

    assert "yes" == page.evaluate("document.documentElement.dataset.kept")
    assert page.get_by_role("heading", name="CPDWL News").is_visible()
    assert [] == complaints


def test_focus_stays_where_something_was_swapped(page: Page) -> None:
    """What had it is gone, so the part that took its place has it, and not the top of the page."""
    page.evaluate(LIVE)
    page.locator("#again").focus()
    page.keyboard.press("Enter")
    page.locator("#live").wait_for(state="detached")

    # Not by a function of the page: waiting for one needs eval as soon as it is false once.
    expect(page.locator("#main")).to_be_focused()


def test_what_changed_is_said(page: Page) -> None:
    """To those who hear the page."""
    page.evaluate("dispatchEvent(new CustomEvent('desk:say', { detail: '40 of 415 accepted' }))")
    expect(page.get_by_role("status").filter(has_text="40 of 415 accepted")).to_have_count(1)

    assert "polite" == page.locator("[aria-live]").last.get_attribute("aria-live")


def test_a_menu_closes_at_escape(page: Page) -> None:
    """And the focus is back on its word."""
    page.locator(".bar__account summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").wait_for()
    page.keyboard.press("Escape")

    assert not page.get_by_role("button", name="Sign out").is_visible()
    assert "SUMMARY" == page.evaluate("document.activeElement.tagName")


@pytest.mark.parametrize("name", ["editor.js", "composer.js", "charts.js"])
def test_every_bundle_runs_under_the_policy(page: Page, complaints: list[str], name: str) -> None:
    """None needs eval, an inline style or another host."""
    page.evaluate(
        "(src) => new Promise((done, fail) => document.head.append(Object.assign(document.createElement('script'), "
        "{ src, onload: done, onerror: fail })))",
        f"/static/{name}",
    )

    assert [] == complaints
