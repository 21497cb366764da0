"""Checks of whom an issue goes to, and of what proves to receivers who it is from."""

from collections.abc import Iterator

from newsletter.review.facts import Inspected
from newsletter.review.finding import Code, Finding, Mend
from subscribers.sentence import say

# Lists grow and shrink by a few of a hundred a month; this much in one is an import, a wrong segment, or a loss.
ODD_SHARE = 0.2
# And among a few, three more or fewer mean nothing.
ODD_PEOPLE = 10


def check(seen: Inspected) -> Iterator[Finding]:
    """Find a number of readers that is none or far from the last one, and a sender that receivers have no proof of."""
    yield from _about_reach(seen)
    for trouble in seen.facts.sender:
        command = f"newsletter doctor {seen.newsletter.slug}"
        yield Finding(Code.SENDER_UNPROVEN, trouble.text, trouble.is_blocking, Mend(trouble.mend, command))


def _about_reach(seen: Inspected) -> Iterator[Finding]:
    reach = seen.facts.reach
    if reach is None:
        return
    if not reach.people:
        mend = Mend(say("Look whom it goes to."), seen.commands.audience())
        yield Finding(Code.AUDIENCE_EMPTY, say("Nobody would get this issue."), is_blocking=False, mend=mend)
    elif reach.before and is_odd(reach.people, reach.before):
        change = abs(reach.people - reach.before)
        word = "more" if reach.people > reach.before else "fewer"
        text = say(
            "%(people)s people would get this issue, %(change)s %(word)s than the %(before)s who got the one before "
            "(%(change2)s).",
            people=f"{reach.people:,}",
            change=f"{change:,}",
            word=word,
            before=f"{reach.before:,}",
            change2=f"{change / reach.before:.0%}",
        )
        mend = Mend(say("See that list, topics and segments are those that are meant."), seen.commands.audience())
        yield Finding(Code.AUDIENCE_ODD, text, is_blocking=False, mend=mend)


def is_odd(people: int, before: int) -> bool:
    """Whether a number of readers is far from the one before."""
    change = abs(people - before)
    return change > ODD_PEOPLE and change / before > ODD_SHARE
