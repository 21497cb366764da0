"""Finds the author in titles such as "Mentoring in Norway by Almuth Gastinger", and in lines such as "By Jane Doe, Oslo"."""

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
    # What stands behind the name: "(University of Oslo)".
    affiliation: str = ""


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
_AFFILIATION = re.compile(r"\s*\((?P<affiliation>[^()]*)\)\s*$")
# A line of its own under the title, not a sentence that begins with "By".
_OPENING = re.compile(
    rf"(?:(?:text|words|story|report|article|post|{_WRITTEN})\s+)?(?P<by>by|von|par|por|av|door)\s+(?=\S)"
    r"|(?:author|authors|autor|autorin|auteur|autora|text|written by|contributed by)\s*[:：]\s*",
    re.IGNORECASE,
)
_BEHIND_NAMES = re.compile(r"\s*[,;(|]\s*|\s+[–—-]\s+")
LONGEST_OPENING = 160

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

# Words that stand in names of persons, and of places and bodies as often: whoever is called so is asked about once.
_DOUBTFUL_WORDS = (
    "loch lough sea ocean beach bay mount mountain island islands park parks garden gardens street road square bridge "
    "hall house hotel castle palace city town village valley hill hills north south east west northern southern eastern "
    "western central upper lower new san santa saint st los las el al são rio port fort cape bank cross forum alliance "
    "agency commission trust fund bureau parliament church hospital clinic nations league guild chapter branch division "
    "unit desk force taskforce inc ltd gmbh llc corp publishing media news times radio television tv magazine journal "
    "review post herald tribune gazette studio studios lab labs solutions systems software digital global world european "
    "american african asian nordic royal united open free community local nature science sciences research scholar "
    "education learning training culture arts history heritage information data technology knowledge reading literacy "
    "health human rights development friends youth children women students teachers librarians authors readers hochschule "
    "schule verband verein asociación associação associazione forening forbund fundación fundação fondation stiftung "
    "istituto instituto institutet institutt nacional nationale nazionale deutsche red blue green google springer "
    "elsevier wiley emerald sage oclc webjunction lake lakes river rivers harbor harbour publisher publishers book books"
)
_DOUBTFUL = frozenset(_DOUBTFUL_WORDS.split())
_DOUBTFUL_STEMS = re.compile(r"biblio\w+|\w+bibliot\w+|\w*institut\w*|univer\w+|libr\w+")
_PLACE_NAMES = (
    "africa albania algeria america andorra angola antarctica argentina armenia asia australia austria azerbaijan bahamas "
    "bahrain bangladesh barbados belarus belgium belize benin bhutan bolivia bosnia botswana brazil brunei bulgaria burma "
    "burundi cambodia cameroon canada chad chile china colombia congo croatia cuba cyprus denmark djibouti dominica "
    "ecuador egypt england eritrea estonia eswatini ethiopia europe fiji finland france gabon gambia georgia germany "
    "ghana greece greenland grenada guatemala guinea guyana haiti honduras hungary iceland india indonesia iran iraq "
    "ireland israel italy jamaica japan jordan kazakhstan kenya kiribati kosovo kuwait laos latvia lebanon lesotho "
    "liberia libya liechtenstein lithuania luxembourg macau macedonia madagascar malawi malaysia maldives mali malta "
    "mauritania mauritius mexico moldova monaco mongolia montenegro morocco mozambique myanmar namibia nepal netherlands "
    "nicaragua niger nigeria norway oman pakistan palau palestine panama paraguay peru philippines poland portugal qatar "
    "romania russia rwanda samoa scotland senegal serbia seychelles singapore slovakia slovenia somalia spain sudan "
    "suriname sweden switzerland syria taiwan tajikistan tanzania thailand togo tonga tunisia turkey türkiye turkmenistan "
    "uganda ukraine uruguay uzbekistan vanuatu venezuela vietnam wales yemen zambia zimbabwe usa uk uae amsterdam ankara "
    "antwerp athens auckland bangkok barcelona beijing belgrade berlin bern bogotá bologna boston brussels bucharest "
    "budapest cairo chicago cologne copenhagen cork delhi dresden dubai dublin durban edinburgh florence frankfurt geneva "
    "ghent glasgow gothenburg hague hamburg hanoi havana helsinki istanbul jakarta jerusalem johannesburg kampala kiev "
    "kyiv kraków lagos lausanne leipzig lima lisbon ljubljana london lyon madrid manchester manila marseille melbourne "
    "milan montreal moscow mumbai munich nairobi naples nice oslo oxford paris philadelphia porto prague pretoria quebec "
    "reykjavik riga rome rotterdam salzburg santiago sarajevo seoul seville shanghai sofia stockholm strasbourg stuttgart "
    "sydney tallinn tartu tbilisi tehran tokyo toronto trondheim tunis turin turku uppsala utrecht valencia vancouver "
    "venice vienna vilnius warsaw washington wellington york zagreb zurich zürich california texas florida bavaria "
    "catalonia galicia tuscany brittany flanders scandinavia balkans caribbean mediterranean"
)
_PLACES = frozenset(_PLACE_NAMES.split())


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


