"""In and out in Arabic, by a browser that asks for it; and in and out by keys alone, in both directions of writing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from newsletter.languages.catalogue import Words, words_for
from subscribers import register
from subscribers.address import parse
from subscribers.model import MailingList, SubscriptionState
from tests.harness import forms
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import House, Mail
from tests.harness.newsroom import a_newsletter

AMAL = "amal@example.org"
KIM = "kim@example.org"
ELSEWHERE = "kim@elsewhere.example"
PHONE = ViewportSize(width=360, height=740)

arabic = words_for("ar").gettext


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """Give the product, open."""
    with House(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def friends(house: House) -> MailingList:
    """Give a list that an English newsletter is mailed to."""
    with house.application.database.write() as tx:
        return register.list_by_id(tx, a_newsletter(tx).list_id)


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab without a past on a desktop, in English unless the test asks for another language."""
    context = browser.new_context(locale=getattr(request, "param", "en-GB"))
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab without a past on a phone in Cairo."""
    context = browser.new_context(locale="ar-EG", viewport=PHONE)
    yield context.new_page()
    context.close()


def state_of(house: House, address: str) -> SubscriptionState:
    """Tell how a person stands to the one list."""
    with house.application.database.read() as tx:
        [standing] = register.subscriptions_of(tx, register.find(tx, parse(address)).id)
    return standing.state


def heading(page: Page, said: str) -> None:
    """Wait until the page says this in its first headline, and see that it is Arabic from right to left."""
    page.locator("h1", has_text=said).wait_for()

    assert ("ar", "rtl") == (page.locator("html").get_attribute("lang"), page.locator("html").get_attribute("dir"))
    assert PHONE["width"] == page.evaluate("document.documentElement.scrollWidth")


def test_in_and_out_in_arabic(house: House, friends: MailingList, phone: Page) -> None:
    """Pages by the browser's wish, mails and what is opened from them by the person's: nothing is chosen on the way."""
    phone.goto(house.url)
    phone.get_by_role("link", name=arabic("Get it by mail")).click()
    phone.get_by_label(arabic("Your mail address")).fill(AMAL)
    phone.get_by_label(arabic("Your name")).fill("أمل")
    phone.get_by_role("button", name=arabic("Send me the confirmation mail")).click()
    forms.press_more(phone, arabic("One press more"), arabic("Look into your inbox"))
    heading(phone, arabic("Look into your inbox"))

    [asked] = house.postbox.wait_for(AMAL)
    assert "ar" == asked.message["Content-Language"]
    phone.goto(asked.link("/c/"))
    heading(phone, arabic("One press, and %(newsletter)s comes to you", newsletter="Section News"))
    phone.mouse.move(60, 60)
    heading(phone, arabic("You are subscribed"))
    assert SubscriptionState.CONFIRMED is state_of(house, AMAL)

    welcome = house.postbox.wait_for(AMAL, 2)[1]
    assert arabic("Welcome to %(newsletter)s", newsletter="Section News") == welcome.subject
    assert arabic("Dear %(name)s,", name="أمل") in welcome.text
    phone.goto(welcome.link("/p/"))
    heading(phone, arabic("What comes to you"))
    assert "ar" == phone.get_by_label(arabic("Your language")).input_value()

    phone.goto(welcome.link("/u/"))
    phone.get_by_role("button", name=arabic("Unsubscribe")).click()
    heading(phone, arabic("You have left"))
    assert SubscriptionState.WITHDRAWN is state_of(house, AMAL)
    assert "ar" == house.postbox.wait_for(AMAL, 3)[2].message["Content-Language"]


def test_another_language_is_a_link_away_and_stays(house: House, friends: MailingList, page: Page) -> None:
    """Chosen at the foot of a page by somebody whose browser says nothing of it."""
    page.goto(house.url)
    page.get_by_role("navigation").get_by_role("link", name="العربية").click()
    page.get_by_role("link", name=arabic("Get it by mail")).click()
    page.get_by_label(arabic("Your mail address")).fill(AMAL)
    page.get_by_role("button", name=arabic("Send me the confirmation mail")).click()
    forms.press_more(page, arabic("One press more"), arabic("Look into your inbox"))

    [asked] = house.postbox.wait_for(AMAL)
    assert "ar" == asked.message["Content-Language"]
    assert [] == page.context.cookies()


def tab_to(page: Page, name: str) -> None:
    """Press the key that moves on until what is in focus is called *name*; it must be seen to be in focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if name in page.evaluate(_NAME_IN_FOCUS):
            assert page.evaluate(_IS_SEEN), f"{name} is in focus, and nothing shows it"
            return
    pytest.fail(f"{name} is not reached by keys")


