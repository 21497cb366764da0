"""The mail in a real browser that loads no pictures, as many programs do until they are asked: nothing is lost."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page

from newsletter.letters.compose import compose_issue
from newsletter.letters.legibility import contrast
from newsletter.letters.letter import fill_html
from newsletter.letters.samples import samples
from newsletter.letters.templates import Templates
from tests.harness.letters import AMARA, LINKS, SEED

PHONE = 375
# What is read at a glance; the theme's own colours are held to it, too.
LEAST_CONTRAST = 4.5


@pytest.fixture(scope="module", params=["federation", "magazine", "letter"])
def page(browser: Browser, templates: Templates, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open every block of a theme on a phone to which no picture gets through."""
    sample = samples()["all-blocks"]
    worn = replace(sample.newsletter, theme=request.param)
    draft = compose_issue(templates, worn, sample.issue, LINKS, SEED, sample.shelf).draft
    opened = browser.new_page(viewport={"width": PHONE, "height": 800})
    opened.route("**/*", lambda route: route.abort())
    opened.set_content(fill_html(draft.html, draft.slots, AMARA), wait_until="load")
    yield opened
    opened.close()


def test_words_stand_where_pictures_were(page: Page) -> None:
    """They can be seen and read on their ground, in both schemes."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found = page.evaluate(_PICTURES)

        assert found
        assert [] == [one["alt"] for one in found if one["loaded"] or not one["alt"] or one["height"] < one["size"]]
        assert [] == [
            (scheme, one["alt"], one["ink"], one["ground"])
            for one in found
            if contrast(_hex(one["ink"]), _hex(one["ground"])) < LEAST_CONTRAST
        ]


_PICTURES = """
[...document.images].map(image => {
  const style = getComputedStyle(image);
  let ground = image;
  while (ground.parentElement && getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
  return {
    alt: image.alt, loaded: image.naturalWidth > 0, height: image.getBoundingClientRect().height,
    size: parseFloat(style.fontSize), ink: style.color, ground: getComputedStyle(ground).backgroundColor,
  };
})
"""


def test_nothing_is_lost_with_the_pictures(page: Page) -> None:
    """Every heading, every link and every credit is there to be read, and nobody scrolls sideways."""
    assert PHONE == page.evaluate("document.documentElement.scrollWidth")
    assert [] == page.evaluate(_COLLAPSED)
    assert 3 <= page.get_by_text("Picture: A. Draughtsman").count() + page.get_by_text("Portrait: B. Penwoman").count()


# What has words, or a picture with words, and no room.
_COLLAPSED = """
[...document.querySelectorAll('h1, h2, h3, h4, a[href], [role=article] p, li')]
  .filter(node => (node.textContent.trim() || node.querySelector('img[alt]')) && !node.closest('[style*="display:none"]'))
  .filter(node => ![...node.getClientRects()].some(box => box.width > 0 && box.height > 0))
  .map(node => node.outerHTML.slice(0, 200))
"""


def _hex(color: str) -> str:
    red, green, blue = (int(part) for part in color[color.index("(") + 1 : -1].split(",")[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"
