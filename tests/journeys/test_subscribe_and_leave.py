"""A reader's way in and out: a real browser, a real server, a real mailer, a mail server on loopback."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page

from newsletter.clock import system_clock
from subscribers import register, walk
from subscribers.address import parse
from subscribers.model import MailingList, SubscriptionState
from tests.harness import forms
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import House
from tests.harness.newsroom import a_newsletter

ANN = "ann.lee@example.org"
MULTIPART = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """Give the product, open."""
    with House(database_url, tmp_path) as opened:
        yield opened
        with opened.application.database.read() as tx:
            assert () == walk.verify(tx, opened.application.keyring).findings, "the evidence of consent is whole at the end"


@pytest.fixture
def friends(house: House) -> MailingList:
    """Give a list that a newsletter is mailed to."""
    with house.application.database.write() as tx:
        return register.list_by_id(tx, a_newsletter(tx).list_id)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab without a past."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def state_of(house: House, friends: MailingList, address: str) -> SubscriptionState:
    """Tell how a person stands to the list."""
    with house.application.database.read() as tx:
        person = register.find(tx, parse(address))
        [standing] = register.subscriptions_of(tx, person.id)
    assert friends.id == standing.list_id
    return standing.state


def test_in_by_the_form_and_out_by_the_page(house: House, friends: MailingList, page: Page) -> None:
    """Form, mail, button, welcome, preferences, button; and every link can be looked at without effect."""
    page.goto(house.url)
    page.get_by_role("link", name="Get it by mail").click()
    page.get_by_label("Your mail address").fill(ANN)
    page.get_by_role("button", name="Send me the confirmation mail").click()
    # Typed faster than a person can, so one more press is asked for, and the script gives it at the first key.
    forms.press_more(page, "One press more", "Look into your inbox")

    [asked] = house.postbox.wait_for(ANN)
    confirm = asked.link("/c/")
    scan(confirm)
    assert SubscriptionState.REQUESTED is state_of(house, friends, ANN)

    page.goto(confirm)
    scan(confirm)
    page.keyboard.press("Tab")
    page.wait_for_selector("text=You are subscribed")
    assert SubscriptionState.CONFIRMED is state_of(house, friends, ANN)

    welcome = house.postbox.wait_for(ANN, 2)[1]
    scan(welcome.link("/u/"))
    scan(welcome.one_click)
    page.goto(welcome.link("/p/"))
    page.get_by_label("Your name").fill("Ann Lee")
    page.get_by_label("Your language").select_option("de")
    page.get_by_role("button", name="Save").click()
    assert "Gespeichert." == page.get_by_role("status").inner_text()
    assert "Ann Lee" == page.get_by_label("Ihr Name").input_value()
    assert SubscriptionState.CONFIRMED is state_of(house, friends, ANN)

    page.goto(welcome.link("/u/"))
    page.get_by_role("button", name="Abbestellen").click()
    assert "Sie haben sich abgemeldet" == page.locator("h1").inner_text()
    assert SubscriptionState.WITHDRAWN is state_of(house, friends, ANN)
    assert "Sie haben Section News abbestellt" == house.postbox.wait_for(ANN, 3)[2].subject


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"List-Unsubscribe=One-Click", {"Content-Type": "application/x-www-form-urlencoded"}),
        (MULTIPART, {"Content-Type": "multipart/form-data; boundary=b"}),
    ],
    ids=["urlencoded", "multipart"],
)
def test_out_by_one_click(house: House, friends: MailingList, content: bytes, headers: Mapping[str, str]) -> None:
    """The address in the header takes a POST from anywhere: 200, no cookie, no redirect; twice is as once."""
    httpx2.post(f"{house.url}/subscribe/{friends.slug}", data=forms.joining(house.application.keyring, system_clock(), ANN))
    [asked] = house.postbox.wait_for(ANN)
    httpx2.post(asked.link("/c/"))
    welcome = house.postbox.wait_for(ANN, 2)[1]

    answers = [httpx2.post(welcome.one_click, content=content, headers=headers) for _ in range(2)]

    assert [(200, "Unsubscribed.\n")] * 2 == [(answer.status_code, answer.text) for answer in answers]
    assert all(name not in answer.headers for answer in answers for name in ("set-cookie", "location"))
    assert SubscriptionState.WITHDRAWN is state_of(house, friends, ANN)


def scan(link: str) -> None:
    """Look at a link as a mail scanner does."""
    with httpx2.Client() as client:
        for method in ("GET", "HEAD", "OPTIONS", "GET"):
            client.request(method, link)
