"""Checks of how the letter reads and looks: the order of its headings, and its colours in light and in dark."""

from collections.abc import Iterator

from newsletter.review.contrast import ENOUGH, ENOUGH_FOR_LARGE, ratio
from newsletter.review.facts import Inspected
from newsletter.review.finding import Code, Finding, Mend
from newsletter.review.painted import Words, painted

_MOST_SHOWN = 40


def check(seen: Inspected) -> Iterator[Finding]:
    """Find headings out of order, and words that are hard to read."""
    yield from _about_headings(seen)
    yield from _about_colours(seen, is_dark=False)
    yield from _about_colours(seen, is_dark=True)


def _about_headings(seen: Inspected) -> Iterator[Finding]:
    above = 0
    for heading in seen.page.headings:
        trouble = ""
        if not heading.text:
            trouble = f"a heading (h{heading.level}) is empty"
        elif above == 0 and heading.level > 1:
            trouble = f"the letter begins with “{heading.text}” as h{heading.level}, and has no h1 before it"
        elif heading.level > above + 1:
            trouble = f"“{heading.text}” is h{heading.level} behind h{above}; a level is left out"
        elif heading.level == 1 and above > 0:
            trouble = f"“{heading.text}” is a second h1"
        if trouble:
            mend = seen.mend_text(heading.article_id, "Let each heading be one level below the one it belongs to.")
            place = seen.place(heading.article_id)
            text = f"{place}{trouble}." if place else f"{trouble[0].upper()}{trouble[1:]}."
            yield Finding(Code.HEADING_ORDER, text, is_blocking=False, mend=mend, article_id=heading.article_id)
        above = heading.level


def _about_colours(seen: Inspected, *, is_dark: bool) -> Iterator[Finding]:
    """Tell each pair of colours once, with the first words that stand in it."""
    first: dict[tuple[str, str], Words] = {}
    for words in painted(seen.page, is_dark=is_dark):
        paint = words.paint
        needed = ENOUGH_FOR_LARGE if paint.is_large else ENOUGH
        if paint.is_known and ratio(paint.text, paint.ground) < needed:
            first.setdefault((paint.text.words, paint.ground.words), words)
    for (colour, ground), words in first.items():
        where = "in dark" if is_dark else "in light"
        reached = ratio(words.paint.text, words.paint.ground)
        text = f"“{words.text[:_MOST_SHOWN]}” is hard to read {where}: {colour} on {ground} has a contrast of {reached:.1f}."
        needed = ENOUGH_FOR_LARGE if words.paint.is_large else ENOUGH
        mend = Mend(f"Choose colours in the template with a contrast of {needed} or more.")
        yield Finding(Code.CONTRAST, text, is_blocking=False, mend=mend)
