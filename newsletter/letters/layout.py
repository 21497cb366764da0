"""How each section of an issue looks, and so how much of its articles is shown and with which picture; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType

from newsletter.issues import events
from newsletter.issues.model import Article, Issue, Look, Section, SectionKind, Show
from newsletter.letters.theme import Theme

_BY_KIND: Mapping[SectionKind, Look] = MappingProxyType(
    {
        SectionKind.LETTER: Look.LETTER,
        SectionKind.HEADLINES: Look.HEADLINES,
        SectionKind.EVENTS: Look.EVENTS,
        SectionKind.NOTE: Look.NOTE,
        SectionKind.NOTICE: Look.NOTICE,
        SectionKind.SPONSORS: Look.SPONSORS,
    }
)

# Written by somebody for this issue: shown whole, however the article is set.
WHOLE = frozenset({Look.LETTER, Look.NOTE, Look.NOTICE, Look.SPONSORS})
# A picture is taken out of the text and laid out.
_WITH_PICTURE = frozenset({Look.LEAD, Look.FEATURES, Look.CARDS})
# Titles, with a line about each at most: no picture has a place there, whoever chose it.
_BARE = frozenset({Look.LINKS, Look.HEADLINES, Look.EVENTS})
# A small picture before the first word is a portrait or a logo, and stands beside the text.
_WITH_PORTRAIT = frozenset({Look.LETTER, Look.SPONSORS})
# The first article of these is larger than the others.
_WITH_LEAD = frozenset({Look.LEAD, Look.FEATURES})
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Planned:
    """An article, and how it is to look where it stands."""

    article: Article
    section: Section
    look: Look
    # Whether it leads a section whose first article is larger.
    is_lead: bool

    @property
    def is_whole(self) -> bool:
        """Whether all of its text is shown."""
        return self.look in WHOLE or (self.article.show is Show.FULL and self.look is not Look.HEADLINES)

    @property
    def has_text(self) -> bool:
        """Whether more than its title is shown."""
        return self.look in WHOLE or (self.look is not Look.HEADLINES and self.article.show is not Show.TITLE)

    @property
    def has_picture(self) -> bool:
        """Whether a picture is laid out with it; in a text that is shown whole they stand where they are."""
        return self.look in _WITH_PICTURE and self.has_text

    @property
    def has_portrait(self) -> bool:
        """Whether a small picture stands beside it."""
        return self.look in _WITH_PORTRAIT

    @property
    def shows_choice(self) -> bool:
        """Whether a picture that somebody chose is shown, be it in a theme that lays out no others."""
        return self.has_text and self.look not in _BARE

    @property
    def has_face(self) -> bool:
        """Whether its author's portrait stands small beside the byline."""
        return self.shows_choice and not self.has_portrait

    def words(self, theme: Theme) -> int:
        """Give how long its excerpt is; 0: all of it."""
        if self.is_whole:
            return 0
        look = Look.LEAD if self.is_lead else self.look
        return self.article.words or self.section.words or theme.words.get(look, theme.words[Look.ITEMS])


def shown_sections(issue: Issue, zone: str) -> tuple[Section, ...]:
    """Give the sections that have something to show, events in the order they begin; *zone* is the newsletter's."""
    return tuple(_in_order(section, zone) for section in issue.sections if section.articles)


def look_of(issue: Issue, section: Section, theme: Theme) -> Look:
    """Give how *section* looks: by its plan, else by its kind, else as the theme has it at this place."""
    if section.look is not Look.AUTO:
        return section.look
    if section.kind in _BY_KIND:
        return _BY_KIND[section.kind]
    first = next(other for other in issue.sections if other.articles and other.kind is SectionKind.ARTICLES)
    return theme.first if section.position == first.position and section.id == first.id else theme.others


def is_whole(section: Section) -> bool:
    """Whether articles of *section* are shown whole in every theme, whatever they say themselves."""
    return (_BY_KIND.get(section.kind) if section.look is Look.AUTO else section.look) in WHOLE


def plan_of(issue: Issue, theme: Theme, zone: str) -> Iterator[Planned]:
    """Give every article with its look, in reading order."""
    for section in shown_sections(issue, zone):
        look = look_of(issue, section, theme)
        for position, article in enumerate(section.articles):
            yield Planned(article, section, look, is_lead=position == 0 and look in _WITH_LEAD)


def _in_order(section: Section, zone: str) -> Section:
    if section.kind is not SectionKind.EVENTS:
        return section
    begins = {one.id: one.event and events.begins_at(one.event, zone) for one in section.articles}
    # What has no date stands behind, as the editor put it.
    dated = sorted(section.articles, key=lambda article: begins[article.id] or _NEVER)
    return replace(section, articles=tuple(dated))
