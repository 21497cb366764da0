"""Two people at one form: whoever saves second is shown both side by side, and nothing that either of them wrote is lost."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from newsletter.issues import sidebyside
from newsletter.issues.sidebyside import Pair
from newsletter.languages.catalogue import Words, later

# The field of a form that says what its page showed.
SEEN_FIELD = "seen"

CONFLICT = 409

# Stands for the values of a page of which nothing is known: everything counts as typed.
UNKNOWN = "?"

# What a box says, where it is compared.
TICKED: Mapping[str, str] = MappingProxyType({"1": later("yes"), "": later("no")})

# Enough of a SHA-256 to tell whether a field says what it said.
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a form asks for."""

    # As the form has it, marked by `later`.
    words: str
    # What its values are called, marked alike, by the values or their enumeration; what is typed freely has no such names.
    called: Mapping[Any, str] = field(default_factory=dict)


# What a form asks for, by the names of its fields and in their order.
Form = Mapping[str, Asked]


@dataclass(frozen=True, slots=True)
class Both:
    """What is kept now and what somebody typed over something older."""

    # Theirs on the left, mine on the right; what both say alike is left out.
    pairs: tuple[Pair, ...]
    # What the form goes on with: mine where I changed something, theirs everywhere else.
    merged: Mapping[str, str]


def stamp(form: Form, said: Mapping[str, str]) -> str:
    """Give what a page carries of the values it shows, so that its form can tell which of them changed since."""
    return ".".join(_digest(said.get(name, "")) for name in form)


def alike(one: str, other: str) -> tuple[bool, ...]:
    """Tell of each field of a form whether it said the same at both stamps."""
    return tuple(left == right for left, right in zip(one.split("."), other.split("."), strict=False))


def look(form: Form, seen: str, theirs: Mapping[str, str], mine: Mapping[str, str], words: Words) -> Both | None:
    """Give both sides where somebody else changed since what is now typed over; None where it may be saved.

    Who typed what is kept already is in nobody's way, and a form that does not say what its page showed is taken as it is.
    """
    # A field that the form has not is left as it is.
    mine = {name: mine.get(name, theirs.get(name, "")) for name in form}
    if not seen or seen == stamp(form, theirs) or stamp(form, mine) == stamp(form, theirs):
        return None
    shown = dict(zip(form, seen.split("."), strict=False))
    merged = {name: theirs.get(name, "") if shown.get(name) == _digest(text) else text for name, text in mine.items()}
    pairs = (_pair(asked, theirs.get(name, ""), mine[name], words) for name, asked in form.items())
    return Both(tuple(one for one in pairs if not one.is_same), merged)


def _pair(asked: Asked, theirs: str, mine: str, words: Words) -> Pair:
    left, right = (_lines(asked, text, words) for text in (theirs, mine))
    return Pair(asked.words, tuple(sidebyside.lay(left, right)))


def _lines(asked: Asked, text: str, words: Words) -> list[str]:
    if text in asked.called:
        return [words.gettext(asked.called[text])]
    return [line for line in map(str.strip, text.splitlines()) if line]


def _digest(text: str) -> str:
    # Browsers write the ends of lines otherwise.
    return hashlib.sha256("\n".join(text.strip().splitlines()).encode()).hexdigest()[:_DIGITS]
