"""What a template of a letter sees: words and ready HTML, decided beforehand; templates show, they do not compute."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.issues.model import Newsletter
from newsletter.letters.holes import Bare, Ready
from newsletter.letters.letter import SlotName
from subscribers.oneline import one_line

# Scripts that run from right to left, by language and by script subtag (RFC 5646).
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"})
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"})
_LONGEST_LANGUAGE = 35


@dataclass(frozen=True, slots=True)
class Page:
    """What every letter has: its language and direction, its titles, the slots of the person."""

    language: Bare
    direction: Bare
    is_rtl: bool
    # The side on which lines begin, and the other: "left" and "right", or the reverse.
    start: Bare
    end: Bare
    title: str
    preheader: str
    slots: Mapping[str, Bare]


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture beside or above an article."""

    src: str
    alt: str
    # In CSS pixels, as wide as it is shown.
    width: int
    # Whether it stands across the column, above the title; else beside the text.
    is_wide: bool
    # Whether it may fill the width of a phone without being blurred.
    is_large: bool
    # The address of the same cut to the shape of cards, 3 to 2; empty where there is none.
    card: str = ""
    # Whose picture it is, on one line.
    credit: str = ""


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article as the letter shows it."""

    anchor: Bare
    # As the contents name it.
    title: str
    byline: str
    # Above its text. A text called like its section would say so twice: there its author stands instead.
    heading: str
    credit: str
    # Empty for own text without an address.
    link: str
    # "Read more: …", shortened; empty when there is no more, or nowhere to read it.
    more: str
    body: Ready | None
    text: str
    picture: PictureView | None
    is_placeholder: bool


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section as the letter shows it."""

    anchor: Bare
    title: str
    # "letter", "features", "items" or "headlines"
    style: str
    articles: tuple[ArticleView, ...]


def page_for(language: str, title: str, preheader: str, slots: Mapping[SlotName, str]) -> Page:
    """Give what every letter in *language* has."""
    is_rtl = is_right_to_left(language)
    left, right = Bare("left"), Bare("right")
    return Page(
        language=Bare(language_tag(language)),
        direction=Bare("rtl" if is_rtl else "ltr"),
        is_rtl=is_rtl,
        start=right if is_rtl else left,
        end=left if is_rtl else right,
        title=title,
        preheader=preheader,
        slots={name.value: Bare(token) for name, token in slots.items()},
    )


def imprint(newsletter: Newsletter) -> str:
    """Give who writes and from where, on one line; an address that begins with the sender's name says it once."""
    lines = (line.strip().rstrip(",") for line in newsletter.postal_address.splitlines())
    address = one_line(", ".join(line for line in lines if line))
    if address.startswith(newsletter.sender_name):
        return address
    return one_line(f"{newsletter.sender_name}, {address}")


def language_tag(language: str) -> str:
    """Give *language* when it can be one (RFC 5646: letters, digits, hyphens), else "und" for undetermined."""
    is_tag = language.isascii() and language.replace("-", "").isalnum() and len(language) <= _LONGEST_LANGUAGE
    return language if is_tag else "und"


def is_right_to_left(language: str) -> bool:
    """Whether *language* is written from right to left."""
    primary, *subtags = language.lower().split("-")
    script = next((subtag for subtag in subtags if len(subtag) == 4), "")  # noqa: PLR2004 -- scripts have four letters
    return script in _RIGHT_TO_LEFT_SCRIPTS if script else primary in _RIGHT_TO_LEFT
