"""Where an article stands when it goes a step up or down, from section to section where it leaves one; pure."""

from dataclasses import dataclass
from enum import IntEnum

from newsletter.errors import ArticleNotFound, SectionNotFound
from newsletter.issues.model import Article, Issue, Section


class Step(IntEnum):
    """One place towards the beginning or the end of the issue."""

    UP = -1
    DOWN = 1


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a section, counted from 1."""

    section: Section
    place: int


def spot_of(issue: Issue, article_id: int) -> Spot | None:
    """Give where an article stands; None where the issue does not show it."""
    for section in issue.sections:
        for place, article in enumerate(section.articles, 1):
            if article.id == article_id:
                return Spot(section, place)
    return None


def beside(issue: Issue, article_id: int, step: Step) -> Spot | None:
    """Give where an article stands after one step; None where there is no further one, or no such article.

    From the edge of its section it goes to the near edge of the next one, also of an empty one.
    """
    here = spot_of(issue, article_id)
    if here is None:
        return None
    if 1 <= here.place + step <= len(here.section.articles):
        return Spot(here.section, here.place + step)
    number = issue.sections.index(here.section) + step
    if not 0 <= number < len(issue.sections):
        return None
    neighbour = issue.sections[number]
    return Spot(neighbour, 1 if step is Step.DOWN else len(neighbour.articles) + 1)


def article_of(issue: Issue, article_id: int) -> Article:
    """Give an article that the issue shows.

    Raises:
        ArticleNotFound: it shows none of this id.

    """
    for article in issue.articles:
        if article.id == article_id:
            return article
    raise ArticleNotFound(article_id)


def section_of(issue: Issue, section_id: int) -> Section:
    """Give a section of the issue.

    Raises:
        SectionNotFound: it has none of this id.

    """
    for section in issue.sections:
        if section.id == section_id:
            return section
    raise SectionNotFound(f"{section_id}; it was removed meanwhile")
