"""What is inside an issue: its sections, and where each article is read; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from newsletter.archive.shelf import KeptArticle
from newsletter.letters.links import Links


@dataclass(frozen=True, slots=True)
class Line:
    """One article: its title, whose it is, and where it is read; empty where nowhere."""

    title: str
    byline: str
    href: str


@dataclass(frozen=True, slots=True)
class Group:
    """A section with what is in it."""

    title: str
    lines: tuple[Line, ...]


def contents_of(articles: Sequence[KeptArticle], links: Links, slug: str, number: int) -> tuple[Group, ...]:
    """Give what is inside an issue; an article without a page of its own is read where it appeared first."""
    return tuple(
        Group(section, tuple(Line(one.title, one.byline, _href(one, links, slug, number)) for one in found))
        for section, found in groupby(articles, key=lambda one: one.section)
    )


def _href(article: KeptArticle, links: Links, slug: str, number: int) -> str:
    return links.article(slug, number, article.slug) if article.slug else article.link
