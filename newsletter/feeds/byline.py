"""Finds the author in titles such as "Mentoring in Norway by Almuth Gastinger"."""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass

from subscribers.oneline import one_line


@dataclass(frozen=True, slots=True)
class Byline:
    """A title split into what was written and who wrote it; a suggestion, not a fact.

    Without a name the title is whole. With `is_sure` False the name needs an editor's eye: "… – Ulrike Lang" may
    be an author or a subject.
    """

    title: str
    name: str = ""
    is_sure: bool = False


_WRITTEN = r"(?:compiled|written|reported|edited|posted|submitted|contributed|prepared|geschrieben|zusammengestellt|écrit)"
_BY = re.compile(rf"(?P<mark>[,:–—|-]\s*)?\s(?P<verb>{_WRITTEN}\s+)?(?P<by>by|By|BY|von|par|por|av|door)\s+(?=\S)")
_DASH = re.compile(r"\s[–—-]\s+(?=\S)")
# These also mean "of": the history of X is not by X.
_ALSO_OF = frozenset({"von", "av"})
# What stands before "by" when it tells who held, made or paid for something, not who wrote about it.
_DONE = re.compile(
    r"(?:\w+ed|given|held|led|made|read|run|seen|shown|taught|told|won|hit|built|sent|chosen|driven)",
    re.IGNORECASE,
)

_SEPARATOR = re.compile(r"\s*,\s*(?:and\s+|&\s*)?|\s+(?:and|og|und|et|och|y|e|en)\s+|\s*&\s*")
_HONOUR = re.compile(r"(?:Dr|Prof|Professor|Mr|Ms|Mrs|Sir)\.?", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:Jr|Sr|PhD|Ph\.D|MLIS|MLS|MBE|OBE|II|III)\.?", re.IGNORECASE)
_PARTICLES = re.compile(
    r"van|von|de|der|den|del|della|di|da|dos|das|do|du|el|al|bin|ibn|la|le|ten|ter|y|zu|zum|zur|af|av|['’]t",
)
_ELISION = re.compile(r"^[dl]['’](?=\w)")
_AFFILIATION = re.compile(r"\s*\([^()]*\)\s*$")
_TRAILING = " \t,.;:–—-|"

# Capitalised words that make a group, a place of work or an ordinary phrase of a headline, never a person.
_NO_NAMES = re.compile(
    r"sections?|committee|librar(?:y|ies)|universit(?:y|ies)|associations?|institut(?:e|ion)|foundation|council|ministry"
    r"|department|society|press|schools?|college|cent(?:re|er)|network|board|office|union|consortium|academy|museums?"
    r"|archives?|group|team|staff|members?|editors|services?|national|international|public|state|government|federation"
    r"|ifla|unesco|covid|project|programme?|company|the|our|your|their"
    r"|doing|design|default|example|night|step|side|numbers|train|region|country|month|year",
    re.IGNORECASE,
)
_MOST_WORDS = 7


def split_byline(title: str, known: Container[str] = ()) -> Byline:
    """Split *title* where it ends in "by" and the name of one or several persons.

    Args:
        title: as the feed gave it.
        known: names of people who have written before; only they are believed after a dash, "von" or "av".

    """
    line = one_line(title)
    for pattern in (_BY, _DASH):
        for found in pattern.finditer(line):
            names = _names(line[found.end() :])
            written = line[: found.start()].rstrip(_TRAILING)
            if names and written:
                return _suggest(line, found, written, names, known)
    return Byline(line)


def _suggest(line: str, found: re.Match[str], written: str, names: tuple[str, ...], known: Container[str]) -> Byline:
    """Cut the title only where the name is sure: half a headline is worse than a missing name."""
    if found.re is _BY and _is_done_by(found, written):
        return Byline(line)
    is_known = all(name in known for name in names)
    if is_known or (found.re is _BY and _is_sure(found, written, names)):
        return Byline(written, ", ".join(names), is_sure=True)
    return Byline(line, ", ".join(names))


def _is_done_by(found: re.Match[str], written: str) -> bool:
    """Whether the words before "by" say that the persons did something else than write this."""
    return not found["verb"] and not found["mark"] and _DONE.fullmatch(written.rsplit(maxsplit=1)[-1]) is not None


def _is_sure(found: re.Match[str], written: str, names: tuple[str, ...]) -> bool:
    # JANE DOE in a title of ordinary case is rather an acronym.
    if any(name.isupper() for name in names) and not written.isupper():
        return False
    return bool(found["verb"] or found["mark"]) or found["by"].lower() not in _ALSO_OF


def _names(text: str) -> tuple[str, ...]:
    """Give the persons that *text* lists; nothing when any part of it is something else."""
    text = _AFFILIATION.sub("", text.rstrip(_TRAILING)).strip(_TRAILING)
    names: list[str] = []
    for part in _SEPARATOR.split(text):
        if names and _SUFFIX.fullmatch(part):
            names[-1] += f", {part}"
        elif _is_person(part.split()):
            names.append(part)
        else:
            return ()
    return tuple(names)


def _is_person(words: list[str]) -> bool:
    if words and _HONOUR.fullmatch(words[0]):
        words = words[1:]
    if not words or len(words) > _MOST_WORDS or _PARTICLES.fullmatch(words[-1]):
        return False
    if any(_NO_NAMES.fullmatch(word) for word in words):
        return False
    names = [word for word in words if not _PARTICLES.fullmatch(word)]
    # One word is a nickname, a brand or a year; scripts without capitals often write a whole name as one word.
    is_enough = len(names) > 1 or (len(names[0]) > 1 and not _has_case(names[0]))
    return is_enough and all(_is_name(word) for word in names)


def _is_name(word: str) -> bool:
    """Whether every character belongs into a name and the first letter is a capital, where the script has any."""
    bare = _ELISION.sub("", word)
    if not bare or not all(_belongs(character) for character in bare):
        return False
    return bare[0].isalpha() and (bare[0].isupper() or not _has_case(bare[0]))


def _belongs(character: str) -> bool:
    # Marks are the vowel signs of Indic scripts and accents; formats are the joiners between their letters.
    return unicodedata.category(character)[0] in "LM" or unicodedata.category(character) == "Cf" or character in "’'`.-‐·"


def _has_case(word: str) -> bool:
    return word.lower() != word.upper()
