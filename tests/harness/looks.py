"""What a machine can see of the looks of a page: in light and dark, wide and narrow, as it comes and with what is folded."""

from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DESKTOP, PHONE = 1280, 390

# In the first two everything is looked for, also in what is folded; in the others contrast and what is too wide.
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (
    ("light", DESKTOP),
    ("dark", PHONE),
    ("light", PHONE),
    ("dark", DESKTOP),
)
WHOLE_LOOKS = 2

# The size of type on a page comes from one scale.
SCALE = {"13px", "15px", "17px", "20px", "25px", "32px"}

# A letter is no page of ours: it is made to stand in the main region of a mail program.
LETTER_RULES = {"rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}}

_SCRIPT = Path(__file__).with_suffix(".js").read_text()


def inspect(page: Page, *, is_letter: bool = False, is_huge: bool = False) -> None:
    """Look at what is open in both schemes and at both widths; whatever axe-core finds fails the test.

    What is huge is looked through once in each scheme, and once at each width.
    """
    for number, (scheme, width) in enumerate(LOOKS):
        # Without motion, or axe-core would measure a colour on its way from light to dark.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        if number == 0:
            page.evaluate(Axe().axe_script)
            page.evaluate(_SCRIPT)
        is_whole = number < WHOLE_LOOKS
        # What else there is to find stands in the first two already.
        options = (LETTER_RULES if is_letter else {}) if is_whole else {"runOnly": ["color-contrast"]}
        found = [] if is_huge and not is_whole else page.evaluate("options => looks.found(document, options)", options)

        assert [] == found, (scheme, width, found)
        # Nobody scrolls sideways.
        assert width == page.evaluate("document.documentElement.scrollWidth")
        if is_whole and not is_letter:
            assert set() == set(page.evaluate("looks.sizesOfWords()")) - SCALE
            assert [] == page.evaluate("looks.smallTargets()")
            unfolded = page.evaluate("looks.foundUnfolded()")
            assert [] == unfolded, (scheme, width, unfolded)
