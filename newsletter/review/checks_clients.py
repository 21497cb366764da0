"""Checks of what the readers' mail programs cannot show."""

from collections.abc import Iterator

from newsletter.review.caniemail import unsupported
from newsletter.review.facts import Inspected
from newsletter.review.finding import Code, Finding, Mend
from subscribers.sentence import say

_NAMED = 3


def check(seen: Inspected) -> Iterator[Finding]:
    """Find what the letter uses and programs of its readers do not know."""
    support = seen.facts.support
    if support is None:
        return
    for feature, article_id in unsupported(seen.page, support):
        named = ", ".join(feature.lacking[:_NAMED])
        more = say(" and %(count)s more", count=len(feature.lacking) - _NAMED) if len(feature.lacking) > _NAMED else ""
        text = say(
            "%(place)s%(title)s is not shown by %(named)s%(more)s.",
            place=seen.place(article_id),
            title=feature.title,
            named=named,
            more=more,
        )
        mend = Mend(say("See that the letter reads well without it; %(url)s says who knows it.", url=feature.url))
        yield Finding(Code.CLIENT_LACKS, text, is_blocking=False, mend=mend, article_id=article_id)
