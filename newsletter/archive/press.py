"""Prints published issues as PDF: by a template of its own, of what was taken into the archive, with our own pictures only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from newsletter.archive import index, pdf, prints, shelf
from newsletter.archive.illustrations import pictures_of
from newsletter.archive.index import PublishedIssue
from newsletter.archive.shelf import KeptArticle
from newsletter.clock import Clock
from newsletter.confined import Child, ChildFailed
from newsletter.database import Database
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import Words, words_for
from newsletter.languages.markup import html
from newsletter.letters.links import Links
from newsletter.letters.view import is_right_to_left, language_tag
from subscribers.transaction import Transaction

log = structlog.get_logger()

# The addresses of our pictures are long; what is printed shows where an article is read, not every sign of it.
LONGEST_PLACE = 90


@dataclass(frozen=True, slots=True)
class _Printed:
    """An article as it is printed."""

    position: int
    title: str
    byline: str
    link: str
    place: str
    picture: str
    picture_alt: str
    picture_credit: str
    happens: str
    body: Markup


@dataclass(frozen=True, slots=True)
class _Group:
    """A section as it is printed."""

    title: str
    # Titles only.
    is_heads: bool
    articles: tuple[_Printed, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """An issue ready to be printed."""

    issue_id: int
    html: str
    # All it may show, by their addresses.
    pictures: Mapping[str, bytes]

    @property
    def content_hash(self) -> str:
        """What tells two prints apart."""
        return sha256("\n".join([self.html, *sorted(self.pictures)]).encode()).hexdigest()


def print_next(database: Database, templates: Path, links: Links, clock: Clock) -> int | None:
    """Print the latest issue that was taken in since it was last printed; gives its id, or None when there is none.

    Where nothing can be printed, nothing is written down: it is done when that is mended.
    """
    with database.read() as tx:
        waiting = prints.waiting(tx)
        if not waiting or pdf.available() is not None:
            return None
        sheet = sheet_of(tx, waiting[0], templates, links)
        known = prints.hash_of(tx, sheet.issue_id)
    if known == sheet.content_hash:
        with database.write() as tx:
            prints.touch(tx, sheet.issue_id, clock())
        return sheet.issue_id
    body, trouble = _printed_out(sheet)
    with database.write() as tx:
        prints.keep(tx, sheet.issue_id, sheet.content_hash, body, trouble, clock())
    return sheet.issue_id


def sheet_of(tx: Transaction, issue_id: int, templates: Path, links: Links) -> Sheet:
    """Give an issue ready to be printed."""
    published = index.by_id(tx, issue_id)
    newsletter = newsletters.by_id(tx, published.newsletter_id)
    articles = shelf.articles_of(tx, [issue_id]).get(issue_id, ())
    page = page_of(newsletter, published, articles, templates, links)
    return Sheet(issue_id, page, pictures_of(tx, articles, links))


def page_of(
    newsletter: Newsletter, issue: PublishedIssue, articles: Sequence[KeptArticle], templates: Path, links: Links
) -> str:
    """Give the HTML that is printed of an issue."""
    words = words_for(newsletter.language)
    is_rtl = is_right_to_left(newsletter.language)
    return (
        _environment(templates, words)
        .get_template("issue.html")
        .render(
            language=language_tag(newsletter.language),
            direction="rtl" if is_rtl else "ltr",
            newsletter=newsletter,
            issue=issue,
            day=words.day(issue.published_at, newsletter.zone),
            groups=[_group(title, tuple(found)) for title, found in groupby(articles, key=lambda one: one.section)],
            href=links.issue(newsletter.slug, issue.number),
        )
    )


def _group(title: str, articles: tuple[KeptArticle, ...]) -> _Group:
    return _Group(title, not any(one.slug for one in articles), tuple(_article(one) for one in articles))


def _article(article: KeptArticle) -> _Printed:
    place = article.link.partition("://")[2].rstrip("/")
    return _Printed(
        position=article.position,
        title=article.title,
        byline=article.byline,
        link=article.link,
        place=place if len(place) <= LONGEST_PLACE else place[: LONGEST_PLACE - 1] + "…",
        picture=article.picture if article.picture not in article.html else "",
        picture_alt=article.picture_alt,
        picture_credit=article.picture_credit,
        happens=article.happens,
        body=Markup(article.html),  # noqa: S704 -- sanitised when it was made fit for the letter
    )


def _printed_out(sheet: Sheet) -> tuple[bytes, str]:
    # A child of its own: a print takes seconds, and nobody who composes waits for it.
    with Child() as child:
        try:
            return pdf.printed(child, sheet.html, sheet.pictures, sheet.content_hash), ""
        except (ChildFailed, pdf.NotPrinted) as error:
            log.warning("an issue cannot be printed", issue=sheet.issue_id, reason=str(error))
            return b"", str(error)


def _environment(templates: Path, words: Words) -> Environment:
    made = Environment(
        loader=FileSystemLoader(templates / "print"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def gettext(text: str, /, **values: object) -> Markup:
        return html(words.pattern(text), values)

    made.globals["_"] = gettext
    return made
