"""A guest is asked for the letter and writes it by the link in the mail, on a phone; the editor finds it in the issue."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from newsletter.issues import draft
from newsletter.issues.model import Month
from newsletter.people import contributors
from newsletter.review import contributions
from subscribers.tokens import Purpose
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.hand import CROSSED, Hand, Way
from tests.harness.house import DESK_TOKEN, House, house_of_copy
from tests.harness.looks import PHONE
from tests.harness.newsroom import a_month, a_newsletter


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path) -> Iterator[House]:
    """Give a house with January drafted, whose letter waits to be written."""
    with house_of_copy(tmp_path, sqlite_template, "guest") as opened:
        with opened.application.database.write() as tx:
            news = a_newsletter(tx)
            a_month(tx, news)
            draft.draft_month(tx, news, Month(2020, 1), opened.application.clock())
        yield opened


def tab(browser: Browser, address: str) -> Page:  # noqa: F811 -- the fixture
    """Open an address on a phone."""
    page = browser.new_context(viewport={"width": PHONE, "height": 844}, reduced_motion="reduce").new_page()
    page.goto(address)
    return page


@pytest.mark.parametrize("way", CROSSED, ids=str)
def test_a_guest_writes_the_letter(browser: Browser, house: House, way: Way) -> None:  # noqa: F811 -- the fixture
    """On whichever screen both are: what they keep is there when they come again, what they send stands in the issue."""
    with way.open(browser) as editor, way.open(browser) as guest:
        editor.page.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
        editor.press("Open the desk")
        invite(editor, house.application.clock() + timedelta(days=9))
        (mail,) = house.postbox.wait_for("chair@example.org")
        write(guest, mail.link("/w/"))

        editor.press(editor.page.get_by_role("link", name="Desk", exact=True))
        expect(editor.page.get_by_label("Waits for somebody")).to_contain_text("Catharina")
        editor.press(editor.page.get_by_role("link", name="January 2020").last)
        expect(editor.page.get_by_text("by Catharina")).to_be_visible()
        editor.press(editor.page.get_by_role("link", name="Division Chair letter").last)
        expect(editor.page.get_by_role("textbox", name="Text")).to_have_text("Dear colleagues, a good year to all of you.")
        assert way.width >= editor.page.evaluate("document.documentElement.scrollWidth")


def invite(editor: Hand, until: datetime) -> None:
    """Ask a guest for the letter."""
    editor.press("January 2020")
    editor.press("Waits to be written")
    editor.press("Ask somebody to write it")
    editor.fill({"Name": "Catharina", "Mail address": "chair@example.org"})
    editor.date("Last day", until.date().isoformat())
    editor.press("Send the invitation")
    expect(editor.page.get_by_text("chair@example.org").first).to_be_visible()


def write(guest: Hand, address: str) -> None:
    """Write the letter, with a pause in which it is kept."""
    guest.page.goto(address)
    guest.write("Your text", "Dear colleagues,")
    # Whoever goes elsewhere before the answer comes breaks the press off.
    with guest.page.expect_navigation():
        guest.press("Keep it for now")
    guest.page.goto(address)
    expect(guest.page.get_by_label("Your text")).to_have_value("Dear colleagues,")
    guest.add("Your text", " a good year to all of you.")
    guest.press("Send it to the editors")
    expect(guest.page.get_by_role("status").first).to_be_visible()
    assert [] == Axe().run(guest.page).response["violations"]


def test_a_guest_who_presses_nothing(browser: Browser, house: House) -> None:  # noqa: F811 -- the fixture
    """What they write is kept by itself; without a connection it stays in their window, and is kept once there is one."""
    guest = tab(browser, invited(house))
    guest.on("dialog", lambda dialog: dialog.accept())
    guest.get_by_label("Your text").fill("Dear colleagues,")
    expect(guest.locator("#kept")).to_have_text("Not kept yet.")
    expect(guest.locator("#kept")).to_contain_text("It is kept.", timeout=15_000)

    guest.route("**/w/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    guest.get_by_label("Your text").fill("Dear colleagues, a good year.")
    expect(guest.locator("#kept")).to_contain_text("there is no connection", timeout=15_000)
    assert "Dear colleagues," == typed(house)
    guest.unroute("**/w/*")
    guest.reload()
    expect(guest.get_by_label("Your text")).to_have_value("Dear colleagues, a good year.")
    expect(guest.locator("#kept")).to_contain_text("It is kept.")
    assert "Dear colleagues, a good year." == typed(house)


def test_a_button_that_fails(browser: Browser, house: House) -> None:  # noqa: F811 -- the fixture
    """Takes nothing away: whoever comes again finds what they wrote; once it is kept, the window forgets it."""
    address = invited(house)
    guest = tab(browser, address)
    guest.route("**/w/*", lambda route: route.fulfill(status=502, body="away") if is_sent(route) else route.continue_())
    guest.get_by_label("Your text").fill("Dear colleagues,  ")
    guest.get_by_role("button", name="Keep it for now").click()
    expect(guest.locator("form")).to_have_count(0)
    assert "" == typed(house)

    guest.unroute("**/w/*")
    # Browsers put the answer in the place of the page.
    guest.goto(address)
    expect(guest.get_by_label("Your text")).to_have_value("Dear colleagues,  ")
    expect(guest.locator("#kept")).to_contain_text("It is kept.")
    assert "Dear colleagues," == typed(house).strip()
    guest.get_by_label("Your text").fill("Dear all,  ")
    guest.get_by_role("button", name="Keep it for now").click()
    expect(guest.get_by_role("status").first).to_contain_text("It is kept.")
    assert 0 == guest.evaluate("sessionStorage.length")


def is_sent(route: Route) -> bool:
    """Whether it is a form, and not a page that is asked for."""
    return route.request.method == "POST"


def invited(house: House) -> str:
    """Ask a guest for the letter; gives where they write it."""
    with house.application.database.write() as tx:
        now = house.application.clock()
        made = contributors.invite(
            tx,
            1,
            section="Division Chair letter",
            address="chair@example.org",
            name="",
            by="ann",
            words=0,
            due_at=now + timedelta(days=9),
            now=now,
        )
    return f"{house.url}/w/{house.application.keyring.seal(Purpose.CONTRIBUTE, made.link_id)}"


def typed(house: House) -> str:
    """Give the text that the guest keeps."""
    with house.application.database.read() as tx:
        (known,) = contributions.contributions_of(tx, 1)
    return known.typed.text
