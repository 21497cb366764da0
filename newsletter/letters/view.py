"""What a template of a letter sees: words and ready HTML, decided beforehand; templates show, they do not compute."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.issues.model import Look, Newsletter
from newsletter.letters.holes import Bare, Ready
from newsletter.letters.letter import SlotName
from subscribers.oneline import one_line

# Scripts that run from right to left, by language and by script subtag (RFC 5646).
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"})
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"})
_LONGEST_LANGUAGE = 35

# A picture at least this wide may stand across the whole column.
WIDE_ENOUGH = 480

UNLISTED = frozenset({Look.NOTE, Look.NOTICE, Look.SPONSORS})


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
    """A picture of an article."""

    src: str
    alt: str
    # In CSS pixels, as wide as it is itself; 0 where nobody knows.
    width: int
    # Who made it; empty where nobody says.
    credit: str = ""
    # The same cut to the shape of a card; empty where there is no such.
    card: str = ""

    @property
    def is_large(self) -> bool:
        """Whether it may stand across the column, or fill a phone, without being blurred."""
        return self.width >= WIDE_ENOUGH

    def within(self, room: int) -> int:
        """Give how wide it is shown where there are *room* pixels."""
        return min(room, self.width or room)


@dataclass(frozen=True, slots=True)
class EventView:
    """When and where something happens, spelled in the letter's language."""

    # "3" and "Feb", for the leaf of a calendar.
    day: str
    month: str
    # As in "Mon, 3 Feb 2020, 09:00–17:00 (Amsterdam)".
    when: str
    place: str
    # Where a calendar program gets it; empty when it cannot.
    calendar: str


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article as the letter shows it."""

    anchor: Bare
    # As the contents name it.
    title: str
    byline: str
    # Above its text. A text called like its section would say so twice: there its author stands instead.
    heading: str
    # Name and affiliation as one; empty where nobody is named, or where the heading names them.
    author: str
    affiliation: str
    # Below a letter that does not end with its author's name.
    signature: str
    # Empty for own text without an address.
    link: str
    # "Read more: …", shortened; empty when there is no more, or nowhere to read it.
    more: str
    body: Ready | None
    text: str
    # Leads the article; in a section without pictures it is one that somebody chose, and stands above the text.
    picture: PictureView | None
    # What is to be seen on it, where plain text says so: above a text that is shown whole.
    seen: str
    # Beside a letter its author, beside a sponsor the sign.
    portrait: PictureView | None
    # The author, small, at the byline.
    face: PictureView | None
    event: EventView | None
    is_placeholder: bool
    # Whether its picture stands on the cover, and need not stand twice.
    is_cover: bool


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section as the letter shows it."""

    anchor: Bare
    title: str
    # The name of a look, which is that of its template.
    look: str
    # Counted from 1.
    number: int
    articles: tuple[ArticleView, ...]

    @property
    def pairs(self) -> tuple[tuple[ArticleView, ...], ...]:
        """The articles two by two, the last perhaps alone."""
        return tuple(self.articles[at : at + 2] for at in range(0, len(self.articles), 2))


@dataclass(frozen=True, slots=True)
class IssueView:
    """An issue as the letter shows it."""

    title: str
    number: int
    subject: str
    sections: tuple[SectionView, ...]
    # The one whose picture stands on the cover, in a theme that has one.
    cover: ArticleView | None

    @property
    def listed(self) -> tuple[SectionView, ...]:
        """The sections that the contents name: not the few words of the editors, not who pays."""
        return tuple(section for section in self.sections if section.look not in UNLISTED)


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
