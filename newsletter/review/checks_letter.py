"""Checks of the letter as a mail: what an inbox shows of it, what the law wants in it, how large it is."""

import re
from collections.abc import Iterator

from newsletter.issues.draft import BETWEEN_TITLES
from newsletter.letters.compose import CLIPPED_BYTES, LONGEST_PREHEADER
from newsletter.letters.letter import SlotName
from newsletter.letters.meter import longest_size
from newsletter.review.facts import Inspected
from newsletter.review.finding import Code, Finding, Mend, newsletter_command
from subscribers.sentence import say

# From here on one more article may push the foot of the letter out of sight.
NEARLY_CLIPPED_BYTES = 90_000
# Gmail reads no more of style sheets than this, all of them together; what is beyond is as if it was not there.
MOST_STYLE_BYTES = 16_384

# Inboxes show 40 to 70 characters; past this even the wide ones cut.
LONGEST_SUBJECT = 120
# Where a preheader ends before the line does, inboxes go on with whatever the letter says next.
SHORTEST_PREHEADER = 25

_WORD = re.compile(r"\w{3,}")


def check(seen: Inspected) -> Iterator[Finding]:
    """Find what an inbox would show badly, what the law misses, and what mail programs cut off."""
    yield from _about_the_subject(seen)
    yield from _about_the_preheader(seen)
    yield from _about_names_in_the_preheader(seen)
    yield from _about_the_law(seen)
    yield from _about_the_text(seen)
    yield from _about_size(seen)


def personal_size(seen: Inspected) -> int:
    """Count the bytes of the HTML as the reader with the longest name and answers gets it."""
    return longest_size(seen.draft, seen.own, seen.newsletter.slug, seen.issue.number)


def _about_the_subject(seen: Inspected) -> Iterator[Finding]:
    subject, last = seen.draft.subject.strip(), seen.facts.last
    command = seen.commands.edit("--subject SUBJECT")
    if not subject:
        mend = Mend(say("Say in a few words what is in it."), command)
        yield Finding(Code.SUBJECT_MISSING, say("The subject is empty."), is_blocking=True, mend=mend)
        return
    if len(subject) > LONGEST_SUBJECT:
        mend = Mend(say("Put what matters into the first 50 characters, and leave out the rest."), command)
        text = say("The subject has %(count)s characters; inboxes cut it.", count=len(subject))
        yield Finding(Code.SUBJECT_LONG, text, is_blocking=False, mend=mend)
    if last is not None and _alike(subject, last.subject):
        mend = Mend(say("Name the month, or what is new: inboxes put mails of one subject together."), command)
        text = say("%(title)s had the same subject.", title=last.title)
        yield Finding(Code.SUBJECT_REPEATED, text, is_blocking=False, mend=mend)


def _about_the_preheader(seen: Inspected) -> Iterator[Finding]:
    shown, last = seen.draft.preheader.strip(), seen.facts.last
    command = seen.commands.edit("--preheader TEXT")
    if not shown or _alike(shown, seen.draft.subject):
        said = say("is empty") if not shown else say("says what the subject says")
        mend = Mend(say("Say what else is in it: inboxes show it behind the subject."), command)
        yield Finding(Code.PREHEADER_MISSING, say("The preheader %(said)s.", said=said), is_blocking=False, mend=mend)
        return
    if len(shown) < SHORTEST_PREHEADER:
        mend = Mend(say("Make it a sentence: inboxes go on with whatever the letter says next."), command)
        text = say("The preheader has %(count)s characters only.", count=len(shown))
        yield Finding(Code.PREHEADER_SHORT, text, is_blocking=False, mend=mend)
    if len(seen.issue.preheader.strip()) > LONGEST_PREHEADER:
        text = say(
            "The preheader has %(count)s characters; it is cut after %(most)s.",
            count=len(seen.issue.preheader.strip()),
            most=LONGEST_PREHEADER,
        )
        mend = Mend(say("Put what matters first, and leave out the rest."), command)
        yield Finding(Code.PREHEADER_LONG, text, is_blocking=False, mend=mend)
    if last is not None and _alike(shown, last.preheader):
        text = say("%(title)s had the same preheader.", title=last.title)
        yield Finding(Code.PREHEADER_REPEATED, text, is_blocking=False, mend=Mend(say("Say what is new in this one."), command))


