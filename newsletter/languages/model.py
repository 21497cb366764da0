"""The seven languages of the house, and which of them somebody means; pure."""

import re
from dataclasses import dataclass

# A browser names a handful; a header of thousands is somebody's joke, and only so much of it is read.
LONGEST_HEADER = 500

# RFC 9110 12.5.4: a range, perhaps with its weight of at most three digits.
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*[qQ]\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?")


@dataclass(frozen=True, slots=True)
class Language:
    """A language that everything here is said in."""

    # As it is kept of people and stands in addresses.
    code: str
    # As pages and mails are marked with it (RFC 5646).
    tag: str
    # In its own words, as its readers look for it.
    name: str
    is_right_to_left: bool = False

    @property
    def direction(self) -> str:
        """Which way it is written: `ltr` or `rtl`."""
        return "rtl" if self.is_right_to_left else "ltr"


ENGLISH = Language("en", "en", "English")

# In the order of their own names as the library federation prints them.
LANGUAGES = (
    Language("ar", "ar", "العربية", is_right_to_left=True),
    Language("zh", "zh-Hans", "中文"),
    ENGLISH,
    Language("fr", "fr", "Français"),
    Language("de", "de", "Deutsch"),
    Language("ru", "ru", "Русский"),
    Language("es", "es", "Español"),
)

_BY_CODE = {language.code: language for language in LANGUAGES}


def meant(tag: str) -> Language | None:
    """Give the language that *tag* (`de`, `de-CH`, `zh_Hant_TW`) means; None when it is none of ours."""
    return _BY_CODE.get(re.split("[-_]", tag, maxsplit=1)[0].lower())


def first_of(*tags: str) -> Language:
    """Give the first of *tags* that means one of our languages; English when none does."""
    return next((language for language in map(meant, tags) if language is not None), ENGLISH)


def accepted(header: str) -> Language | None:
    """Give the language of ours that a reader's browser likes best (Accept-Language); None when it names none.

    Of two liked equally the one named first counts. What is refused with a weight of 0 is not offered.
    """
    liked: dict[Language, float] = {}
    for part in header[:LONGEST_HEADER].split(","):
        found = _RANGE.fullmatch(part)
        language = meant(found[1]) if found else None
        if found and language is not None:
            liked[language] = max(liked.get(language, 0.0), float(found[2] or 1))
    best = max(liked.values(), default=0.0)
    return next((language for language, weight in liked.items() if weight == best), None) if best else None
