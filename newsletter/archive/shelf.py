"""Published issues taken apart, in SQL: kept article by article, found by address, and given in their order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Text, cast, column, delete, func, insert, literal_column, select, text, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import REGCONFIG
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from newsletter.archive import index
from newsletter.archive.query import spaced, unspaced
from newsletter.archive.reading import bare
from newsletter.errors import ArticleNotFound
from newsletter.letters.pieces import Piece
from newsletter.tables.archive import archive_article, archive_issue
from newsletter.tables.issues import issue, newsletter
from subscribers.oneline import one_line
from subscribers.transaction import Transaction

# What a page or a card says of an article before it is read.
LONGEST_SUMMARY = 200

# How PostgreSQL calls the languages whose words it knows the stems of.
_CONFIGURATIONS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "nb": "norwegian",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
# Words as they are written, for all others.
_PLAIN = "simple"


@dataclass(frozen=True, slots=True)
class Taken:
    """A published issue as it is taken in: what it says of itself, and its articles in reading order."""

    issue_id: int
    letter_id: int
    title: str
    about: str
    articles: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class KeptArticle:
    """An article of a published issue."""

    position: int
    # Empty: it has no page, the letter shows its title only.
    slug: str
    section: str
    title: str
    byline: str
    # Where it appeared first; empty for own text.
    link: str
    html: str
    picture: str
    picture_alt: str
    # How it begins, in bare words.
    summary: str
    picture_credit: str = ""
    # When and where, spelled, and where calendar programs get it; empty where nothing happens.
    happens: str = ""
    calendar: str = ""
    # Of whoever wrote it, where another picture leads it.
    portrait: str = ""
    portrait_alt: str = ""
    portrait_credit: str = ""

    @property
    def shown(self) -> str:
        """Everything in which pictures stand."""
        return f'"{self.picture}" "{self.portrait}" {self.html}'


def waiting(tx: Transaction) -> tuple[int, ...]:
    """Give the published issues that were not taken apart yet, or of another letter, the latest first."""
    rows = tx.execute(
        select(issue.c.id)
        .outerjoin(archive_issue, archive_issue.c.issue_id == issue.c.id)
        .where(
            issue.c.state.in_(index.PUBLIC),
            issue.c.letter_id.is_not(None),
            func.coalesce(archive_issue.c.letter_id, 0) != issue.c.letter_id,
        )
        .order_by(issue.c.id.desc()),
    )
    return tuple(rows.scalars())


def keep(tx: Transaction, taken: Taken, now: datetime) -> bool:
    """Keep an issue instead of what was kept of it before; False when another worker kept it at the same time."""
    issue_id = taken.issue_id
    tx.execute(delete(archive_issue).where(archive_issue.c.issue_id == issue_id))
    kept = insert_or_not(archive_issue).values(issue_id=issue_id, letter_id=taken.letter_id, made_at=now)
    if tx.execute(kept.on_conflict_do_nothing().returning(archive_issue.c.issue_id)).one_or_none() is None:
        return False
    itself = _row(issue_id, 0, Piece(section="", title=taken.title, byline="", link="", html=""), taken.about)
    articles = [_row(issue_id, position, piece, bare(piece.html)) for position, piece in enumerate(taken.articles, 1)]
    tx.execute(insert(archive_article), [itself, *articles])
    if tx.dialect.name == "postgresql":
        fill_search(tx, issue_id)
    return True


def forget(tx: Transaction, newsletter_id: int | None) -> int:
    """Let everything be taken in anew, of one newsletter or of all (None); gives of how many issues.

    Nothing changes by it but what is made of what was kept: words to be found, and the addresses of our own pages.
    """
    of_newsletter = select(issue.c.id).where(issue.c.newsletter_id == newsletter_id)
    doomed = delete(archive_issue)
    result = tx.execute(doomed if newsletter_id is None else doomed.where(archive_issue.c.issue_id.in_(of_newsletter)))
    return result.rowcount


def articles_of(tx: Transaction, issue_ids: Iterable[int]) -> dict[int, tuple[KeptArticle, ...]]:
    """Give the articles of issues in reading order, by issue; none where an issue was not taken apart yet."""
    rows = tx.execute(
        select(archive_article)
        .where(archive_article.c.issue_id.in_(list(issue_ids)), archive_article.c.position > 0)
        .order_by(archive_article.c.issue_id, archive_article.c.position),
    )
    found: dict[int, tuple[KeptArticle, ...]] = {}
    for row in rows:
        found[row.issue_id] = (*found.get(row.issue_id, ()), _article(row))
    return found


def article_of(articles: Sequence[KeptArticle], wanted: str) -> KeptArticle:
    """Give the article with this address among the articles of an issue.

    Raises:
        ArticleNotFound: none has it.

    """
    found = next((one for one in articles if one.slug and one.slug == wanted), None)
    if found is None:
        raise ArticleNotFound(wanted)
    return found


def configurations(tx: Transaction, languages: Iterable[str]) -> dict[str, str]:
    """Give what PostgreSQL calls the words of each language; plain words where it knows no stems, or this build has none."""
    there = frozenset(tx.execute(select(column("cfgname", Text)).select_from(text("pg_catalog.pg_ts_config"))).scalars())
    known = {language: _CONFIGURATIONS.get(language.partition("-")[0].lower(), _PLAIN) for language in languages}
    return {language: name if name in there else _PLAIN for language, name in known.items()}


def fill_search(tx: Transaction, issue_id: int) -> None:
    """Let PostgreSQL find the words of an issue's articles, in the newsletter's language."""
    language: str = tx.execute(
        select(newsletter.c.language).join(issue, issue.c.newsletter_id == newsletter.c.id).where(issue.c.id == issue_id),
    ).scalar_one()
    config = cast(configurations(tx, [language])[language], REGCONFIG)
    headings = func.setweight(func.to_tsvector(config, archive_article.c.heading), literal_column("'A'"))
    bodies = func.to_tsvector(config, archive_article.c.body)
    tx.execute(
        update(archive_article).where(archive_article.c.issue_id == issue_id).values(search=headings.op("||")(bodies)),
    )


def _row(issue_id: int, position: int, piece: Piece, words: str) -> dict[str, object]:
    return {
        "issue_id": issue_id,
        "position": position,
        "slug": piece.slug,
        "section": piece.section,
        "title": piece.title,
        "byline": piece.byline,
        "link": piece.link,
        "html": piece.html,
        "picture": piece.picture,
        "picture_alt": piece.picture_alt,
        "picture_credit": piece.picture_credit,
        "portrait": piece.portrait,
        "portrait_alt": piece.portrait_alt,
        "portrait_credit": piece.portrait_credit,
        "happens": piece.happens,
        "calendar": piece.calendar,
        "heading": spaced(" ".join(filter(None, (piece.title, piece.byline, piece.section)))),
        "body": spaced(" ".join(filter(None, (piece.happens, words)))),
    }


def _article(row: Row[Any]) -> KeptArticle:
    return KeptArticle(
        position=row.position,
        slug=row.slug,
        section=row.section,
        title=row.title,
        byline=row.byline,
        link=row.link,
        html=row.html,
        picture=row.picture,
        picture_alt=row.picture_alt,
        summary=one_line(unspaced(row.body[: 3 * LONGEST_SUMMARY]), LONGEST_SUMMARY),
        picture_credit=row.picture_credit,
        happens=row.happens,
        calendar=row.calendar,
        portrait=row.portrait,
        portrait_alt=row.portrait_alt,
        portrait_credit=row.portrait_credit,
    )
