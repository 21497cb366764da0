"""Lays an issue out as it was at some version, in SQL; whatever came in since is dropped, and nothing is deleted."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import insert, select, update

from newsletter.issues.model import Article, Section
from newsletter.tables.feeds import post
from newsletter.tables.issues import article, section
from subscribers.transaction import Transaction

# Where a row is, and what it came from, stays what it is.
_IDENTITY = frozenset({"id", "issue_id", "post_id"})


def lay_out(tx: Transaction, issue_id: int, sections: Sequence[Section], articles: Sequence[Article]) -> None:
    """Let an issue have these sections, and these articles in them, each where it says; those it has besides are dropped."""
    _lay_sections(tx, issue_id, sections)
    there = set(tx.execute(select(article.c.id).where(article.c.issue_id == issue_id)).scalars())
    for one in articles:
        if one.id in there:
            tx.execute(update(article).where(article.c.id == one.id).values(_article(one, but=_IDENTITY)))
        else:
            tx.execute(insert(article).values(issue_id=issue_id, post_id=_post(tx, issue_id, one), **_article(one)))
    others = there - {one.id for one in articles}
    if others:
        tx.execute(update(article).where(article.c.id.in_(others)).values(is_dropped=True))


def _lay_sections(tx: Transaction, issue_id: int, sections: Sequence[Section]) -> None:
    known = {
        row.id: row.title for row in tx.execute(select(section.c.id, section.c.title).where(section.c.issue_id == issue_id))
    }
    wanted = {one.id for one in sections}
    taken = {one.title for one in sections}
    last = max((one.position for one in sections), default=0)
    # Out of the way first: no two sections of an issue have one title, not even on the way from one to another.
    for number in known:
        tx.execute(update(section).where(section.c.id == number).values(title=f"\N{NO-BREAK SPACE}{number}"))
    for one in sections:
        if one.id in known:
            tx.execute(update(section).where(section.c.id == one.id).values(_section(one)))
        else:
            tx.execute(insert(section).values(id=one.id, issue_id=issue_id, **_section(one)))
    # It keeps what was dropped, and is not seen while it shows nothing.
    for place, number in enumerate((number for number in known if number not in wanted), last + 1):
        title = known[number] if known[number] not in taken else f"{known[number]} ({number})"
        tx.execute(update(section).where(section.c.id == number).values(title=title, position=place, is_required=False))


def _section(one: Section) -> dict[str, Any]:
    return {name: getattr(one, name) for name in section.c.keys() if name not in {"id", "issue_id"}}  # noqa: SIM118 -- columns


def _article(one: Article, but: frozenset[str] = frozenset({"issue_id", "post_id"})) -> dict[str, Any]:
    # What the table knows besides, about the post it is made of, stays what it is.
    said = {field.name for field in fields(Article)} - but
    columns = {name: getattr(one, name) for name in article.c.keys() if name in said}  # noqa: SIM118 -- columns
    columns["event"] = asdict(one.event) if one.event is not None else None
    columns["suggestion"] = asdict(one.suggestion) if one.suggestion is not None else None
    return columns


def _post(tx: Transaction, issue_id: int, one: Article) -> int | None:
    """Give the post an article was made of, if it is known still and no other article of the issue is made of it."""
    if one.post_id is None:
        return None
    has_it = select(article.c.id).where(article.c.issue_id == issue_id, article.c.post_id == one.post_id)
    found: int | None = tx.execute(
        select(post.c.id).where(post.c.id == one.post_id, ~has_it.exists()),
    ).scalar_one_or_none()
    return found
