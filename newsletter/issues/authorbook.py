"""The register of authors in SQL: learned from bylines an editor confirmed, asked when the next post comes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from newsletter.errors import AlreadyThere, AuthorNotFound, BadValue
from newsletter.feeds.byline import persons
from newsletter.images import store as images
from newsletter.issues.bylines import Author, Register, name_key
from newsletter.issues.model import Article, Issue
from newsletter.tables.authors import author, author_alias
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.transaction import Transaction

LONGEST_NAME = 120
LONGEST_AFFILIATION = 200
# An association has some hundred who ever wrote for it.
MOST_AUTHORS = 20_000
MOST_ALIASES = 50


@dataclass(frozen=True, slots=True)
class Named:
    """A byline, and what an article says of whoever stands in it."""

    byline: str
    affiliation: str
    portrait: str


def register(tx: Transaction, newsletter_id: int) -> Register:
    """Give everybody who has written for a newsletter, by name."""
    aliases: defaultdict[int, list[str]] = defaultdict(list)
    for row in tx.execute(select(author_alias).where(author_alias.c.newsletter_id == newsletter_id)):
        aliases[row.author_id].append(row.alias)
    rows = tx.execute(select(author).where(author.c.newsletter_id == newsletter_id)).all()
    # Here and not by the database: the two sort names differently.
    return Register(tuple(_author(row, sorted(aliases[row.id], key=name_key)) for row in sorted(rows, key=_name_of)))


def find(tx: Transaction, newsletter_id: int, name: str) -> Author:
    """Give an author by a name or alias.

    Raises:
        AuthorNotFound: nobody is called so.

    """
    found = register(tx, newsletter_id).called(name)
    if found is None:
        raise AuthorNotFound(one_line(name, LONGEST_NAME))
    return found


def by_id(tx: Transaction, newsletter_id: int, author_id: int) -> Author:
    """Give an author of a newsletter.

    Raises:
        AuthorNotFound: it has none of this id.

    """
    found = next((one for one in register(tx, newsletter_id).authors if one.id == author_id), None)
    if found is None:
        raise AuthorNotFound(author_id)
    return found


def add(tx: Transaction, newsletter_id: int, name: str, now: datetime, *, affiliation: str = "", portrait: str = "") -> Author:
    """Write down somebody who is to be recognised.

    Raises:
        BadValue: the name is empty, or there are too many.
        AlreadyThere: somebody is called so.
        ImageNotFound: the library has no image of this key.

    """
    name = _name(name)
    known = register(tx, newsletter_id)
    if known.called(name) is not None:
        raise AlreadyThere(say("author"), name)
    if len(known.authors) >= MOST_AUTHORS:
        raise BadValue(say("author"), name, say("%(most)s are the most", most=f"{MOST_AUTHORS:,}"))
    values = {"affiliation": one_line(affiliation, LONGEST_AFFILIATION), "portrait": _whole(tx, portrait)}
    _insert(tx, newsletter_id, name, now, values)
    return find(tx, newsletter_id, name)


def learn(
    tx: Transaction,
    newsletter_id: int,
    byline: str,
    now: datetime,
    *,
    affiliation: str = "",
    portrait: str = "",
) -> None:
    """Remember whom an editor confirmed; where the byline is of one person, also where they work and how they look.

    A byline that names no persons, such as "The editors", teaches nothing.
    """
    _learn(tx, newsletter_id, register(tx, newsletter_id), Named(byline, affiliation, portrait), now)


def learn_issue(tx: Transaction, known: Issue, now: datetime) -> None:
    """Remember everybody whose byline stands in an issue that was approved: somebody has looked at all of them."""
    named = (
        Named(article.byline, article.affiliation, article.portrait)
        for article in known.articles
        if article.byline and not article.is_placeholder
    )
    for one in dict.fromkeys(named):
        _learn(tx, known.newsletter_id, register(tx, known.newsletter_id), one, now)


def _learn(tx: Transaction, newsletter_id: int, known: Register, named: Named, now: datetime) -> None:
    names = persons(named.byline)
    alone = {"affiliation": one_line(named.affiliation, LONGEST_AFFILIATION), "portrait": named.portrait}
    facts = alone if len(names) == 1 else {}
    said = {column: value for column, value in facts.items() if value}
    for name in names:
        found = known.called(name)
        if found is not None:
            tx.execute(update(author).where(author.c.id == found.id).values(seen_at=max(now, found.seen_at), **said))
        elif len(known.authors) < MOST_AUTHORS and len(name) <= LONGEST_NAME:
            _insert(tx, newsletter_id, name, now, {"affiliation": "", "portrait": "", **said})


def introduced(tx: Transaction, newsletter_id: int, before: Article, after: Article) -> Article:
    """Give an article that has got another byline what the register knows of its author, where nothing else is said.

    What it said of whoever it named before goes, unless somebody just said it of the new one.
    """
    if after.byline == before.byline:
        return after
    known = register(tx, newsletter_id).alone(after.byline)
    affiliation = after.affiliation if not before.byline or after.affiliation != before.affiliation else ""
    portrait = after.portrait if not before.byline or after.portrait != before.portrait else ""
    if known is not None:
        affiliation, portrait = affiliation or known.affiliation, portrait or known.portrait
    return replace(after, affiliation=affiliation, portrait=portrait)


def edit(
    tx: Transaction,
    newsletter_id: int,
    name: str,
    *,
    new_name: str | None = None,
    affiliation: str | None = None,
    portrait: str | None = None,
    aliases: Sequence[str] = (),
    dropped_aliases: Sequence[str] = (),
) -> Author:
    """Change what is known of an author; None leaves a part as it is. The former name stays as an alias.

    Raises:
        AuthorNotFound: nobody is called so.
        AlreadyThere: somebody else has the new name or alias.
        BadValue: the name is empty, or there are too many aliases.
        ImageNotFound: the library has no image of this key.

    """
    found = find(tx, newsletter_id, name)
    changes: dict[str, object] = {}
    if affiliation is not None:
        changes["affiliation"] = one_line(affiliation, LONGEST_AFFILIATION)
    if portrait is not None:
        changes["portrait"] = _whole(tx, portrait)
    if new_name is not None and _name(new_name) != found.name:
        _require_free(tx, found, _name(new_name))
        changes |= {"name": _name(new_name), "name_key": name_key(_name(new_name))}
    if changes:
        tx.execute(update(author).where(author.c.id == found.id).values(changes))
    drop = [name_key(alias) for alias in dropped_aliases]
    if new_name is not None:
        drop.append(name_key(new_name))
    tx.execute(delete(author_alias).where(author_alias.c.author_id == found.id, author_alias.c.alias_key.in_(drop)))
    former = [found.name] if new_name is not None and name_key(new_name) != name_key(found.name) else []
    _add_aliases(tx, _of_id(tx, found), [*aliases, *former])
    return _of_id(tx, found)


def merge(tx: Transaction, newsletter_id: int, kept: str, merged: str) -> Author:
    """Let two authors be one: *merged* becomes an alias of *kept*, who takes over what was known of them alone.

    Raises:
        AuthorNotFound: one of the two is not there.
        BadValue: both are the same person already.

    """
    stays, goes = find(tx, newsletter_id, kept), find(tx, newsletter_id, merged)
    if stays.id == goes.id:
        raise BadValue(say("author"), merged, say("is %(name)s already", name=stays.name))
    tx.execute(delete(author).where(author.c.id == goes.id))
    values = {
        "affiliation": stays.affiliation or goes.affiliation,
        "portrait": stays.portrait or goes.portrait,
        "seen_at": max(stays.seen_at, goes.seen_at),
    }
    tx.execute(update(author).where(author.c.id == stays.id).values(values))
    _add_aliases(tx, stays, [goes.name, *goes.aliases])
    return _of_id(tx, stays)


def remove(tx: Transaction, newsletter_id: int, name: str) -> Author:
    """Forget an author with all aliases; articles keep their bylines. Gives who it was.

    Raises:
        AuthorNotFound: nobody is called so.

    """
    found = find(tx, newsletter_id, name)
    tx.execute(delete(author).where(author.c.id == found.id))
    return found


def _insert(tx: Transaction, newsletter_id: int, name: str, now: datetime, values: dict[str, str]) -> None:
    tx.execute(
        insert(author).values(
            newsletter_id=newsletter_id, name=name, name_key=name_key(name), created_at=now, seen_at=now, **values
        ),
    )


def _add_aliases(tx: Transaction, found: Author, aliases: Sequence[str]) -> None:
    wanted = {name_key(alias): _name(alias) for alias in aliases} if aliases else {}
    fresh = {key: alias for key, alias in wanted.items() if key not in {name_key(found.name), *map(name_key, found.aliases)}}
    if len(found.aliases) + len(fresh) > MOST_ALIASES:
        raise BadValue(say("aliases"), say("of %(name)s", name=found.name), say("%(most)s are the most", most=MOST_ALIASES))
    for key, alias in fresh.items():
        _require_free(tx, found, alias)
        tx.execute(
            insert(author_alias).values(newsletter_id=found.newsletter_id, alias_key=key, alias=alias, author_id=found.id),
        )


def _require_free(tx: Transaction, found: Author, name: str) -> None:
    other = register(tx, found.newsletter_id).called(name)
    if other is not None and other.id != found.id:
        raise AlreadyThere(say("author"), name)


def _of_id(tx: Transaction, known: Author) -> Author:
    return next(one for one in register(tx, known.newsletter_id).authors if one.id == known.id)


def _whole(tx: Transaction, portrait: str) -> str:
    """Give the key of an image of which editors write the beginning."""
    return images.find(tx, portrait.strip()).key if portrait.strip() else ""


def _name(text: str) -> str:
    name = one_line(text, LONGEST_NAME)
    if not name:
        raise BadValue(say("name"), repr(text), say("is empty"))
    return name


def _name_of(row: Row[Any]) -> str:
    return str(row.name_key)


def _author(row: Row[Any], aliases: Sequence[str]) -> Author:
    return Author(row.id, row.newsletter_id, row.name, row.affiliation, row.portrait, tuple(aliases), row.seen_at)
