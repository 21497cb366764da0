"""Checks of what the readers' mail programs cannot show."""

from collections.abc import Iterator

from newsletter.review.caniemail import unsupported
from newsletter.review.facts import Inspected
from newsletter.review.finding import Code, Finding, Mend

_NAMED = 3


def check(seen: Inspected) -> Iterator[Finding]:
    """Find what the letter uses and programs of its readers do not know."""
    support = seen.facts.support
    if support is None:
        return
    for feature, article_id in unsupported(seen.page, support):
        named = ", ".join(feature.lacking[:_NAMED])
        more = f" and {len(feature.lacking) - _NAMED} more" if len(feature.lacking) > _NAMED else ""
        text = f"{seen.place(article_id)}{feature.title} is not shown by {named}{more}."
        mend = Mend(f"See that the letter reads well without it; {feature.url} says who knows it.")
        yield Finding(Code.CLIENT_LACKS, text, is_blocking=False, mend=mend, article_id=article_id)
