"""Every page for readers in every language, as narrow as a page must bear: nothing is cut off, and axe-core finds nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from newsletter.bootstrap import Application
from newsletter.database import DatabaseAway
from newsletter.errors import InstanceMismatch, NewsletterNotFound
from newsletter.languages.catalogue import words_of
from newsletter.languages.model import LANGUAGES, Language
from newsletter.web import faults, routes
from newsletter.web.public import stamps
from subscribers import attributebook, datalinks, limits, moves, questions, register, topicbook
from subscribers.address import parse
from subscribers.attributes import AttributeKind
from subscribers.errors import ListArchived, ListNotFound, SubscriberNotFound, TokenInvalid
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction
from tests.harness import forms
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import House, house_of_copy
from tests.harness.newsroom import a_newsletter
from tests.harness.people import LINK, ask, join
from tests.newsletter.web.test_looks import LONG_NAME, LONG_WORD, fill_archive, furnish

# WCAG 2.2, 1.4.10: content reflows at a width of 320 CSS pixels.
NARROWEST = 320

# Beside the two lists that every house of this kind has: more than a reader expects.
MORE_LISTS = 4

# Its wishes are used up for a day.
BUSY = "busy.example"

PLACES = (
    "home",
    "subscribe",
    "form",
    "confirm",
    "confirmed already",
    "expired",
    "leave",
    "left already",
    "preferences",
    "link by mail",
    "address",
    "new address",
    "new address of nobody",
    "address of before",
    "data",
    "erase",
    "archive",
    "shelf",
    "article",
    "search",
    "not found",
    "not valid",
    "run out",
)

each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)


@pytest.fixture(scope="module", autouse=True)
def without_waiting() -> Iterator[None]:
    """Let answers leave at once."""
    hurried = tuple(replace(page, answers_after=0.0) for page in routes.ROUTES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("newsletter.web.app.ROUTES", hurried)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a place for databases."""
    return tmp_path_factory.mktemp("languages")


@pytest.fixture(scope="module")
def house(folder: Path, sqlite_template: Path, without_waiting: None) -> Iterator[House]:
    """Give a house with more of everything than there should be."""
    with house_of_copy(folder, sqlite_template, "house") as opened:
        yield opened


@pytest.fixture(scope="module")
def bare(folder: Path, sqlite_template: Path) -> Iterator[House]:
    """Give a house in which nothing was ever made."""
    with house_of_copy(folder, sqlite_template, "bare") as opened:
        yield opened


@pytest.fixture(scope="module")
def new(folder: Path, sqlite_template: Path) -> Iterator[House]:
    """Give a house with one newsletter that has no issue yet."""
    with house_of_copy(folder, sqlite_template, "new") as opened:
        with opened.application.database.write() as tx:
            a_newsletter(tx, LONG_NAME)
        yield opened


@pytest.fixture(scope="module")
def places(house: House) -> Mapping[str, str]:
    """Give the path of every place that can be looked at."""
    application = house.application
    now = application.clock()
    with application.database.write() as tx:
        found = furnish(tx, application, now)
        news = register.find_list(tx, found["subscribe"].removeprefix("/subscribe/"))
        ask_for_everything(tx, news.id, now)
        for number in range(MORE_LISTS):
            a_newsletter(tx, f"{LONG_NAME} {number}")
        limits.take(tx, replace(limits.DOMAIN, every=timedelta(days=1)), BUSY, now)
        shown = {
            **found,
            "search": "/archive/search",
            "form": f"{found['subscribe']}/form",
            "link by mail": f"/preferences/{news.slug}",
            "not valid": "/u/nothing",
            **personal_places(tx, application, news.id, now),
        }
    fill_archive(application)
    return shown


