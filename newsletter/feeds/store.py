"""Keeps feeds, how their last reading went, and their posts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from newsletter.errors import AlreadyThere, FeedNotFound
from newsletter.feeds.addresses import feed_address
from newsletter.feeds.cleaning import likeness
from newsletter.feeds.model import Enclosure, Entry, Feed, Post, is_universal
from newsletter.tables import feeds, issues
from newsletter.tables.authors import author
from subscribers.transaction import Transaction

feed = feeds.feed
post = feeds.post

# SQLite takes 32,766 values in one statement; older ones 999.
_BATCH = 500

_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of some entries were new, and how many had changed."""

    new: int
    revised: int


def add(tx: Transaction, newsletter_id: int, url: str, now: datetime) -> Feed:
    """Let a newsletter read the feed at *url*.

    Raises:
        BadValue: the text is no address of the web.
        AlreadyThere: the newsletter reads this feed already.

    """
    address = feed_address(url)
    statement = insert(feed).values(newsletter_id=newsletter_id, url=address, fetch_url=address, created_at=now)
    made = tx.execute(statement.on_conflict_do_nothing().returning(feed.c.id)).scalar_one_or_none()
    if made is None:
        raise AlreadyThere("feed", address)
    return feed_by_id(tx, made)


def feed_by_id(tx: Transaction, feed_id: int) -> Feed:
    """Give one feed.

    Raises:
        FeedNotFound: there is none of this id.

    """
    row = tx.execute(_feeds().where(feed.c.id == feed_id)).one_or_none()
    if row is None:
        raise FeedNotFound(feed_id)
    return Feed(*row)


def remove(tx: Transaction, feed_id: int) -> None:
    """Stop reading a feed and forget its posts; articles made of them stay.

    Raises:
        FeedNotFound: there is none of this id.

    """
    if tx.execute(delete(feed).where(feed.c.id == feed_id)).rowcount == 0:
        raise FeedNotFound(feed_id)


def feeds_of(tx: Transaction, newsletter_id: int | None) -> tuple[Feed, ...]:
    """Give the feeds of one newsletter, or of all, in the order they were added."""
    query = _feeds().order_by(feed.c.id)
    if newsletter_id is not None:
        query = query.where(feed.c.newsletter_id == newsletter_id)
    return tuple(Feed(*row) for row in tx.execute(query))


def zone_of(tx: Transaction, feed_id: int) -> str:
    """Give the IANA zone of the newsletter that reads the feed."""
    query = select(issues.newsletter.c.zone).join_from(issues.newsletter, feed).where(feed.c.id == feed_id)
    return str(tx.execute(query).scalar_one())


def known_names(tx: Transaction, newsletter_id: int) -> frozenset[str]:
    """Give the names that stood in the bylines of a newsletter's posts, and those that its editors confirmed."""
    query = select(post.c.byline).join_from(post, feed).where(feed.c.newsletter_id == newsletter_id, post.c.byline != "")
    named = frozenset(name for byline in tx.execute(query.distinct()).scalars() for name in byline.split(", "))
    confirmed = select(author.c.name).where(author.c.newsletter_id == newsletter_id)
    return named.union(tx.execute(confirmed).scalars())


def record_reading(
    tx: Transaction, feed_id: int, now: datetime, *, title: str, fetch_url: str, etag: str, last_modified: str
) -> None:
    """Remember that the feed was read to the end, and what to ask with the next time."""
    values = {"title": title, "fetch_url": fetch_url, "etag": etag, "last_modified": last_modified}
    tx.execute(_one(feed_id).values(gathered_at=now, not_before=None, failures=0, trouble="", **values))


def record_no_change(tx: Transaction, feed_id: int, now: datetime) -> None:
    """Remember that the server had nothing new to tell."""
    tx.execute(_one(feed_id).values(gathered_at=now, not_before=None, failures=0, trouble=""))


def record_trouble(tx: Transaction, feed_id: int, *, trouble: str, failures: int, not_before: datetime) -> None:
    """Remember why the feed could not be read, and until when it is left alone; the next reading is unconditional."""
    values = {"trouble": trouble, "failures": failures, "not_before": not_before}
    tx.execute(_one(feed_id).values(etag="", last_modified="", **values))


def forget_detour(tx: Transaction, feed_id: int) -> None:
    """Read the feed again where the editor said, not where it was found later."""
    tx.execute(_one(feed_id).values(fetch_url=feed.c.url))


def keep(tx: Transaction, feed_id: int, entries: Sequence[Entry], now: datetime) -> Kept:
    """Store *entries* as posts: new ones as they are, changed ones as a revision, unchanged ones not at all.

    An entry is known by its identity, or, where a blog has moved and changed those, by title and moment.
    """
    stored = _Stored(tx, feed_id, entries)
    fresh = [entry for entry in entries if stored.find(entry) is None]
    changed = [
        (before, entry)
        for entry in entries
        if (before := stored.find(entry)) is not None and before.fingerprint != entry.fingerprint
    ]
    for before, entry in changed:
        _revise(tx, before, entry, now)
    return Kept(_insert(tx, feed_id, fresh, now), len(changed))


