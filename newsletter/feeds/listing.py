"""Posts as lines of a list, in SQL: without their texts, the newest first, page by page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from newsletter.tables.feeds import feed, post
from subscribers.transaction import Transaction

# Rows asked for at once: few enough to be quick, many enough that a search is not a question for each line.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post without what it says."""

    id: int
    feed_id: int
    guid: str
    permalink: str
    title: str
    byline: str
    # The account that published it.
    author: str
    published_at: datetime
    categories: tuple[str, ...]
    vanished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which posts of a newsletter are listed."""

    # 0: of all its feeds.
    feed_id: int = 0
    # From, and up to but without.
    start: datetime | None = None
    end: datetime | None = None


def newest_first(tx: Transaction, newsletter_id: int, stretch: Stretch, before: int = 0) -> Iterator[PostLine]:
    """Give the posts of a stretch, the newest first; those behind the post *before*, where one is named.

    A post that is not there any more begins the list anew.
    """
    place = tx.execute(select(post.c.published_at, post.c.id).where(post.c.id == before)).one_or_none() if before else None
    columns = [post.c[name] for name in PostLine.__dataclass_fields__]
    asked = select(*columns).join_from(post, feed).where(*_in(newsletter_id, stretch))
    asked = asked.order_by(post.c.published_at.desc(), post.c.id.desc()).limit(_BATCH)
    while True:
        some = asked if place is None else asked.where(_behind(place.published_at, place.id))
        rows = tx.execute(some).all()
        for row in rows:
            facts = row._mapping  # noqa: SLF001 -- SQLAlchemy's public name for a row as a mapping
            yield PostLine(**{**facts, "categories": tuple(facts["categories"])})
        if len(rows) < _BATCH:
            return
        place = rows[-1]


def span(tx: Transaction, newsletter_id: int) -> tuple[datetime, datetime] | None:
    """Give when the first and the last post of a newsletter were published; None without any."""
    ends = select(func.min(post.c.published_at), func.max(post.c.published_at)).join_from(post, feed)
    first, last = tx.execute(ends.where(feed.c.newsletter_id == newsletter_id)).one()
    return None if first is None else (first, last)


def _in(newsletter_id: int, stretch: Stretch) -> Iterator[ColumnElement[bool]]:
    yield feed.c.newsletter_id == newsletter_id
    if stretch.feed_id:
        yield post.c.feed_id == stretch.feed_id
    if stretch.start is not None:
        yield post.c.published_at >= stretch.start
    if stretch.end is not None:
        yield post.c.published_at < stretch.end


def _behind(at: datetime, number: int) -> ColumnElement[bool]:
    return or_(post.c.published_at < at, and_(post.c.published_at == at, post.c.id < number))
