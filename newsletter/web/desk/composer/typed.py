"""What the composer's forms send of an article, of a section and of the lines above them, read; pure."""

from dataclasses import replace
from enum import StrEnum
from typing import TypedDict, TypeVar

from newsletter.errors import BadValue
from newsletter.issues import events
from newsletter.issues.changes import Change
from newsletter.issues.model import Article, Event, Look, SectionKind, Show
from newsletter.issues.sections import SectionChange
from newsletter.web.visits import Visit
from subscribers.sentence import say

Choice = TypeVar("Choice", bound=StrEnum)

# What a form sends as it stands.
_TEXTS = (
    *("title", "byline", "affiliation", "link", "summary"),
    *("picture", "picture_alt", "picture_credit", "portrait", "portrait_alt", "portrait_credit"),
)

# Between a day and its hour (ISO 8601).
HOUR = "T"

# No count in a form has more digits.
_MOST_DIGITS = 6


class Head(TypedDict):
    """The lines above the sections; None leaves one as it is."""

    title: str | None
    subject: str | None
    preheader: str | None


def head_of(visit: Visit) -> Head:
    """Give what was typed of the lines above the sections."""
    return Head(title=_given(visit, "title"), subject=_given(visit, "subject"), preheader=_given(visit, "preheader"))


def section_change_of(visit: Visit) -> SectionChange:
    """Give what was typed of a section.

    Raises:
        BadValue: it is laid out in no way that there is, or a number is none.

    """
    return SectionChange(
        title=_given(visit, "title"),
        kind=choice(SectionKind, visit.text("kind"), "kind"),
        look=choice(Look, visit.text("look"), "look"),
        most=_count(visit, "most"),
        words=_count(visit, "words"),
        is_required="is_required" in visit.form,
    )


def change_of(visit: Visit) -> Change:
    """Give what was typed of an article.

    Raises:
        BadValue: it is shown in no way that there is, a number is none, or a date cannot be read.

    """
    show = visit.text("show")
    change = Change(
        title=_given(visit, "title"),
        byline=_given(visit, "byline"),
        affiliation=_given(visit, "affiliation"),
        link=_given(visit, "link"),
        summary=_given(visit, "summary"),
        show=choice(Show, show, "show") if show else None,
        words=_count(visit, "words"),
        picture=_given(visit, "picture"),
        picture_alt=_given(visit, "picture_alt"),
        picture_credit=_given(visit, "picture_credit"),
        portrait=_given(visit, "portrait"),
        portrait_alt=_given(visit, "portrait_alt"),
        portrait_credit=_given(visit, "portrait_credit"),
    )
    if "begins" not in visit.form:
        return change
    if not any(visit.text(name) for name in ("begins", "begins_time", "ends", "ends_time")):
        return replace(change, drops_event=True)
    return replace(change, event=event(visit))


def news(change: Change, article: Article) -> Change:
    """Give what of a change is not so already: a form sends all its fields, and nobody touched most of them."""
    same = {name: None for name in _TEXTS if getattr(change, name) == getattr(article, name)}
    return replace(change, **same)  # type: ignore[arg-type]  # None leaves a part as it is


def event(visit: Visit) -> Event:
    """Give when and where a form says something happens; what ends at an hour, and on no day, ends on the day it begins.

    Raises:
        BadValue: a date or the zone cannot be, an hour has no day, or it ends before it begins.

    """
    begins, ends, hour = visit.text("begins"), visit.text("ends"), visit.text("ends_time")
    if hour and not ends:
        ends = begins.partition(HOUR)[0]
    return events.typed(_at(begins, visit.text("begins_time")), _at(ends, hour), visit.text("zone"), visit.text("place"))


def _at(day: str, hour: str) -> str:
    return f"{day}{HOUR}{hour}" if hour else day


def _given(visit: Visit, name: str) -> str | None:
    """Give a field of the form; None where the form has it not, which leaves that part as it is."""
    return visit.text(name) if name in visit.form else None


def _count(visit: Visit, name: str) -> int | None:
    text = _given(visit, name)
    if text is None or not text:
        return text if text is None else 0
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise BadValue(name, text, say("write a number"))
    return int(text)


def choice(kind: type[Choice], text: str, what: str) -> Choice:
    """Give one of several things that a field may say.

    Raises:
        BadValue: it says none of them.

    """
    if text not in set(kind):
        raise BadValue(what, repr(text), say("is none of %(kind)s", kind=", ".join(kind)))
    return kind(text)