_NAME_IN_FOCUS = """
(() => {
  const found = document.activeElement;
  return [...(found.labels ?? [])].map(label => label.innerText).join(' ') || found.innerText || '';
})()
"""

_IS_SEEN = """
(() => {
  const style = getComputedStyle(document.activeElement);
  const box = document.activeElement.getBoundingClientRect();
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    && box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight;
})()
"""


def join_by_keys(house: House, friends: MailingList, page: Page, words: Words) -> Mail:
    """Fill in the form and press the button in the mail; gives the welcome."""
    page.goto(f"{house.url}/subscribe/{friends.slug}")
    tab_to(page, words.gettext("Your mail address"))
    page.keyboard.type(KIM)
    tab_to(page, words.gettext("Send me the confirmation mail"))
    page.keyboard.press("Enter")
    forms.press_more(page, words.gettext("One press more"), words.gettext("Look into your inbox"))

    [asked] = house.postbox.wait_for(KIM)
    page.goto(asked.link("/c/"))
    page.keyboard.press("Tab")
    page.locator("h1", has_text=words.gettext("You are subscribed")).wait_for()
    return house.postbox.wait_for(KIM, 2)[1]


def move_by_keys(house: House, page: Page, words: Words) -> None:
    """Have the mail sent to another address, from the page of preferences on."""
    tab_to(page, forms.link_in(words.pattern("Your mail goes to %(address)s. [Change the address]")))
    page.keyboard.press("Enter")
    page.wait_for_url("**/address*")
    tab_to(page, words.gettext("Your new mail address"))
    page.keyboard.type(ELSEWHERE)
    page.keyboard.press("Enter")
    page.locator("h1", has_text=words.gettext("Look into the new inbox")).wait_for()

    page.goto(house.postbox.wait_for(ELSEWHERE)[0].link("/m/"))
    tab_to(page, words.gettext("Send my mail to this address"))
    page.keyboard.press("Enter")
    page.locator("h1", has_text=words.gettext("Your address is changed")).wait_for()


@pytest.mark.parametrize("page", ["en-GB", "ar-EG"], indirect=True)
def test_keys_alone_suffice(house: House, friends: MailingList, page: Page) -> None:
    """Join, confirm, prefer, move and leave without a pointer; what is in focus shows it at every step."""
    words = words_for(page.evaluate("navigator.language"))
    say = words.gettext
    welcome = join_by_keys(house, friends, page, words)

    page.goto(welcome.link("/p/"))
    tab_to(page, say("Your name"))
    page.keyboard.type("Kim Ode")
    tab_to(page, say("Save"))
    page.keyboard.press("Space")
    page.get_by_role("status").wait_for()
    assert "Kim Ode" == page.get_by_label(say("Your name")).input_value()

    move_by_keys(house, page, words)
    assert SubscriptionState.CONFIRMED is state_of(house, ELSEWHERE)

    page.goto(welcome.link("/u/"))
    tab_to(page, say("Unsubscribe"))
    page.keyboard.press("Enter")
    page.locator("h1", has_text=say("You have left")).wait_for()
    assert SubscriptionState.WITHDRAWN is state_of(house, ELSEWHERE)
