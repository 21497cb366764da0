"""Somebody makes a passkey and signs in with it, by the keyboard alone, with the authenticator that Chromium has for tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from newsletter.staff import accounts, passwords
from newsletter.staff.permissions import Role
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import House, house_of_copy

ADDRESS, PASSWORD = "ann@example.org", "a few words in a row"

# A phone that knows its owner by the finger, and keeps what pages ask it to keep.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give the product, open under a name, and an editor with a password."""
    with house_of_copy(tmp_path_factory.mktemp("passkeys"), sqlite_template, "newsletter", host="localhost") as opened:
        kept = passwords.hashed(PASSWORD)
        with opened.application.database.write() as tx:
            made = accounts.add(tx, "Ann", Role.EDITOR, opened.application.clock(), ADDRESS)
            accounts.set_password(tx, made.id, kept)
        yield opened


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:  # noqa: F811 -- the fixture
    """Give a browser without cookies, as wide as a phone."""
    opened = browser.new_context(viewport={"width": 390, "height": 844})
    opened.set_default_timeout(20_000)
    yield opened
    opened.close()


def with_device(page: Page) -> tuple[CDPSession, str]:
    """Give a tab a device that makes passkeys."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return devtools, str(added["authenticatorId"])


def sign_in(page: Page, house: House) -> None:
    """Sign in with the password, and go to one's own page."""
    page.goto(f"{house.url}/desk/sign-in?next=/desk/account")
    page.get_by_label("Address").fill(ADDRESS)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house.url}/desk/account")


def test_a_passkey_is_made_and_opens_the_door(context: BrowserContext, house: House) -> None:
    """Asked for by the password once; a device that does not know its owner opens nothing."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(error.message))
    devtools, device = with_device(page)
    sign_in(page, house)

    page.get_by_text("Make a passkey").press("Enter")
    page.get_by_label("What you call it").fill("Phone")
    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/passkeys/new")
    assert [] == Axe().run(page).response["violations"]
    page.get_by_role("button", name="Make the passkey").press("Enter")
    expect(page.get_by_text("The passkey is kept")).to_be_visible()
    assert [] == Axe().run(page).response["violations"]

    context.clear_cookies()
    page.goto(f"{house.url}/desk/sign-in?next=/desk/account")
    assert [] == Axe().run(page).response["violations"]
    page.get_by_role("button", name="Sign in with a passkey").press("Enter")
    expect(page.get_by_role("heading", name="Ann")).to_be_visible()
    expect(page.get_by_text("used now")).to_be_visible()

    context.clear_cookies()
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto(f"{house.url}/desk/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nothing came of it")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_focused()
    assert [] == Axe().run(page).response["violations"]
    assert [] == complaints


def test_a_device_keeps_one_for_each_account(context: BrowserContext, house: House) -> None:
    """It says so, and the page says it in words."""
    page = context.new_page()
    with_device(page)
    sign_in(page, house)
    for _ in range(2):
        page.goto(f"{house.url}/desk/account")
        page.get_by_text("Make a passkey").press("Enter")
        page.get_by_label("Your password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Make the passkey").press("Enter")
        page.wait_for_function("document.querySelector('[data-passkey-told]')?.textContent || location.search")

    expect(page.get_by_role("alert")).to_contain_text("has a passkey for your account already")


def test_without_a_script_the_password_does(browser: Browser, house: House) -> None:  # noqa: F811 -- the fixture
    """No button is shown that would do nothing, and the account's page says what is missing."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, house)

    expect(page.get_by_text("This browser makes no passkeys here")).to_be_visible()
    expect(page.get_by_text("Make a passkey")).to_be_hidden()
    page.goto(f"{house.url.replace('localhost', '127.0.0.1')}/desk/sign-in")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    context.close()
