"""Snippets in SQL: texts that are put into issues as a copy, again and again."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from newsletter.errors import AlreadyThere, BadValue, SnippetNotFound
from newsletter.issues.bylines import name_key
from newsletter.tables.authors import snippet
from newsletter.tables.issues import article, issue
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.transaction import Transaction

LONGEST_NAME = 80
LONGEST_TITLE = 200
MOST_SNIPPETS = 500


@dataclass(frozen=True, slots=True)
class Said:
    """What a snippet says."""

    # Empty where it needs none.
    title: str
    # HTML; where there is a document, what that says.
    content: str
    link: str = ""
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text that is kept to be used again."""

    id: int
    newsletter_id: int
    name: str
    said: Said
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Use:
    """An issue that shows a copy of a snippet."""

    issue_id: int
    number: int
    title: str


def all_snippets(tx: Transaction, newsletter_id: int) -> tuple[Snippet, ...]:
    """Give the snippets of a newsletter by name."""
    rows = tx.execute(select(snippet).where(snippet.c.newsletter_id == newsletter_id))
    return tuple(sorted(map(_snippet, rows), key=lambda one: name_key(one.name)))


def find(tx: Transaction, newsletter_id: int, name: str) -> Snippet:
    """Give a snippet by its name, in any letter case.

    Raises:
        SnippetNotFound: there is none.

    """
    row = tx.execute(
        select(snippet).where(snippet.c.newsletter_id == newsletter_id, snippet.c.name_key == name_key(name)),
    ).one_or_none()
    if row is None:
        raise SnippetNotFound(one_line(name, LONGEST_NAME))
    return _snippet(row)


def by_id(tx: Transaction, newsletter_id: int, snippet_id: int) -> Snippet:
    """Give a snippet of a newsletter.

    Raises:
        SnippetNotFound: it has none of this id.

    """
    row = tx.execute(select(snippet).where(snippet.c.newsletter_id == newsletter_id, snippet.c.id == snippet_id)).one_or_none()
    if row is None:
        raise SnippetNotFound(snippet_id)
    return _snippet(row)


def uses(tx: Transaction, newsletter_id: int) -> Mapping[str, tuple[Use, ...]]:
    """Give the issues that show a copy of each snippet, by its name, the latest first."""
    query = (
        select(article.c.snippet, issue.c.id, issue.c.number, issue.c.title)
        .join(issue, issue.c.id == article.c.issue_id)
        .where(issue.c.newsletter_id == newsletter_id, article.c.snippet != "", article.c.is_dropped == 0)
        .order_by(issue.c.number.desc())
        .distinct()
    )
    found: defaultdict[str, list[Use]] = defaultdict(list)
    for row in tx.execute(query):
        found[row.snippet].append(Use(row.id, row.number, row.title))
    return {name: tuple(where) for name, where in found.items()}


def add(tx: Transaction, newsletter_id: int, name: str, said: Said, now: datetime) -> Snippet:
    """Keep a text under a name.

    Raises:
        BadValue: the name or the text is empty, or there are too many.
        AlreadyThere: the name is taken.

    """
    name = _name(name)
    _require_text(name, said)
    count = tx.execute(select(func.count()).where(snippet.c.newsletter_id == newsletter_id)).scalar_one()
    if count >= MOST_SNIPPETS:
        raise BadValue(say("snippet"), name, say("%(most)s are the most", most=MOST_SNIPPETS))
    _require_free(tx, newsletter_id, name)
    tx.execute(
        insert(snippet).values(
            newsletter_id=newsletter_id,
            name=name,
            name_key=name_key(name),
            created_at=now,
            updated_at=now,
            **_columns(said),
        ),
    )
    return find(tx, newsletter_id, name)


def edit(tx: Transaction, newsletter_id: int, name: str, said: Said, now: datetime, *, new_name: str | None = None) -> Snippet:
    """Let a snippet say something else from now on; issues keep their copies.

    Raises:
        SnippetNotFound: there is none of this name.
        BadValue: the name or the text is empty.
        AlreadyThere: the new name is taken.

    """
    found = find(tx, newsletter_id, name)
    called = found.name if new_name is None else _name(new_name)
    _require_text(called, said)
    if name_key(called) != name_key(found.name):
        _require_free(tx, newsletter_id, called)
    values = {"name": called, "name_key": name_key(called), "updated_at": now, **_columns(said)}
    tx.execute(update(snippet).where(snippet.c.id == found.id).values(values))
    return find(tx, newsletter_id, called)


def remove(tx: Transaction, newsletter_id: int, name: str) -> Snippet:
    """Forget a snippet; issues keep their copies. Gives what it was.

    Raises:
        SnippetNotFound: there is none of this name.

    """
    found = find(tx, newsletter_id, name)
    tx.execute(delete(snippet).where(snippet.c.id == found.id))
    return found


def _require_free(tx: Transaction, newsletter_id: int, name: str) -> None:
    taken = select(snippet.c.id).where(snippet.c.newsletter_id == newsletter_id, snippet.c.name_key == name_key(name))
    if tx.execute(taken).one_or_none() is not None:
        raise AlreadyThere(say("snippet"), name)


def _require_text(name: str, said: Said) -> None:
    if not said.content.strip() and not said.title.strip():
        raise BadValue(say("snippet"), name, say("says nothing"))


def _name(text: str) -> str:
    name = one_line(text, LONGEST_NAME)
    if not name:
        raise BadValue(say("name"), repr(text), say("is empty"))
    return name


def _columns(said: Said) -> dict[str, Any]:
    return {
        "title": one_line(said.title, LONGEST_TITLE),
        "content": said.content,
        "link": said.link,
        "document": said.document,
    }


def _snippet(row: Row[Any]) -> Snippet:
    said = Said(row.title, row.content, row.link, row.document)
    return Snippet(row.id, row.newsletter_id, row.name, said, row.updated_at)
