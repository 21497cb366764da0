"""The mail in a real browser: what a machine can see of its looks, in light and dark, wide and narrow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from io import BytesIO

import pytest
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
from tests.harness.looks import DESKTOP as PAGE
from tests.harness.looks import LETTER_RULES, SCALE, WHOLE_LOOKS, bring, turn
from tests.harness.looks import LOOKS as PAGE_LOOKS

MEMBERS = MailingList(1, "CPDWL members", "cpdwl-members", "", is_public=True, created_at=MADE_AT)

DESKTOP, PHONE = 700, 375

LOOKS = tuple((scheme, DESKTOP if width == PAGE else PHONE) for scheme, width in PAGE_LOOKS)
each_look = pytest.mark.parametrize(("scheme", "width"), LOOKS)

NOTICES = ("confirmation", "reminder", "welcome", "goodbye", "link", "data", "move", "moved", "probe")

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


@dataclass(frozen=True, slots=True)
class Seen:
    """What a browser shows of a letter in one scheme at one width."""

    # By axe-core.
    found: Sequence[Sequence[object]]
    # Of all that it holds, in pixels.
    width: int
    # Columns that stand beside each other on a phone.
    narrow: Sequence[str]
    paper: str
    inks: Sequence[str]
    sizes: Sequence[str]
    # How many were downloaded.
    fonts: int


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """Give a tab that has no network."""
    context = browser.new_context()
    opened = context.new_page()
    opened.route("**/*", picture)
    yield opened
    context.close()


@pytest.fixture(scope="module")
def seen(page: Page, html: str) -> Mapping[tuple[str, int], Seen]:
    """Open a letter, and look at it in each scheme, as wide as a mail program and as a phone."""
    page.set_content(html, wait_until="load")
    bring(page)
    found: dict[tuple[str, int], Seen] = {}
    for number, (scheme, width) in enumerate(LOOKS):
        turn(page, scheme, width, 800)
        found[scheme, width] = Seen(**page.evaluate(_SEEN, [scheme, LETTER_RULES, number < WHOLE_LOOKS]))
    return found


def picture(route: Route) -> None:
    """Answer every request with a picture; what else a mail would ask the network for fails the test."""
    assert route.request.resource_type == "image", route.request.url
    route.fulfill(body=a_picture(), content_type="image/png")


@cache
def a_picture() -> bytes:
    """Give a picture of one colour."""
    file = BytesIO()
    Image.new("RGB", (1024, 576), (120, 140, 150)).save(file, "PNG")
    return file.getvalue()


# But on a coloured band, axe-core looks at the contrast there.
_SEEN = """
async ([scheme, rules, isWhole]) => ({
  found: await looks.foundIn(scheme, rules, isWhole),
  width: document.documentElement.scrollWidth,
  narrow: [...document.querySelectorAll('[class*=mj-column-]')]
    .filter(column => column.getBoundingClientRect().width < 250).map(column => column.className),
  paper: getComputedStyle(document.body).backgroundColor,
  inks: [...document.querySelectorAll('h1, h2, h3, p, li')]
    .filter(node => !node.closest('.bar')).map(node => getComputedStyle(node).color),
  sizes: [...document.querySelectorAll('[role=article] *')]
    .filter(element => [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
    .map(element => getComputedStyle(element).fontSize),
  fonts: document.fonts.size,
})
"""


@each_look
def test_axe_finds_nothing(seen: Mapping[tuple[str, int], Seen], scheme: str, width: int) -> None:
    """Contrast, alternative texts, headings, lists, tables, language: in both schemes and at both widths."""
    assert [] == seen[scheme, width].found


@each_look
def test_letter_fits_its_width(seen: Mapping[tuple[str, int], Seen], scheme: str, width: int) -> None:
    """Nobody scrolls sideways, and a phone shows one column."""
    assert width == seen[scheme, width].width
    if width == PHONE:
        assert [] == seen[scheme, width].narrow


@each_look
def test_scheme_is_obeyed(seen: Mapping[tuple[str, int], Seen], scheme: str, width: int) -> None:
    """Paper is light or dark, and ink the other, everywhere."""
    shown = seen[scheme, width]

    assert (scheme == "light") == (_brightness(shown.paper) > 128)
    assert [] == [ink for ink in shown.inks if (_brightness(ink) < 128) != (scheme == "light")]


@each_look
def test_type_is_set_on_one_scale_in_system_fonts(seen: Mapping[tuple[str, int], Seen], scheme: str, width: int) -> None:
    """Nothing is downloaded, and nothing is set in a size of its own."""
    shown = seen[scheme, width]

    assert set() == set(shown.sizes) - SCALE
    assert 0 == shown.fonts


def _brightness(color: str) -> float:
    red, green, blue = (int(part) for part in color[color.index("(") + 1 : -1].split(",")[:3])
    return 0.299 * red + 0.587 * green + 0.114 * blue
