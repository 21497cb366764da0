"""What a list says in its notices in its own words: plain text with named places, and no template in it; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.errors import BadValue
from newsletter.letters.letter import LetterKind
from subscribers.oneline import one_line
from subscribers.sentence import say

# What stands for something in a text: `{newsletter}`.
PLACES = ("newsletter", "list", "days")

# Whose subject, heading and first sentences may be said otherwise. The button, how long it works and what to do when it was
# somebody else stay as they are.
EDITABLE = (
    LetterKind.CONFIRMATION,
    LetterKind.REMINDER,
    LetterKind.WELCOME,
    LetterKind.GOODBYE,
    LetterKind.MOVE,
    LetterKind.MOVED,
)

# A notice is read at a glance, and is no advertisement.
LONGEST_SUBJECT = 150
LONGEST_HEADING = 100
LONGEST_TEXT = 2_000
MOST_PARAGRAPHS = 8

_PLACE = re.compile(r"\{([^{}]*)\}")
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Own words for one notice in one language; an empty part is said as the template says it."""

    subject: str = ""
    heading: str = ""
    # Paragraphs are parted by empty lines.
    text: str = ""


NO_WORDS = OwnWords()


@dataclass(frozen=True, slots=True)
class Filled:
    """Own words with the values in their places, as a template shows them."""

    subject: str
    heading: str
    paragraphs: tuple[str, ...]


def checked(subject: str, heading: str, text: str) -> OwnWords:
    """Give own words as they are kept.

    Raises:
        BadValue: a part is too long, has too many paragraphs, or a place that there is not.

    """
    words = OwnWords(
        one_line(subject, LONGEST_SUBJECT + 1),
        one_line(heading, LONGEST_HEADING + 1),
        "\n\n".join(_paragraphs(text.replace("\r\n", "\n").replace("\r", "\n"))),
    )
    _require_short("subject", words.subject, LONGEST_SUBJECT)
    _require_short("heading", words.heading, LONGEST_HEADING)
    _require_short("text", words.text, LONGEST_TEXT)
    if len(_paragraphs(words.text)) > MOST_PARAGRAPHS:
        raise BadValue(say("text"), f"{words.text[:40]}…", f"it has more than {MOST_PARAGRAPHS} paragraphs")
    for what, said in (("subject", words.subject), ("heading", words.heading), ("text", words.text)):
        _require_places(what, said)
    return words


def filled(words: OwnWords, values: Mapping[str, str]) -> Filled:
    """Put *values* into their places, in one pass, so that a value is never read as a place."""

    def put(text: str) -> str:
        return _PLACE.sub(lambda match: values.get(match[1], match[0]), text)

    return Filled(put(words.subject), put(words.heading), tuple(put(part) for part in _paragraphs(words.text)))


def _paragraphs(text: str) -> list[str]:
    parts = (one_line(part, LONGEST_TEXT + 1) for part in _EMPTY_LINE.split(text))
    return [part for part in parts if part]


def _require_short(what: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise BadValue(what, f"{text[:40]}…", f"it has more than {longest} characters")


def _require_places(what: str, text: str) -> None:
    known = " ".join(f"{{{place}}}" for place in PLACES)
    for place in _PLACE.findall(text):
        if place not in PLACES:
            raise BadValue(what, f"{{{place}}}", f"there is no such place; there are {known}")
    if set("{}") & set(_PLACE.sub("", text)):
        raise BadValue(what, f"{text[:40]}…", f"a curly bracket stands alone; they are for {known}")
