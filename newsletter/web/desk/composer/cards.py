"""The articles of an issue as cards: what an editor sees of each before opening it; pure."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from types import MappingProxyType
from urllib.parse import urljoin

from newsletter.images.model import Hosted, Shelf, own_file
from newsletter.issues.model import Article, Issue, Look, Section, SectionKind, Show
from newsletter.languages.catalogue import later
from newsletter.review.comments import Comment
from newsletter.review.contribution import Contribution, ContributionState
from newsletter.web.desk.issue.readiness import SectionLine

LOOKS: Mapping[Look, str] = MappingProxyType(
    {
        Look.AUTO: later("As the theme has it"),
        Look.LETTER: later("Letter"),
        Look.LEAD: later("The first one large"),
        Look.FEATURES: later("Features"),
        Look.CARDS: later("Two beside each other"),
        Look.ITEMS: later("Short items"),
        Look.LINKS: later("Links"),
        Look.HEADLINES: later("Headlines"),
        Look.EVENTS: later("Dates"),
        Look.NOTE: later("Note"),
        Look.NOTICE: later("Notice in a box"),
        Look.SPONSORS: later("Sponsors"),
    }
)
KINDS: Mapping[SectionKind, str] = MappingProxyType(
    {
        SectionKind.LETTER: later("Letters, shown in full"),
        SectionKind.ARTICLES: later("Articles"),
        SectionKind.HEADLINES: later("Titles only"),
        SectionKind.EVENTS: later("Events, by their dates"),
        SectionKind.NOTE: later("A few words of the editors"),
        SectionKind.NOTICE: later("A notice in a box"),
        SectionKind.SPONSORS: later("Sponsors"),
    }
)
SHOWS: Mapping[Show, str] = MappingProxyType(
    {Show.EXCERPT: later("Excerpt"), Show.FULL: later("In full"), Show.TITLE: later("Title only")}
)

_PICTURE = re.compile(r"<img\b[^>]*?\bsrc=[\"']([^\"']+)", re.IGNORECASE)
# A picture that leads stands in the beginning of a text.
_BEGINNING = 20_000


@dataclass(frozen=True, slots=True)
class Card:
    """One article."""

    article: Article
    # From 1, among those of its section.
    place: int
    # Where a small picture of it is; empty without one.
    thumb: str
    # The guest who wrote it.
    contribution: Contribution | None
    # What reviewers said of it, the earliest first.
    comments: tuple[Comment, ...]
    # Who else has its text open.
    writers: tuple[str, ...]
    # Nothing stands before or behind it in the whole issue.
    is_first: bool
    is_last: bool

    @property
    def how(self) -> str:
        """How much of it the letter carries."""
        return SHOWS[self.article.show]

    @property
    def open_comments(self) -> int:
        """How many comments nobody called done."""
        return sum(one.resolved_at is None for one in self.comments)


@dataclass(frozen=True, slots=True)
class Group:
    """One section with its cards."""

    section: Section
    cards: tuple[Card, ...]
    # Guests who were asked for a text that is not here yet.
    owed: tuple[Contribution, ...]
    # Who sees to it and by when.
    line: SectionLine
    # Who else edits it, or adds to it.
    writers: tuple[str, ...]
    is_first: bool
    is_last: bool

    @property
    def how(self) -> str:
        """How it is laid out; empty where that is as usual."""
        return "" if self.section.look is Look.AUTO else LOOKS[self.section.look]


def groups(
    issue: Issue,
    shelf: Shelf,
    contributions: Sequence[Contribution],
    comments: Iterable[Comment],
    writers: Callable[..., tuple[str, ...]],
    lines: Sequence[SectionLine],
) -> tuple[Group, ...]:
    """Give the sections of an issue with the cards of their articles; *writers* names who is at one of some places.

    *lines* tell of the same sections who sees to each.
    """
    said: defaultdict[int, list[Comment]] = defaultdict(list)
    for one in comments:
        if one.article_id is not None:
            said[one.article_id].append(one)
    written = {one.article_id: one for one in contributions if one.article_id is not None}
    last = len(issue.sections)
    return tuple(
        Group(
            section,
            tuple(
                Card(
                    article,
                    place,
                    thumb(article, section, shelf),
                    written.get(article.id),
                    tuple(said[article.id]),
                    writers(*(f"{what}{article.id}" for what in "tac")),
                    is_first=number == 1 and place == 1,
                    is_last=number == last and place == len(section.articles),
                )
                for place, article in enumerate(section.articles, 1)
            ),
            tuple(_owed(section, contributions)),
            lines[number - 1],
            writers(f"s{section.id}", f"n{section.id}"),
            is_first=number == 1,
            is_last=number == last,
        )
        for number, section in enumerate(issue.sections, 1)
    )


def thumb(article: Article, section: Section, shelf: Shelf) -> str:
    """Give where a small picture of an article is: the one it was given, else the first of its text that is here."""
    key = article.portrait if section.kind is SectionKind.LETTER else article.picture
    hosted = shelf.by_key.get(key) if key else _first(article, shelf)
    file = own_file(hosted.card or hosted.src) if hosted is not None else ""
    # By its path: the desk may be open under another name than readers know.
    return f"/images/{file}" if file else ""


def _first(article: Article, shelf: Shelf) -> Hosted | None:
    found = _PICTURE.search(article.content[:_BEGINNING])
    if found is None:
        return None
    try:
        source = urljoin(article.link, unescape(found[1]))
    except ValueError:
        # A feed says anything, also "https://[".
        return None
    return shelf.by_source.get(source)


def _owed(section: Section, contributions: Iterable[Contribution]) -> Iterable[Contribution]:
    return (
        one
        for one in contributions
        if one.article_id is None and one.section == section.title and one.state is not ContributionState.WITHDRAWN
    )
