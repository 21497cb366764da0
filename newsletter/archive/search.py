"""Looks for words in published issues, with what each database has for it: FTS5, or full text with the language's stems."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, and_, case, cast, column, func, literal_column, or_, select, table
from sqlalchemy.dialects.postgresql import REGCONFIG

from newsletter.archive import index
from newsletter.archive.query import Query, Term, unspaced
from newsletter.archive.shelf import configurations
from newsletter.issues.model import Newsletter
from newsletter.tables.archive import archive_article
from newsletter.tables.issues import issue, newsletter
from newsletter.tables.letters import letter
from newsletter.tables.mail import mailing
from subscribers.transaction import Transaction

# On one page; whoever has not found it by then asks more exactly.
MOST_HITS = 20

# Around what was found stand about so many words.
_WORDS = 28
# Signs that no text of ours has (private use), between which a database says what it found.
_BEGIN, _END = "\ue000", "\ue001"
_HEADLINE = f"StartSel={_BEGIN},StopSel={_END},MaxWords={_WORDS},MinWords={_WORDS // 2},MaxFragments=1"
_MARKED = re.compile(f"{_BEGIN}([^{_END}]*){_END}?")
# A word in the title counts four times.
_HEADING_COUNTS, _BODY_COUNTS = 4.0, 1.0

_archive_text = table("archive_text", column("rowid"))


@dataclass(frozen=True, slots=True)
class Bit:
    """Some words around what was found, and whether they are what was found."""

    text: str
    is_match: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """An article in which it was found, or an issue by what it says of itself (without a slug)."""

    newsletter_id: int
    newsletter_slug: str
    newsletter_name: str
    number: int
    issue_title: str
    published_at: datetime
    position: int
    slug: str
    title: str
    byline: str
    bits: tuple[Bit, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits, the best first."""

    hits: tuple[Hit, ...]
    has_more: bool


NOTHING = Found((), has_more=False)


def search(tx: Transaction, query: Query, among: Sequence[Newsletter], *, page: int = 1) -> Found:
    """Look for *query* in the published issues of *among*; pages count from 1."""
    if query.is_empty or not among:
        return NOTHING
    asked = _by_sqlite(query, among) if tx.dialect.name == "sqlite" else _by_postgresql(tx, query, among)
    rows = tx.execute(asked.limit(MOST_HITS + 1).offset((page - 1) * MOST_HITS)).all()
    return Found(tuple(_hit(row) for row in rows[:MOST_HITS]), has_more=len(rows) > MOST_HITS)


def bits_of(marked: str) -> tuple[Bit, ...]:
    """Take apart what a database gave, at its marks."""
    parts = _MARKED.split(marked)
    bits = (Bit(unspaced(part), is_match=place % 2 == 1) for place, part in enumerate(parts))
    return tuple(bit for bit in bits if bit.text)


def _by_sqlite(query: Query, among: Sequence[Newsletter]) -> Select[Any]:
    # The name of the table stands for all its columns, as FTS5 wants it.
    whole: ColumnElement[Any] = literal_column("archive_text")
    rank = func.bm25(whole, _HEADING_COUNTS, _BODY_COUNTS)
    snippet = func.snippet(whole, 1, _BEGIN, _END, "…", _WORDS)
    return (
        _hits(snippet)
        .join(_archive_text, _archive_text.c.rowid == archive_article.c.id)
        .where(whole.op("MATCH")(_expression(query)), newsletter.c.id.in_([one.id for one in among]))
        # The less, the better.
        .order_by(rank, letter.c.created_at.desc(), archive_article.c.position)
    )


def _expression(query: Query) -> str:
    """Write a query in the language of FTS5, every term in quotation marks, in which nothing has a meaning."""
    wanted = " AND ".join(_quoted(term) for term in query.terms if not term.is_unwanted)
    return wanted + "".join(f" NOT {_quoted(term)}" for term in query.terms if term.is_unwanted)


def _quoted(term: Term) -> str:
    return '"' + term.text.replace('"', "") + '"'


def _by_postgresql(tx: Transaction, query: Query, among: Sequence[Newsletter]) -> Select[Any]:
    """Ask each newsletter in its own language."""
    known = configurations(tx, [one.language for one in among])
    names = {one.id: known[one.language] for one in among}
    fits, ranks, headlines = [], [], []
    for name in sorted(set(names.values())):
        asked = _question(query, name)
        here = newsletter.c.id.in_([of for of, config in names.items() if config == name])
        fits.append(and_(here, archive_article.c.search.op("@@")(asked)))
        ranks.append((here, func.ts_rank(archive_article.c.search, asked)))
        headlines.append((here, func.ts_headline(cast(name, REGCONFIG), archive_article.c.body, asked, cast(_HEADLINE, Text))))
    return (
        _hits(_either(headlines))
        .where(or_(*fits))
        .order_by(_either(ranks).desc(), letter.c.created_at.desc(), archive_article.c.position)
    )


def _question(query: Query, config: str) -> ColumnElement[Any]:
    def asked(terms: Iterable[Term]) -> Iterable[ColumnElement[Any]]:
        return (func.phraseto_tsquery(cast(config, REGCONFIG), cast(term.text, Text)) for term in terms)

    wanted = reduce(lambda one, other: one.op("&&")(other), asked(term for term in query.terms if not term.is_unwanted))
    return reduce(lambda one, other: one.op("&& !!")(other), asked(term for term in query.terms if term.is_unwanted), wanted)


def _either(cases: Sequence[tuple[ColumnElement[bool], ColumnElement[Any]]]) -> ColumnElement[Any]:
    return case(*cases)


def _hits(marked: ColumnElement[Any]) -> Select[Any]:
    return (
        select(
            newsletter.c.id.label("newsletter_id"),
            newsletter.c.slug.label("newsletter_slug"),
            newsletter.c.name.label("newsletter_name"),
            issue.c.number,
            issue.c.title.label("issue_title"),
            index.moment().label("published_at"),
            archive_article.c.position,
            archive_article.c.slug,
            archive_article.c.title,
            archive_article.c.byline,
            marked.label("marked"),
        )
        .select_from(archive_article)
        .join(issue, issue.c.id == archive_article.c.issue_id)
        .join(newsletter, newsletter.c.id == issue.c.newsletter_id)
        .join(letter, letter.c.id == issue.c.letter_id)
        .outerjoin(mailing, mailing.c.letter_id == letter.c.id)
        .where(issue.c.state.in_(index.PUBLIC))
    )


def _hit(row: Row[Any]) -> Hit:
    return Hit(
        newsletter_id=row.newsletter_id,
        newsletter_slug=row.newsletter_slug,
        newsletter_name=row.newsletter_name,
        number=row.number,
        issue_title=row.issue_title,
        published_at=row.published_at,
        position=row.position,
        slug=row.slug,
        title=row.title,
        byline=row.byline,
        bits=bits_of(row.marked),
    )
