"""Keeps what a feed lists: new posts, revisions of those that were edited, and that some are listed no more."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from newsletter.feeds.addresses import same_page, spellings
from newsletter.feeds.cleaning import likeness
from newsletter.feeds.model import Entry
from newsletter.tables.feeds import post, post_revision
from newsletter.tables.issues import article
from subscribers.tables.kinds import Instant
from subscribers.transaction import Transaction

# SQLite takes 32,766 values in one statement; older ones 999.
_BATCH = 500
# Some feeds say something else at every reading; what an issue was made of is kept all the same.
MOST_REVISIONS = 20

# What a revision keeps of the text before it.
_TEXT = ("title", "feed_title", "author", "byline", "permalink", "summary", "content", "fingerprint")
# What may change without being worth a word to an editor.
_FACTS = ("permalink", "author", "updated_at", "categories", "enclosures")

_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of some entries were new, and how many had changed."""

    new: int
    revised: int
    # The posts that the entries are, new ones too.
    ids: frozenset[int] = field(default=frozenset(), compare=False)


def keep(tx: Transaction, feed_id: int, entries: Sequence[Entry], now: datetime) -> Kept:
    """Store *entries* as posts: new ones as they are, changed ones as a revision, unchanged ones not at all.

    An entry is known by its identity, or, where a blog has moved and changed those, by its address, or by title and moment.
    """
    known = _known(tx, feed_id, entries)
    fresh = [entry for entry in entries if entry.guid not in known]
    changed = [(row, entry) for entry in entries if (row := known.get(entry.guid)) and row.fingerprint != entry.fingerprint]
    for row, entry in changed:
        _revise(tx, row, entry, now)
    for entry in entries:
        if (row := known.get(entry.guid)) and row.fingerprint == entry.fingerprint:
            _refresh(tx, row, entry)
    made = _insert(tx, feed_id, fresh, now)
    return Kept(len(made), len(changed), frozenset(row.id for row in known.values()) | made)


def miss(tx: Transaction, feed_id: int, listed: frozenset[int], start: datetime, end: datetime, now: datetime) -> int:
    """Note that the posts of a span of time that a feed lists in full are gone where they are not *listed*; gives how many."""
    query = select(post.c.id).where(
        post.c.feed_id == feed_id,
        post.c.published_at >= start,
        post.c.published_at < end,
        post.c.date_doubt == "",
        post.c.vanished_at.is_(None),
    )
    gone = [post_id for post_id in tx.execute(query).scalars() if post_id not in listed]
    for some in _batches(gone):
        tx.execute(update(post).where(post.c.id.in_(some)).values(vanished_at=now))
    return len(gone)


def _known(tx: Transaction, feed_id: int, entries: Sequence[Entry]) -> dict[str, _Row]:
    """Give the posts that some entries are, by the identities the entries have now."""
    if tx.execute(select(post.c.id).where(post.c.feed_id == feed_id).limit(1)).first() is None:
        return {}
    named = _index(_rows(tx, feed_id, post.c.guid, [entry.guid for entry in entries]), lambda row: row.guid)
    others = [entry for entry in entries if entry.guid not in named]
    return named | _by_other_signs(tx, feed_id, others, frozenset(row.id for row in named.values()))


def _by_other_signs(tx: Transaction, feed_id: int, entries: Sequence[Entry], taken: frozenset[int]) -> dict[str, _Row]:
    """Give the posts that entries of unknown identities are; none of those that another entry is already."""
    if not entries:
        return {}
    moments = [like[1] for entry in entries if (like := likeness(entry))]
    rows = [
        *_rows(tx, feed_id, post.c.guid, [way for entry in entries for way in spellings(entry.guid)]),
        *_rows(tx, feed_id, post.c.permalink, [way for entry in entries for way in spellings(entry.permalink)]),
        *_rows(tx, feed_id, post.c.published_at, moments),
    ]
    free = [row for row in rows if row.id not in taken]
    # An address that several entries have is that of no single post.
    links = Counter(same_page(entry.permalink) for entry in entries)
    by_guid = _index(free, lambda row: same_page(row.guid))
    by_link = _index(free, lambda row: same_page(row.permalink))
    by_likeness = _index((row for row in free if not row.date_doubt), lambda row: (row.feed_title, row.published_at))
    found: dict[str, _Row] = {}
    used: set[int] = set()
    for entry in entries:
        link = same_page(entry.permalink)
        signs = (
            by_guid.get(same_page(entry.guid)),
            by_link.get(link) if links[link] == 1 else None,
            by_likeness.get(likeness(entry)),
        )
        row = next((row for row in signs if row is not None and row.id not in used), None)
        if row is not None:
            found[entry.guid] = row
            used.add(row.id)
    return found


