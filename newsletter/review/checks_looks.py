"""Checks of how the letter reads and looks: the order of its headings, and its colours in light and in dark."""

from collections.abc import Iterator

from newsletter.review.contrast import ENOUGH, ENOUGH_FOR_LARGE, ratio
from newsletter.review.facts import Inspected
from newsletter.review.finding import Code, Finding, Mend
from newsletter.review.painted import Words, painted
from subscribers.sentence import say

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
            trouble = say("a heading (h%(level)s) is empty", level=heading.level)
        elif above == 0 and heading.level > 1:
            trouble = say(
                "the letter begins with “%(text)s” as h%(level)s, and has no h1 before it",
                text=heading.text,
                level=heading.level,
            )
        elif heading.level > above + 1:
            trouble = say(
                "“%(text)s” is h%(level)s behind h%(above)s; a level is left out",
                text=heading.text,
                level=heading.level,
                above=above,
            )
        elif heading.level == 1 and above > 0:
            trouble = say("“%(text)s” is a second h1", text=heading.text)
        if trouble:
            mend = seen.mend_text(heading.article_id, say("Let each heading be one level below the one it belongs to."))
            place = seen.place(heading.article_id)
            text = say("%(place)s%(trouble)s.", place=place or say("The template: "), trouble=trouble)
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
        where = say("in dark") if is_dark else say("in light")
        reached = ratio(words.paint.text, words.paint.ground)
        text = say(
            "“%(text)s” is hard to read %(where)s: %(colour)s on %(ground)s has a contrast of %(reached)s.",
            text=words.text[:_MOST_SHOWN],
            where=where,
            colour=colour,
            ground=ground,
            reached=f"{reached:.1f}",
        )
        needed = ENOUGH_FOR_LARGE if words.paint.is_large else ENOUGH
        mend = Mend(say("Choose colours in the template with a contrast of %(needed)s or more.", needed=needed))
        yield Finding(Code.CONTRAST, text, is_blocking=False, mend=mend)