def personal_places(tx: Transaction, application: Application, list_id: int, now: datetime) -> Mapping[str, str]:
    """Give the path of what only the links of mails lead to, each in another state."""
    keyring, seal = application.keyring, application.keyring.seal
    stays = join(tx, keyring, list_id, "stays@example.org", now).subscriber
    moved = join(tx, keyring, list_id, "moved@example.org", now).subscriber
    gone = join(tx, keyring, list_id, "gone@example.org", now).subscription
    register.withdraw(tx, keyring, gone.id, now, LINK)
    waiting = ask(tx, keyring, list_id, "waiting@example.org", now)
    move, move_of_nobody = (
        moves.ask(tx, one, parse(f"{one.id}@elsewhere.example"), now) for one in (stays, waiting.subscriber)
    )
    change = moves.load(tx, moves.ask(tx, moved, parse("moved@elsewhere.example"), now))
    assert change is not None
    moves.carry_out(tx, keyring, change, now, LINK)
    data, old_data = datalinks.make(tx, stays.id, now), datalinks.make(tx, stays.id, now - timedelta(days=2))
    preferences = f"/p/{seal(Purpose.PREFERENCES, stays.id)}"
    return {
        "left already": f"/u/{seal(Purpose.UNSUBSCRIBE, gone.id)}",
        "address": f"{preferences}/address",
        "new address": f"/m/{seal(Purpose.MOVE, move)}",
        "new address of nobody": f"/m/{seal(Purpose.MOVE, move_of_nobody)}",
        "address of before": f"/b/{seal(Purpose.MOVE_BACK, change.id)}",
        "data": f"/d/{seal(Purpose.DATA, data)}",
        "erase": f"/d/{seal(Purpose.DATA, data)}/erase",
        "run out": f"/d/{seal(Purpose.DATA, old_data)}",
    }


def ask_for_everything(tx: Transaction, list_id: int, now: datetime) -> None:
    """Let a list have topics, and ask for an attribute of each kind."""
    topicbook.add(tx, list_id, f"{LONG_WORD} and more", description=LONG_NAME)
    for kind in AttributeKind:
        choices = ("A public library", LONG_WORD) if kind is AttributeKind.CHOICE else ()
        made = attributebook.define(
            tx, f"asked_{kind.name.lower()}", kind, now, label=f"{kind.value} {LONG_WORD}", choices=choices
        )
        questions.ask(tx, list_id, made.id)


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab without a past and without motion, with axe-core on every page."""
    context = browser.new_context(viewport={"width": NARROWEST, "height": 700}, reduced_motion="reduce")
    # There are three hundred pages to look at; handing it over for each would take a third of the time.
    context.add_init_script(Axe().axe_script)
    yield context.new_page()
    context.close()


_VIOLATIONS = """
axe.run(document, {resultTypes: ['violations']})
  .then(found => found.violations.map(one => [one.id, ...one.nodes.map(node => node.html)]))
