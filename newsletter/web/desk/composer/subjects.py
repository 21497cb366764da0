"""Subjects that an issue could have, made of what is in it, and how long subject and preheader are; pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.issues.editing import LONGEST_SUBJECT
from newsletter.issues.model import Issue, Newsletter, SectionKind
from newsletter.languages.catalogue import Words, desk_words
from newsletter.languages.model import first_of
from subscribers.oneline import one_line

# What most inboxes of phones show of each.
SHOWN_OF_SUBJECT = 60
SHOWN_OF_PREHEADER = 100

MOST_ALTERNATIVES = 4

_TOLD = frozenset({SectionKind.ARTICLES, SectionKind.EVENTS})


@dataclass(frozen=True, slots=True)
class Length:
    """How long a line is, and how much of it is seen."""

    characters: int
    shown: int

    def said(self, words: Words) -> str:
        """Say the length to an editor; as typing.js does while it changes."""
        if not self.characters:
            return words.ngettext("Phones show about %(num)s character.", "Phones show about %(num)s characters.", self.shown)
        if self.characters <= self.shown:
            return words.ngettext(
                "%(num)s character; phones show all of it.", "%(num)s characters; phones show all of it.", self.characters
            )
        return words.ngettext(
            "%(num)s character; phones show about %(shown)s of them.",
            "%(num)s characters; phones show about %(shown)s of them.",
            self.characters,
            shown=self.shown,
        )


@dataclass(frozen=True, slots=True)
class Lengths:
    """Of the two lines that an inbox shows."""

    subject: Length
    preheader: Length


def lengths(issue: Issue) -> Lengths:
    """Give how long the lines are that an inbox shows."""
    return Lengths(Length(len(issue.subject), SHOWN_OF_SUBJECT), Length(len(issue.preheader), SHOWN_OF_PREHEADER))


def alternatives(issue: Issue, newsletter: Newsletter) -> tuple[str, ...]:
    """Give other subjects, each once and none that it has already."""
    found = dict.fromkeys(one_line(subject, LONGEST_SUBJECT) for subject in _made(issue, newsletter))
    return tuple(subject for subject in found if subject and subject != issue.subject)[:MOST_ALTERNATIVES]


def _made(issue: Issue, newsletter: Newsletter) -> Iterator[str]:
    titles = [
        article.title
        for section in issue.sections
        if section.kind in _TOLD
        for article in section.articles
        if not article.is_placeholder
    ]
    yield f"{newsletter.name}: {issue.title}"
    if not titles:
        return
    yield titles[0]
    if len(titles) > 1:
        more = len(titles) - 2
        both = f"{titles[0]} · {titles[1]}"
        words = desk_words(first_of(newsletter.language))
        yield (
            words.ngettext("%(titles)s · and %(num)s more", "%(titles)s · and %(num)s more", more, titles=both)
            if more
            else both
        )
    yield f"{issue.title}: {titles[0]}"
