"""Every page for readers in every language, as narrow as a page must bear: nothing is cut off, and axe-core finds nothing."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from newsletter.languages.model import LANGUAGES, Language
from subscribers import attributebook, datalinks, moves, questions, register, topicbook
from subscribers.address import parse
from subscribers.attributes import AttributeKind
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import House
from tests.newsletter.web.test_looks import LONG_NAME, LONG_WORD, furnish

# WCAG 2.2, 1.4.10: content reflows at a width of 320 CSS pixels.
NARROWEST = 320

PLACES = (
    "home",
    "subscribe",
    "form",
    "confirm",
    "confirmed already",
    "expired",
    "leave",
    "preferences",
    "link by mail",
    "address",
    "new address",
    "data",
    "erase",
    "archive",
    "shelf",
    "not found",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give a house for this module."""
    folder = tmp_path_factory.mktemp("languages")
    shutil.copy(sqlite_template, folder / "house.db")
    with House(f"sqlite:///{folder / 'house.db'}", folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def places(house: House) -> Mapping[str, str]:
    """Give the path of every place, with more of everything than there should be."""
    now, seal = house.application.clock(), house.application.keyring.seal
    with house.application.database.write() as tx:
        found = furnish(tx, house.application, now)
        person = register.find(tx, parse("r0@example.org"))
        news = register.find_list(tx, found["subscribe"].removeprefix("/subscribe/"))
        ask_for_everything(tx, news.id, now)
        move = moves.ask(tx, person, parse("somewhere.else@example.org"), now)
        data = datalinks.make(tx, person.id, now)
    return {
        **found,
        "form": f"{found['subscribe']}/form",
        "link by mail": f"/preferences/{news.slug}",
        "address": f"{found['preferences']}/address",
        "new address": f"/m/{seal(Purpose.MOVE, move)}",
        "data": f"/d/{seal(Purpose.DATA, data)}",
        "erase": f"/d/{seal(Purpose.DATA, data)}/erase",
    }


def ask_for_everything(tx: Transaction, list_id: int, now: datetime) -> None:
    """Let a list have topics, and ask for an attribute of each kind."""
    topicbook.add(tx, list_id, LONG_WORD, description=LONG_NAME)
    for kind in AttributeKind:
        choices = ("A public library", LONG_WORD) if kind is AttributeKind.CHOICE else ()
        made = attributebook.define(
            tx, f"asked_{kind.name.lower()}", kind, now, label=f"{kind.value} {LONG_WORD}", choices=choices
        )
        questions.ask(tx, list_id, made.id)


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab without a past, and without motion."""
    context = browser.new_context(viewport={"width": NARROWEST, "height": 700}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


# Buttons, fields and links that stand out of the page, or whose words do.
_CUT_OFF = """
[...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, h1, h2, p, label')]
  .filter(element => !element.closest('.form__rest, .skip, .unseen'))
  .filter(element => {
    const box = element.getBoundingClientRect();
    const isOut = box.left < 0 || box.right > window.innerWidth;
    return isOut || (!element.matches('input, select, textarea') && element.scrollWidth > element.clientWidth + 1
      && getComputedStyle(element).display !== 'inline');
  })
  .map(element => element.outerHTML)
"""


def inspect(page: Page) -> None:
    """Look at what is open; whatever is cut off, wider than the page or found by axe-core fails the test."""
    page.evaluate("document.querySelectorAll('details').forEach(folded => { folded.open = true; })")
    found = Axe().run(page).response["violations"]

    assert [] == [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in found]
    assert NARROWEST == page.evaluate("document.documentElement.scrollWidth")
    assert [] == page.evaluate(_CUT_OFF)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_pages_hold_in_every_language(page: Page, house: House, places: Mapping[str, str], language: Language) -> None:
    """In the light for half of them and in the dark for the other: colours do not depend on words."""
    for turn, place in enumerate(PLACES):
        page.emulate_media(color_scheme="dark" if turn % 2 else "light")
        page.goto(f"{house.url}{places[place]}?lang={language.code}")

        assert language.tag == page.locator("html").get_attribute("lang")
        inspect(page)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_answers_hold_in_every_language(page: Page, house: House, places: Mapping[str, str], language: Language) -> None:
    """What is wrong with a form, the press that is asked for once more, and the page that says what was saved."""
    page.goto(f"{house.url}{places['subscribe']}?lang={language.code}")
    page.locator("#email").fill("ann@@example.org, bob@example.org")
    page.locator("form button").click()
    inspect(page)
    page.goto(f"{house.url}{places['preferences']}?lang={language.code}")
    page.locator("button[value=save]").click()
    page.get_by_role("status").wait_for()
    inspect(page)
