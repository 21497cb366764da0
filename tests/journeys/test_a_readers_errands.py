"""What a reader does on a phone: chooses, moves to another address, takes their data along, leaves and comes back."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from newsletter.clock import system_clock
from newsletter.languages.catalogue import Words, words_for
from subscribers import register
from subscribers.address import parse
from subscribers.errors import SubscriberNotFound
from subscribers.model import Cadence, MailingList, Subscription, SubscriptionState
from subscribers.tokens import Purpose
from tests.harness import forms
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import House
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join

ANN = "ann.lee@example.org"
NEW = "ann@elsewhere.example"
PHONE = ViewportSize(width=375, height=740)


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """Give the product, open."""
    with House(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def friends(house: House) -> MailingList:
    """Give a list with Ann on it, who joined long ago."""
    with house.application.database.write() as tx:
        list_ = register.list_by_id(tx, a_newsletter(tx).list_id)
        join(tx, house.application.keyring, list_.id, ANN, system_clock().replace(year=2020))
    return list_


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a phone, in English unless the test asks for another language."""
    locale = getattr(request, "param", "en-GB")
    context = browser.new_context(locale=locale, viewport=PHONE, has_touch=True, is_mobile=True, accept_downloads=True)
    yield context.new_page()
    context.close()


def standing(house: House, address: str) -> Subscription:
    """Tell how a person stands to the list."""
    with house.application.database.read() as tx:
        [found] = register.subscriptions_of(tx, register.find(tx, parse(address)).id)
    return found


def the_link(house: House, friends: MailingList, page: Page, words: Words) -> str:
    """Have the link to the preferences sent by mail."""
    page.goto(f"{house.url}/subscribe/{friends.slug}")
    page.get_by_role("link", name=words.gettext("Your preferences, by mail")).click()
    page.get_by_label(words.gettext("Your mail address")).fill(ANN)
    page.get_by_role("button", name=words.gettext("Send me the link")).click()
    expect(page.locator("h1")).to_have_text(words.gettext("Look into your inbox"))
    return house.postbox.wait_for(ANN)[0].link("/p/")


@pytest.mark.parametrize("page", ["en-GB", "ar-EG"], indirect=True)
def test_choosing_and_moving_to_another_address(house: House, friends: MailingList, page: Page) -> None:
    """Two clicks for each; the old address is told, and can take it back."""
    words = words_for(page.evaluate("navigator.language"))
    say = words.gettext
    page.goto(the_link(house, friends, page, words))
    page.get_by_text(say("How much of it")).click()
    page.get_by_label(say("How often")).select_option("quarterly")
    page.get_by_role("button", name=say("Save")).click()
    expect(page.get_by_role("status")).to_contain_text(say("Saved."))
    assert Cadence.QUARTERLY is standing(house, ANN).cadence

    page.get_by_role("link", name=forms.link_in(words.pattern("Your mail goes to %(address)s. [Change the address]"))).click()
    page.get_by_label(say("Your new mail address")).fill(NEW)
    page.get_by_role("button", name=say("Ask at the new address")).click()
    expect(page.locator("h1")).to_have_text(say("Look into the new inbox"))

    page.goto(house.postbox.wait_for(NEW)[0].link("/m/"))
    page.get_by_role("button", name=say("Send my mail to this address")).click()
    expect(page.locator("h1")).to_have_text(say("Your address is changed"))
    assert Cadence.QUARTERLY is standing(house, NEW).cadence

    told = house.postbox.wait_for(ANN, 2)[1]
    page.goto(told.link("/b/"))
    page.get_by_role("button", name=say("It was not me")).click()
    expect(page.locator("h1")).to_have_text(say("Your address is changed"))
    assert SubscriptionState.CONFIRMED is standing(house, ANN).state


def test_taking_the_data_along_and_being_erased(house: House, friends: MailingList, page: Page) -> None:
    """By a fresh link, with a page between that names what goes."""
    with house.application.database.read() as tx:
        person = register.find(tx, parse(ANN))
    page.goto(f"{house.url}{preferences(house, person.id)}")
    with page.expect_navigation():
        page.get_by_role("button", name="Send me the link to my data").click()
    page.goto(house.postbox.wait_for(ANN)[0].link("/d/"))
    with page.expect_download() as started:
        page.get_by_role("link", name="Download everything").click()
    everything = json.loads(Path(started.value.path()).read_text(encoding="utf-8"))
    assert ANN == everything["subscriber"]["address"]["text"]

    page.get_by_role("link", name="Erase me").click()
    expect(page.get_by_text("Your subscription to Section News ends")).to_be_visible()
    page.get_by_role("button", name="Erase everything about me").click()
    expect(page.locator("h1")).to_have_text("You are erased")
    with house.application.database.read() as tx, pytest.raises(SubscriberNotFound):
        register.find(tx, parse(ANN))


def test_a_scanner_with_a_browser_neither_leaves_nor_joins(house: House, friends: MailingList, page: Page) -> None:
    """It opens every page and runs its scripts, and touches nothing (A38); a person's first touch presses the one button."""
    number = standing(house, ANN).id
    leave = f"{house.url}{unsubscribe(house, number)}"
    page.goto(leave)
    page.wait_for_load_state("networkidle")
    assert SubscriptionState.CONFIRMED is standing(house, ANN).state

    page.get_by_role("button", name="Unsubscribe").tap()
    expect(page.locator("h1")).to_have_text("You have left")
    page.get_by_label("It comes too often").check()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.locator("h1")).to_have_text("Thank you")

    page.goto(house.postbox.wait_for(ANN)[0].link("/c/"))
    # Scripts of the page alone are no person, whatever they make up.
    page.evaluate("dispatchEvent(new PointerEvent('pointermove')); dispatchEvent(new KeyboardEvent('keydown', {key: 'a'}))")
    page.wait_for_load_state("networkidle")
    assert SubscriptionState.WITHDRAWN is standing(house, ANN).state
    page.touchscreen.tap(180, 600)
    expect(page.locator("h1")).to_have_text("You are subscribed")
    assert SubscriptionState.CONFIRMED is standing(house, ANN).state


def preferences(house: House, subscriber_id: int) -> str:
    """Give the link in every mail of theirs."""
    return f"/p/{house.application.keyring.seal(Purpose.PREFERENCES, subscriber_id)}"


def unsubscribe(house: House, subscription_id: int) -> str:
    """Give the link by which they leave."""
    return f"/u/{house.application.keyring.seal(Purpose.UNSUBSCRIBE, subscription_id)}"
