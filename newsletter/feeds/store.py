"""Keeps feeds, how their last reading went, and their posts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from newsletter.errors import AlreadyThere, FeedNotFound
from newsletter.feeds import sameness
from newsletter.feeds.addresses import feed_address, spellings, without_trackers
from newsletter.feeds.model import Enclosure, Entry, Feed, Post, Revision
from newsletter.tables import feeds, issues
from newsletter.tables.authors import author
from subscribers.sentence import say
from subscribers.transaction import Transaction

feed = feeds.feed
post = feeds.post
post_revision = feeds.post_revision

# SQLite takes 32,766 values in one statement; older ones 999.
_BATCH = 500

_Row = Row[*tuple[Any, ...]]


def add(tx: Transaction, newsletter_id: int, url: str, now: datetime, fetch_url: str = "") -> Feed:
    """Let a newsletter read the feed at *url*, which was found to be at *fetch_url* in truth.

    Raises:
        BadValue: the text is no address of the web.
        AlreadyThere: the newsletter reads this feed already.

    """
    address = feed_address(url)
    found_at = fetch_url or address
    known = select(feed.c.url).where(
        feed.c.newsletter_id == newsletter_id, feed.c.fetch_url.in_(spellings(found_at) or (found_at,))
    )
    if fetch_url and (other := tx.execute(known.limit(1)).scalar_one_or_none()) is not None:
        raise AlreadyThere(say("feed"), other)
    statement = insert(feed).values(newsletter_id=newsletter_id, url=address, fetch_url=found_at, created_at=now)
    made = tx.execute(statement.on_conflict_do_nothing().returning(feed.c.id)).scalar_one_or_none()
    if made is None:
        raise AlreadyThere(say("feed"), address)
    return feed_by_id(tx, made)


def feed_by_id(tx: Transaction, feed_id: int) -> Feed:
    """Give one feed.

    Raises:
        FeedNotFound: there is none of this id.

    """
    row = tx.execute(_feeds().where(feed.c.id == feed_id)).one_or_none()
    if row is None:
        raise FeedNotFound(feed_id)
    return _feed(row)


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
    return tuple(map(_feed, tx.execute(query)))


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


def record_site(tx: Transaction, feed_id: int, zone: str, categories: Sequence[str], now: datetime) -> None:
    """Remember what the site of a feed says of itself, or that it says nothing."""
    tx.execute(_one(feed_id).values(site_zone=zone, site_categories=tuple(categories), site_read_at=now))


def forget_detour(tx: Transaction, feed_id: int) -> None:
    """Read the feed again where the editor said, not where it was found later."""
    tx.execute(_one(feed_id).values(fetch_url=feed.c.url))


def posts_between(tx: Transaction, newsletter_id: int, start: datetime, end: datetime) -> tuple[Post, ...]:
    """Give a newsletter's posts from *start* up to but without *end*, oldest first; none that its feed does not list any more.

    What two of its feeds carry is given once.
    """
    return tuple(
        one[0] for one in sameness.groups(post for post in all_between(tx, newsletter_id, start, end) if not post.vanished_at)
    )


def all_between(tx: Transaction, newsletter_id: int, start: datetime, end: datetime) -> tuple[Post, ...]:
    """Give every post of a newsletter's feeds from *start* up to but without *end*, oldest first, however often it is there."""
    query = (
        _posts()
        .join_from(post, feed)
        .where(feed.c.newsletter_id == newsletter_id, post.c.published_at >= start, post.c.published_at < end)
        .order_by(post.c.published_at, post.c.id)
    )
    return tuple(map(_post, tx.execute(query)))


def post_at(tx: Transaction, newsletter_id: int, url: str) -> Post | None:
    """Give the post of a newsletter's feeds that stands at *url*, however the address is spelled; None without any."""
    query = (
        _posts()
        .join_from(post, feed)
        .where(
            feed.c.newsletter_id == newsletter_id,
            post.c.permalink.in_(spellings(without_trackers(url))),
            post.c.vanished_at.is_(None),
        )
        .order_by(post.c.id)
        .limit(1)
    )
    return next(map(_post, tx.execute(query)), None)


def revisions_of(tx: Transaction, post_ids: Iterable[int]) -> tuple[Revision, ...]:
    """Give what some posts said before, the latest first."""
    wanted = tuple(post_ids)
    found: list[Revision] = []
    columns = [post_revision.c[name] for name in Revision.__dataclass_fields__]
    for begin in range(0, len(wanted), _BATCH):
        some = select(*columns).where(post_revision.c.post_id.in_(wanted[begin : begin + _BATCH]))
        found += [Revision(*row) for row in tx.execute(some.order_by(post_revision.c.id.desc()))]
    return tuple(found)


def posts_by_id(tx: Transaction, ids: Iterable[int]) -> tuple[Post, ...]:
    """Give the posts of these ids in their order; ids of posts that are no more are passed over."""
    wanted = tuple(ids)
    found: dict[int, Post] = {}
    for begin in range(0, len(wanted), _BATCH):
        some = _posts().where(post.c.id.in_(wanted[begin : begin + _BATCH]))
        found |= {row.id: _post(row) for row in tx.execute(some)}
    return tuple(found[post_id] for post_id in wanted if post_id in found)


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
        columns.site_zone,
        columns.site_categories,
        columns.site_read_at,
    )


def _feed(row: _Row) -> Feed:
    return Feed(**{**row._mapping, "site_categories": tuple(row.site_categories)})  # noqa: SLF001 -- SQLAlchemy's public name for a row as a mapping


def _posts() -> Select[Any]:
    return select(post)


def _post(row: _Row) -> Post:
    facts = row._mapping  # noqa: SLF001 -- SQLAlchemy's public name for a row as a mapping
    entry = Entry(
        **{name: facts[name] for name in Entry.__dataclass_fields__ if name not in {"categories", "enclosures"}},
        categories=tuple(facts["categories"]),
        enclosures=tuple(Enclosure(**enclosure) for enclosure in facts["enclosures"]),
    )
    return Post(row.id, row.feed_id, entry, row.first_seen_at, row.revised_at, row.vanished_at)