def byline_in_line(line: str, known: Container[str] = ()) -> Byline | None:
    """Give whom *line*, one of the first of a text, names as its author: "By Jane Doe, University of Oslo"; else None.

    Only a line that says nothing else counts; a sentence that begins with "By" does not.
    """
    line = one_line(line)
    opening = _OPENING.match(line)
    if opening is None or len(line) > LONGEST_OPENING:
        return None
    said = line[opening.end() :].rstrip(_TRAILING)
    bracket = _AFFILIATION.search(said)
    for end in _ends(said[: bracket.start()] if bracket else said):
        names = _names(said[:end])
        if names:
            affiliation = one_line(said[end:].strip(_TRAILING + "()"))
            by = opening["by"]
            is_sure = all(name in known for name in names) or (
                not any(map(_is_doubtful, names)) and (by is None or by.lower() not in _ALSO_OF)
            )
            return Byline("", ", ".join(names), is_sure=is_sure, affiliation=affiliation)
    return None


def persons(byline: str) -> tuple[str, ...]:
    """Give the persons a byline names; nothing when any part of it is something else, such as "The editors"."""
    return _names(one_line(byline))


def is_doubtful(byline: str) -> bool:
    """Whether a byline could as well be a place or a body."""
    names = persons(byline)
    return not names or any(map(_is_doubtful, names))


def _ends(said: str) -> list[int]:
    """Give where the names may end, the last place first."""
    return [len(said), *(found.start() for found in reversed(list(_BEHIND_NAMES.finditer(said))))]


def _suggest(line: str, found: re.Match[str], written: str, names: tuple[str, ...], known: Container[str]) -> Byline:
    """Cut the title only where the name is sure: half a headline is worse than a missing name."""
    if found.re is _BY and _is_done_by(found, written):
        return Byline(line)
    is_known = all(name in known for name in names)
    behind = _AFFILIATION.search(line[found.end() :].rstrip(_TRAILING))
    affiliation = one_line(behind["affiliation"]) if behind else ""
    if is_known or (found.re is _BY and _is_sure(found, written, names)):
        return Byline(written, ", ".join(names), is_sure=True, affiliation=affiliation)
    return Byline(line, ", ".join(names), affiliation=affiliation)


def _is_done_by(found: re.Match[str], written: str) -> bool:
    """Whether the words before "by" say that the persons did something else than write this."""
    return not found["verb"] and not found["mark"] and _DONE.fullmatch(written.rsplit(maxsplit=1)[-1]) is not None


def _is_sure(found: re.Match[str], written: str, names: tuple[str, ...]) -> bool:
    # JANE DOE in a title of ordinary case is rather an acronym.
    if any(name.isupper() for name in names) and not written.isupper():
        return False
    if any(map(_is_doubtful, names)):
        return False
    return bool(found["verb"] or found["mark"]) or found["by"].lower() not in _ALSO_OF


def _is_doubtful(name: str) -> bool:
    words = name.lower().replace(",", " ").split()
    return any(word in _DOUBTFUL or word in _PLACES or _DOUBTFUL_STEMS.fullmatch(word) for word in words)


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
