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
# Whoever has a passkey does not come in by the password alone any more.
BOB, CEM = "bob@example.org", "cem@example.org"

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
    """Give the product, open under a name, and an editor with a password for each test."""
    with house_of_copy(tmp_path_factory.mktemp("passkeys"), sqlite_template, "newsletter", host="localhost") as opened:
        kept = passwords.hashed(PASSWORD)
        with opened.application.database.write() as tx:
            for name, address in (("Ann", ADDRESS), ("Bob", BOB), ("Cem", CEM)):
                made = accounts.add(tx, name, Role.EDITOR, opened.application.clock(), address)
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


def sign_in(page: Page, house: House, address: str = ADDRESS) -> None:
    """Sign in with the password, and go to one's own page."""
    press_sign_in(page, house, address)
    page.wait_for_url(f"{house.url}/desk/account")


def press_sign_in(page: Page, house: House, address: str = ADDRESS) -> None:
    """Type address and password, and go on."""
    page.goto(f"{house.url}/desk/sign-in?next=/desk/account")
    page.get_by_label("Address").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


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
    code = page.locator(".door__codes code").first.inner_text()

    context.clear_cookies()
    page.goto(f"{house.url}/desk/sign-in?next=/desk/account")
    assert [] == Axe().run(page).response["violations"]
    page.get_by_role("button", name="Sign in with a passkey").press("Enter")
    expect(page.get_by_role("heading", name="Ann")).to_be_visible()
    expect(page.get_by_text("used now")).to_be_visible()

    context.clear_cookies()
    press_sign_in(page, house)
    # It is asked for behind the password as well, as the page opens.
    expect(page.get_by_role("heading", name="Ann")).to_be_visible()

    context.clear_cookies()
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto(f"{house.url}/desk/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nothing came of it")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_focused()
    assert [] == Axe().run(page).response["violations"]

    press_sign_in(page, house)
    expect(page.get_by_role("alert")).to_contain_text("Nothing came of it")
    assert [] == Axe().run(page).response["violations"]
    for _ in range(12):
        if "code" == page.evaluate("document.activeElement.id"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ann")).to_be_visible()
    expect(page.get_by_text("9 of 10 recovery codes are left")).to_be_visible()
    assert [] == complaints


def test_a_device_keeps_one_for_each_account(context: BrowserContext, house: House) -> None:
    """It says so, and the page says it in words."""
    page = context.new_page()
    with_device(page)
    sign_in(page, house, BOB)
    for _ in range(2):
        page.goto(f"{house.url}/desk/account")
        page.get_by_text("Make a passkey").press("Enter")
        page.locator("#passkey-current").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Make the passkey").press("Enter")
        kept, known = page.get_by_text("The passkey is kept"), page.get_by_text("has a passkey for your account already")
        expect(kept.or_(known)).to_be_visible()

    expect(page.get_by_role("alert")).to_contain_text("has a passkey for your account already")


def test_without_a_script_the_password_does(browser: Browser, house: House) -> None:  # noqa: F811 -- the fixture
    """No button is shown that would do nothing, and the account's page says what is missing."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, house, CEM)

    expect(page.get_by_text("This browser makes no passkeys here")).to_be_visible()
    expect(page.get_by_text("Make a passkey")).to_be_hidden()
    page.goto(f"{house.url.replace('localhost', '127.0.0.1')}/desk/sign-in")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    context.close()