def _index(rows: Iterable[_Row], key: Callable[[_Row], object]) -> dict[Any, _Row]:
    """Give rows by their key, those without one left out."""
    return {name: row for row in rows if (name := key(row))}


def _rows(tx: Transaction, feed_id: int, column: ColumnElement[Any], values: Sequence[object]) -> Iterator[_Row]:
    columns = ("id", "guid", "feed_title", "published_at", "date_doubt", "fingerprint", "vanished_at", *_FACTS)
    some = select(*(post.c[name] for name in columns)).where(post.c.feed_id == feed_id)
    for batch in _batches(values):
        yield from tx.execute(some.where(column.in_(batch)))


def _batches(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(values), _BATCH):
        yield values[begin : begin + _BATCH]


def _insert(tx: Transaction, feed_id: int, entries: Sequence[Entry], now: datetime) -> frozenset[int]:
    """Add posts; one that another reading added in between is no news."""
    if not entries:
        return frozenset()
    rows = [{**_values(entry), "feed_id": feed_id, "first_seen_at": now} for entry in entries]
    made = tx.execute(insert(post).on_conflict_do_nothing().returning(post.c.id), rows)
    return frozenset(made.scalars())


def _revise(tx: Transaction, before: _Row, entry: Entry, now: datetime) -> None:
    """Write the new text of a post, and keep the one before."""
    is_as_before = (post.c.id == before.id) & (post.c.fingerprint == before.fingerprint)
    text = select(post.c.id, literal(now, Instant()), *(post.c[name] for name in _TEXT)).where(is_as_before)
    tx.execute(insert(post_revision).from_select(["post_id", "replaced_at", *_TEXT], text))
    _forget_revisions(tx, before.id)
    values = _values(entry)
    if entry.date_doubt:
        # The moment it was first seen is the better one of two guesses.
        del values["published_at"], values["date_doubt"]
    tx.execute(update(post).where(post.c.id == before.id).values(revised_at=now, vanished_at=None, **values))


def _forget_revisions(tx: Transaction, post_id: int) -> None:
    """Forget the oldest texts of a post that changes again and again, but for those that articles were made of."""
    own = post_revision.c.post_id == post_id
    latest = select(post_revision.c.id).where(own).order_by(post_revision.c.id.desc()).limit(MOST_REVISIONS)
    taken = select(article.c.taken_fingerprint).where(article.c.post_id == post_id)
    tx.execute(
        delete(post_revision).where(own, post_revision.c.id.not_in(latest), post_revision.c.fingerprint.not_in(taken)),
    )


def _refresh(tx: Transaction, before: _Row, entry: Entry) -> None:
    """Write what a post is called and filed under now, and that it is listed again."""
    values = _values(entry)
    facts = {name: values[name] for name in ("guid", *_FACTS)}
    is_same = all(_plain(before._mapping[name]) == _plain(value) for name, value in facts.items())  # noqa: SLF001 -- SQLAlchemy's public name for a row as a mapping
    if not is_same or before.vanished_at is not None:
        tx.execute(update(post).where(post.c.id == before.id).values(vanished_at=None, **facts))


def _plain(value: object) -> object:
    """Give a value as it comes back from the database, where a tuple is a list."""
    return list(value) if isinstance(value, tuple) else value


def _values(entry: Entry) -> dict[str, Any]:
    """Give the columns that an entry fills."""
    return asdict(entry)
