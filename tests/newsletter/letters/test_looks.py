"""The mail in a real browser: what a machine can see of its looks, in light and dark, wide and narrow."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from newsletter.issues.quarters import Quarter
from newsletter.languages.catalogue import words_for
from newsletter.letters import notices
from newsletter.letters.compose import compose_issue
from newsletter.letters.digest import Entry, compose_digest
from newsletter.letters.letter import Draft, LetterKind, fill_html
from newsletter.letters.samples import samples
from newsletter.letters.templates import Templates
from subscribers.model import MailingList
from tests.harness.letters import AMARA, LINKS, MADE_AT, SEED, a_newsletter

MEMBERS = MailingList(1, "CPDWL members", "cpdwl-members", "", is_public=True, created_at=MADE_AT)

# A mail is no page: it stands in the main region of a mail program.
AXE = {"rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}}

DESKTOP, PHONE = 700, 375


NOTICES = ("confirmation", "reminder", "welcome", "goodbye", "link", "data", "move", "moved")

# Every block in every theme, and a script that runs the other way in two of them.
SAMPLES = (
    "federation: all-blocks",
    "magazine: all-blocks",
    "letter: all-blocks",
    "federation: arabic",
    "magazine: arabic",
    "letter: arabic",
)

QUARTER = tuple(
    Entry(number, title, summary, MADE_AT + timedelta(days=30 * number))
    for number, title, summary in ((1, "January 2020", "Two boats and one fjord."), (2, "February 2020", ""))
)


@pytest.fixture(scope="module", params=[*SAMPLES, *NOTICES, "digest", "digest from right to left"])
def html(request: pytest.FixtureRequest, templates: Templates) -> str:
    """Give each of our letters as one reader gets it."""
    draft = letter(request.param, templates)
    return fill_html(draft.html, draft.slots, AMARA)


def letter(name: str, templates: Templates) -> Draft:
    """Compose one of our letters."""
    if name.startswith("digest"):
        spoken = templates.speaking(words_for("ar" if name != "digest" else "en"))
        return compose_digest(spoken, a_newsletter(), MEMBERS, Quarter(2020, 1), QUARTER, LINKS, SEED)
    if name in SAMPLES:
        theme, _, sample = name.partition(": ")
        found = samples()[sample]
        worn = replace(found.newsletter, theme=theme)
        return compose_issue(templates, worn, found.issue, LINKS, SEED, found.shelf).draft
    return notices.compose(LetterKind(name), templates, a_newsletter(), MEMBERS, LINKS, SEED)


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """Give each colour scheme."""
    value: str = request.param
    return value


@pytest.fixture(scope="module", params=[DESKTOP, PHONE])
def page(browser: Browser, html: str, scheme: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a letter as wide as a mail program, or a phone."""
    context = browser.new_context(
        viewport={"width": request.param, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    opened = context.new_page()
    opened.route("**/*", picture)
    opened.set_content(html, wait_until="load")
    yield opened
    context.close()


def picture(route: Route) -> None:
    """Answer every request with a picture; what else a mail would ask the network for fails the test."""
    assert route.request.resource_type == "image", route.request.url
    file = BytesIO()
    Image.new("RGB", (1024, 576), (120, 140, 150)).save(file, "PNG")
    route.fulfill(body=file.getvalue(), content_type="image/png")


def test_axe_finds_nothing(page: Page) -> None:
    """Contrast, alternative texts, headings, lists, tables, language: in both schemes and at both widths."""
    found = Axe().run(page, options=AXE).response["violations"]

    assert [] == [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in found]


def test_letter_fits_its_width(page: Page) -> None:
    """Nobody scrolls sideways, and a phone shows one column."""
    assert page.viewport_size is not None
    width = page.viewport_size["width"]

    assert width == page.evaluate("document.documentElement.scrollWidth")
    if width == PHONE:
        assert [] == page.evaluate(_NARROW_COLUMNS)


# Columns that stand beside each other on a phone.
_NARROW_COLUMNS = """
[...document.querySelectorAll('[class*=mj-column-]')]
  .filter(column => column.getBoundingClientRect().width < 250).map(column => column.className)
"""


def test_scheme_is_obeyed(page: Page, scheme: str) -> None:
    """Paper is light or dark, and ink the other, everywhere."""
    paper = _brightness(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    inks = page.evaluate(_INKS)

    assert (scheme == "light") == (paper > 128)
    assert [] == [ink for ink in inks if (_brightness(ink) < 128) != (scheme == "light")]


# But on a coloured band, where axe-core looks at the contrast.
_INKS = """
[...document.querySelectorAll('h1, h2, h3, p, li')]
  .filter(node => !node.closest('.bar')).map(node => getComputedStyle(node).color)
"""


def test_type_is_set_on_one_scale_in_system_fonts(page: Page) -> None:
    """Nothing is downloaded, and nothing is set in a size of its own."""
    sizes = page.evaluate(_SIZES_OF_WORDS)

    assert set() == set(sizes) - {"13px", "15px", "17px", "20px", "25px", "32px"}
    assert 0 == page.evaluate("document.fonts.size")


_SIZES_OF_WORDS = """
[...document.querySelectorAll('[role=article] *')]
  .filter(element => [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .map(element => getComputedStyle(element).fontSize)
"""


def _brightness(color: str) -> float:
    red, green, blue = (int(part) for part in color[color.index("(") + 1 : -1].split(",")[:3])
    return 0.299 * red + 0.587 * green + 0.114 * blue
