"""What a machine can see of the looks of a page: in light and dark, wide and narrow, as it comes and with what is folded."""

from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DESKTOP, PHONE = 1280, 390

# In the first two everything is looked for, also in what is folded; in the others what is too wide, and the contrast of
# whatever is coloured there as it was at neither width of the same scheme before.
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

# What looks is the same for every page.
_SCRIPT = Axe().axe_script + Path(__file__).with_suffix(".js").read_text()


def bring(page: Page) -> None:
    """Give a page what it is looked at with."""
    page.evaluate(_SCRIPT)


def turn(page: Page, scheme: Literal["light", "dark"], width: int, height: int = 900) -> None:
    """Show a page in a scheme and at a width."""
    # Without motion, or axe-core would measure a colour on its way from light to dark.
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": height})


def inspect(page: Page, *, is_letter: bool = False, is_huge: bool = False) -> None:
    """Look at what is open in both schemes and at both widths; whatever axe-core finds fails the test.

    What is huge is looked through once in each scheme, and once at each width.
    """
    for number, (scheme, width) in enumerate(LOOKS):
        turn(page, scheme, width)
        if number == 0:
            bring(page)
        seen = page.evaluate(
            "asked => looks.seen(asked)",
            {
                "scheme": scheme,
                "options": LETTER_RULES if is_letter else {},
                "isWhole": number < WHOLE_LOOKS,
                "isLetter": is_letter,
                "isSkipped": is_huge and number >= WHOLE_LOOKS,
            },
        )

        assert [] == seen["found"], (scheme, width, seen["found"])
        # Nobody scrolls sideways.
        assert width == seen["width"]
        assert set() == set(seen["sizes"]) - SCALE
        assert [] == seen["small"]
        assert [] == seen["unfolded"], (scheme, width, seen["unfolded"])