def _about_names_in_the_preheader(seen: Inspected) -> Iterator[Finding]:
    """Find what a draft's preheader names that was given another title since, or left out; the readers would look for it."""
    named = [one.strip() for one in seen.issue.preheader.split(BETWEEN_TITLES)]
    titles = [article.title for article in seen.issue.articles]
    gone = [one for one in named if not any(title.startswith(one.removesuffix("…").rstrip()) for title in titles)]
    # Where none of them is a title, it is an editor's own line.
    if not gone or len(gone) == len(named):
        return
    text = say("The preheader names “%(title)s”, and nothing in the issue is called that.", title=gone[0])
    mend = Mend(say("Name it as it is called now, or what is in the issue."), seen.commands.edit("--preheader TEXT"))
    yield Finding(Code.PREHEADER_STALE, text, is_blocking=False, mend=mend)


def _alike(one: str, other: str) -> bool:
    return bool(one.strip()) and one.split() == other.split()


def _about_the_law(seen: Inspected) -> Iterator[Finding]:
    newsletter, draft = seen.newsletter, seen.draft
    if not newsletter.postal_address.strip():
        text = say("%(name)s has no postal address, which the law asks for in every mail.", name=newsletter.name)
        mend = Mend(
            say("Say where its publisher can be reached."), newsletter_command(newsletter.slug, "--postal-address TEXT")
        )
        yield Finding(Code.POSTAL_ADDRESS_MISSING, text, is_blocking=True, mend=mend)
    elif not _shows_address(seen):
        text = say("The letter does not show the postal address, which the law asks for; its templates leave it out.")
        mend = Mend(say("Put {{ imprint }} into the foot of the template."))
        yield Finding(Code.POSTAL_ADDRESS_MISSING, text, is_blocking=True, mend=mend)
    token = draft.slots.get(SlotName.UNSUBSCRIBE)
    if token is None or f'href="{token}"' not in draft.html or token not in draft.text:
        text = say("The letter has no link to unsubscribe, in its HTML or in its text; its templates leave it out.")
        mend = Mend(say("Put {{ page.slots.unsubscribe }} into both templates of the issue."))
        yield Finding(Code.UNSUBSCRIBE_MISSING, text, is_blocking=True, mend=mend)


def _shows_address(seen: Inspected) -> bool:
    lines = (line.strip().rstrip(",") for line in seen.newsletter.postal_address.splitlines())
    first = next(filter(None, lines), "")
    shown = " ".join(seen.page.root.text().split())
    return " ".join(first.split()) in shown


def _about_the_text(seen: Inspected) -> Iterator[Finding]:
    text = " ".join(seen.draft.text.split()).casefold()
    told = [article for article in seen.issue.articles if not article.is_placeholder]
    missing = [article for article in told if _first_word(article.title) not in text]
    if not text or (told and len(missing) == len(told)):
        mend = Mend(say("The template body.txt of the issue makes it; put the articles into it."))
        words = say("The letter has no plain text; readers of it and spam filters miss it.")
        yield Finding(Code.TEXT_MISSING, words, is_blocking=True, mend=mend)


def _first_word(title: str) -> str:
    match = _WORD.search(title.casefold())
    return match[0] if match else ""


def _about_size(seen: Inspected) -> Iterator[Finding]:
    size = personal_size(seen)
    mend = Mend(say("Show fewer articles in full, or leave some out."), seen.commands.edit("--article N", "--show excerpt"))
    if size >= CLIPPED_BYTES:
        text = say(
            "A reader's letter has %(size)s bytes of HTML. Gmail hides everything past %(clipped_bytes)s, the link to "
            "unsubscribe with it.",
            size=f"{size:,}",
            clipped_bytes=f"{CLIPPED_BYTES:,}",
        )
        yield Finding(Code.TOO_LARGE, text, is_blocking=True, mend=mend)
    elif size >= NEARLY_CLIPPED_BYTES:
        text = say(
            "A reader's letter has %(size)s bytes of HTML; from %(clipped_bytes)s on Gmail hides the end.",
            size=f"{size:,}",
            clipped_bytes=f"{CLIPPED_BYTES:,}",
        )
        yield Finding(Code.LARGE, text, is_blocking=False, mend=mend)
    styles = len(seen.page.styles.encode())
    if styles > MOST_STYLE_BYTES:
        text = say(
            "The style sheets of the letter have %(styles)s bytes; Gmail reads none that go beyond %(most)s.",
            styles=f"{styles:,}",
            most=f"{MOST_STYLE_BYTES:,}",
        )
        mend = Mend(say("Shorten the style sheet of the template."))
        yield Finding(Code.STYLES_LARGE, text, is_blocking=False, mend=mend)