def posts_between(tx: Transaction, newsletter_id: int, start: datetime, end: datetime) -> tuple[Post, ...]:
    """Give a newsletter's posts from *start* up to but without *end*, oldest first.

    What two of its feeds carry is given once.
    """
    query = (
        _posts()
        .join_from(post, feed)
        .where(feed.c.newsletter_id == newsletter_id, post.c.published_at >= start, post.c.published_at < end)
        .order_by(post.c.published_at, post.c.id)
    )
    return tuple(_distinct(map(_post, tx.execute(query))))


def posts_by_id(tx: Transaction, ids: Iterable[int]) -> tuple[Post, ...]:
    """Give the posts of these ids in their order; ids of posts that are no more are passed over."""
    wanted = tuple(ids)
    found: dict[int, Post] = {}
    for begin in range(0, len(wanted), _BATCH):
        some = _posts().where(post.c.id.in_(wanted[begin : begin + _BATCH]))
        found |= {row.id: _post(row) for row in tx.execute(some)}
    return tuple(found[post_id] for post_id in wanted if post_id in found)


class _Stored:
    """The posts already kept that some entries may be."""

    def __init__(self, tx: Transaction, feed_id: int, entries: Sequence[Entry]) -> None:
        moments = [like[1] for entry in entries if (like := likeness(entry))]
        rows = [
            *_rows(tx, feed_id, post.c.guid, [entry.guid for entry in entries]),
            *_rows(tx, feed_id, post.c.published_at, moments),
        ]
        self._by_guid = {row.guid: row for row in rows}
        self._by_likeness = {(row.feed_title, row.published_at): row for row in rows if not row.date_doubt}

    def find(self, entry: Entry) -> _Row | None:
        like = likeness(entry)
        return self._by_guid.get(entry.guid) or (self._by_likeness.get(like) if like else None)


def _rows(tx: Transaction, feed_id: int, column: Any, values: Sequence[object]) -> Iterator[_Row]:  # noqa: ANN401 -- a column of either type
    some = select(post.c.id, post.c.guid, post.c.feed_title, post.c.published_at, post.c.date_doubt, post.c.fingerprint)
    for begin in range(0, len(values), _BATCH):
        yield from tx.execute(some.where(post.c.feed_id == feed_id, column.in_(values[begin : begin + _BATCH])))


def _insert(tx: Transaction, feed_id: int, entries: Sequence[Entry], now: datetime) -> int:
    """Add posts; one that another reading added in between is no news."""
    if not entries:
        return 0
    rows = [{**_values(entry), "guid": entry.guid, "feed_id": feed_id, "first_seen_at": now} for entry in entries]
    made = tx.execute(insert(post).on_conflict_do_nothing().returning(post.c.id), rows)
    return len(made.all())


def _revise(tx: Transaction, before: _Row, entry: Entry, now: datetime) -> None:
    values = _values(entry)
    if entry.date_doubt:
        # The moment it was first seen is the better one of two guesses.
        del values["published_at"], values["date_doubt"]
    tx.execute(update(post).where(post.c.id == before.id).values(revised_at=now, **values))


def _values(entry: Entry) -> dict[str, Any]:
    """Give the columns that an entry fills; its identity is not among them, as that never changes."""
    values = asdict(entry)
    del values["guid"]
    return values


def _one(feed_id: int) -> Any:  # noqa: ANN401 -- SQLAlchemy's Update
    return update(feed).where(feed.c.id == feed_id)


def _feeds() -> Select[Any]:
    """Select what a Feed holds, in its order."""
    columns = feed.c
    return select(
        columns.id,
        columns.newsletter_id,
        columns.url,
        columns.fetch_url,
        columns.title,
        columns.etag,
        columns.last_modified,
        columns.gathered_at,
        columns.not_before,
        columns.failures,
        columns.trouble,
    )


def _posts() -> Select[Any]:
    return select(post)


def _post(row: _Row) -> Post:
    facts = row._mapping  # noqa: SLF001 -- SQLAlchemy's public name for a row as a mapping
    entry = Entry(
        **{name: facts[name] for name in Entry.__dataclass_fields__ if name not in {"categories", "enclosures"}},
        categories=tuple(facts["categories"]),
        enclosures=tuple(Enclosure(**enclosure) for enclosure in facts["enclosures"]),
    )
    return Post(row.id, row.feed_id, entry, row.first_seen_at, row.revised_at)


def _distinct(posts: Iterable[Post]) -> Iterator[Post]:
    seen: set[object] = set()
    for candidate in posts:
        entry = candidate.entry
        # Two feeds may both number their posts 1, 2, 3.
        marks = {entry.guid if is_universal(entry.guid) else (candidate.feed_id, entry.guid), likeness(entry)} - {None}
        if not marks & seen:
            yield candidate
        seen |= marks