"""

# Buttons, fields and links that stand out of the page, or whose words do.
_CUT_OFF = """
[...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, h1, h2, p, label, li, legend')]
  .filter(element => !element.closest('.form__rest, .skip, .unseen'))
  .filter(element => {
    const box = element.getBoundingClientRect();
    const isOut = box.left < 0 || box.right > window.innerWidth;
    return isOut || (!element.matches('input, select, textarea') && element.scrollWidth > element.clientWidth + 1
      && getComputedStyle(element).display !== 'inline');
  })
  .map(element => element.outerHTML)
"""


def inspect(page: Page, language: Language) -> None:
    """Look at what is open; whatever is cut off, wider than the page or found by axe-core fails the test."""
    page.evaluate("document.querySelectorAll('details').forEach(folded => { folded.open = true; })")

    assert (language.tag, language.direction) == (
        page.locator("html").get_attribute("lang"),
        page.locator("html").get_attribute("dir"),
    )
    assert [] == page.evaluate(_VIOLATIONS)
    assert NARROWEST == page.evaluate("document.documentElement.scrollWidth")
    assert [] == page.evaluate(_CUT_OFF)


@each_language
def test_pages_hold_in_every_language(page: Page, house: House, places: Mapping[str, str], language: Language) -> None:
    """In the light for half of them and in the dark for the other: colours do not depend on words."""
    for turn, place in enumerate(PLACES):
        page.emulate_media(color_scheme="dark" if turn % 2 else "light")
        page.goto(f"{house.url}{places[place]}?lang={language.code}")

        inspect(page, language)


@each_language
def test_pages_hold_before_there_is_anything(page: Page, bare: House, new: House, language: Language) -> None:
    """No newsletter, and a first one without an issue."""
    with new.application.database.read() as tx:
        [news] = register.all_lists(tx)
    for place in (
        f"{bare.url}/",
        f"{bare.url}/archive/",
        f"{new.url}/",
        f"{new.url}/archive/",
        f"{new.url}/subscribe/{news.slug}",
    ):
        page.goto(f"{place}?lang={language.code}")

        inspect(page, language)


@dataclass(frozen=True, slots=True)
class Tab:
    """A page in one language, on which a person does what can be done once."""

    page: Page
    house: House
    language: Language

    def open(self, path: str) -> None:
        """Go to a page of the house."""
        self.page.goto(f"{self.house.url}{path}?lang={self.language.code}")

    def take_time(self) -> None:
        """Let the form think that it was typed by a person."""
        application = self.house.application
        stamp = stamps.stamp(application.keyring, application.clock() - forms.TYPING)
        self.page.locator("[name=stamp]").evaluate("(field, stamp) => { field.value = stamp; }", stamp)

    def press(self, button: str, heading: str) -> None:
        """Press a button, and look at the answer, which is known by its first headline."""
        with self.page.expect_navigation():
            self.page.locator(button).click()
        self.page.locator("h1", has_text=words_of(self.language).gettext(heading)).wait_for()
        inspect(self.page, self.language)


FIRST = "main form .button--first"


@pytest.fixture
def tab(page: Page, house: House, language: Language) -> Tab:
    """Give the tab of one language."""
    page.emulate_media(color_scheme="light")
    return Tab(page, house, language)


@each_language
def test_what_answers_a_wish_holds(tab: Tab, places: Mapping[str, str]) -> None:
    """What is wrong with a form, the press that is asked for once more, thanks, and a list that is asked too often."""
    once = f"{tab.language.code}.wish@example.org"
    tab.open(places["subscribe"])
    tab.page.locator("#email").fill("ann@@example.org, bob@example.org")
    tab.take_time()
    tab.press(FIRST, "Section News")
    tab.page.locator("#email").fill(once)
    tab.press(FIRST, "One press more")
    tab.take_time()
    tab.press(FIRST, "Look into your inbox")

    for email, heading in (
        ("ann@@", "Your preferences, by mail"),
        (once, "Look into your inbox"),
        (f"ann@{BUSY}", "Slower, please"),
    ):
        tab.open(places["link by mail"])
        tab.page.locator("#email").fill(email)
        tab.press(FIRST, heading)


@each_language
def test_what_answers_a_reader_holds(tab: Tab, places: Mapping[str, str]) -> None:
    """A yes, choices saved and not, the link to one's data, a no, its reason, and an end."""
    keyring, code = tab.house.application.keyring, tab.language.code
    with tab.house.application.database.write() as tx:
        news, now = register.find_list(tx, places["subscribe"].removeprefix("/subscribe/")), tab.house.application.clock()
        due = ask(tx, keyring, news.id, f"{code}@example.org", now)
        person, data = due.subscriber, datalinks.make(tx, due.subscriber.id, now)
    tab.open(f"/c/{keyring.seal(Purpose.CONFIRM, due.confirmation_id)}")
    tab.press(FIRST, "You are subscribed")

    preferences = f"/p/{keyring.seal(Purpose.PREFERENCES, person.id)}"
    tab.open(preferences)
    tab.page.locator("#answer-asked_number").fill("some")
    tab.press("button[value=save]", "What comes to you")
    tab.page.locator("#answer-asked_number").fill("12")
    # What was typed is sent back open.
    day = tab.page.locator("input[type=date][min]").first
    day.fill(day.get_attribute("min") or "")
    tab.page.locator("input[type=checkbox][name^=list-]").nth(1).check()
    tab.press("button[value=save]", "What comes to you")
    tab.press("form[action*='/data'] button", "Look into your inbox")

    tab.open(f"/u/{keyring.seal(Purpose.UNSUBSCRIBE, due.subscription_id)}")
    tab.press(FIRST, "You have left")
    tab.page.locator("input[name=why]").first.check()
    tab.press("main form button", "Thank you")
    tab.open(preferences)
    tab.press("button[value=save]", "What comes to you")

    tab.open(f"/d/{keyring.seal(Purpose.DATA, data)}/erase")
    tab.press(".button--stop", "You are erased")


@each_language
def test_what_answers_a_change_of_address_holds(tab: Tab, places: Mapping[str, str]) -> None:
    """Asked for, carried out, taken back, and wanted for an address that is somebody's."""
    keyring, code = tab.house.application.keyring, tab.language.code
    with tab.house.application.database.write() as tx:
        news, now = register.find_list(tx, places["subscribe"].removeprefix("/subscribe/")), tab.house.application.clock()
        person = join(tx, keyring, news.id, f"{code}.moves@example.org", now).subscriber
        taken = moves.ask(tx, person, parse("r1@example.org"), now)
        move = moves.ask(tx, person, parse(f"{code}.moves@elsewhere.example"), now)
    tab.open(f"/p/{keyring.seal(Purpose.PREFERENCES, person.id)}/address")
    for email, heading in (("ann@@", "Your new address"), (f"{code}.moved@elsewhere.example", "Look into the new inbox")):
        tab.page.locator("#email").fill(email)
        tab.press(FIRST, heading)

    tab.open(f"/m/{keyring.seal(Purpose.MOVE, taken)}")
    tab.press(FIRST, "This address cannot be taken")
    tab.open(f"/m/{keyring.seal(Purpose.MOVE, move)}")
    tab.press(FIRST, "Your address is changed")
    tab.open(f"/b/{keyring.seal(Purpose.MOVE_BACK, move)}")
    tab.press(FIRST, "Your address is changed")


@each_language
def test_whatever_goes_wrong_fits(tab: Tab, places: Mapping[str, str]) -> None:
    """The page is one and was looked at; here are all the sentences that it may have to hold."""
    errors = (
        *(faults.PageNotFound(), faults.WrongMethod(), faults.FormDamaged(), faults.BodyTooLarge(), faults.HungUp()),
        *(faults.LinkRunOut(), faults.TooOften(), TokenInvalid(), ListArchived("x"), ListNotFound("x"), SubscriberNotFound(1)),
        *(NewsletterNotFound("x"), InstanceMismatch("x"), DatabaseAway("x", None, Exception()), RuntimeError()),
    )
    words = words_of(tab.language)
    tab.open(places["not found"])
    for found in (*map(faults.fault_of, errors), faults.FOREIGN_HOST):
        tab.page.locator("h1").evaluate("(here, text) => { here.textContent = text; }", words.pattern(found.title))
        tab.page.locator(".lead").evaluate("(here, text) => { here.textContent = text; }", words.pattern(found.text))

        assert [] == tab.page.evaluate(_CUT_OFF)


def test_the_form_for_other_sites_names_its_fields(page: Page, house: House, places: Mapping[str, str]) -> None:
    """Copied into a page without any style, and read from right to left."""
    page.goto(f"{house.url}{places['form']}?lang=ar")
    snippet = page.locator("#snippet").input_value()
    page.set_content(f"<!doctype html><html lang=ar dir=rtl><title>A library</title><main><h1>A library</h1>{snippet}</main>")

    assert [] == page.evaluate(_VIOLATIONS)
