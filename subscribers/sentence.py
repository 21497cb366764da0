"""Sentences in English that remember what they were made of, so that a door can say them in another language; pure."""

from collections.abc import Iterable, Mapping
from functools import reduce
from types import MappingProxyType
from typing import Final, Self

_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


class Sentence(str):
    """A text in English, as `say` made it; whatever else is done to the text gives an ordinary one, in English for good."""

    __slots__ = ("pattern", "values")

    # As it stands in the catalogues.
    pattern: str
    values: Mapping[str, object]

    # With defaults: whoever copies a text asks for one by its letters alone, and puts in the rest afterwards.
    def __new__(cls, english: str, pattern: str = "", values: Mapping[str, object] = _NOTHING) -> Self:
        """Keep *english* with the *pattern* and the *values* it was made of."""
        made = super().__new__(cls, english)
        made.pattern = pattern
        made.values = values
        return made

    # An error made of a sentence is asked for it by `str`, which would give the letters alone.
    def __str__(self) -> str:
        return self


def say(text: str, /, **values: object) -> str:
    """Say *text* with its `%(name)s` filled; a percent sign is written twice.

    `scripts/messages` gathers the text for the desk's catalogues, so it stands where it is said. Values may be sentences.
    """
    return Sentence(text % values, text, values)


def say_together(parts: Iterable[str], between: str = " ") -> str:
    """Put several sentences, or parts of one, behind each other; those that are empty are left out."""
    kept = {f"part{number}": part for number, part in enumerate(filter(None, parts))}
    pattern = between.replace("%", "%%").join(f"%({name})s" for name in kept)
    return Sentence(between.join(kept.values()), pattern, kept)


def say_in_a_row(parts: Iterable[str]) -> str:
    """Say several things of one: `moved and changed`."""
    first, *rest = parts
    return reduce(lambda told, part: say("%(told)s and %(part)s", told=told, part=part), rest, first)
