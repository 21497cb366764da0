"""Tells that two posts are one: in two feeds of a newsletter, or copied by another site."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from newsletter.feeds.addresses import same_page
from newsletter.feeds.cleaning import likeness
from newsletter.feeds.model import Post, is_universal
from newsletter.feeds.plain import to_words

# A copy appears within days; a series under one title comes back every month.
_MOST_APART = timedelta(days=3)
# Fewer words say too little: "Read the report" stands in many posts.
_FEWEST_WORDS = 12
# Of the runs of so many words that the shorter text has, so many must stand in the other.
_RUN = 4
_SHARE = 0.7


def groups(posts: Iterable[Post]) -> tuple[tuple[Post, ...], ...]:
    """Give *posts* in their order, those that are one in one group, which stands where the first of them stood."""
    made: list[list[Post]] = []
    by_mark: dict[object, list[Post]] = {}
    by_title: defaultdict[str, list[list[Post]]] = defaultdict(list)
    for post in posts:
        marks = tuple(_marks(post))
        alike = by_title[post.entry.title.casefold()]
        group = (
            next((by_mark[mark] for mark in marks if mark in by_mark), None)
            or _elsewhere(post, by_mark)
            or _copied(post, alike)
        )
        if group is None:
            group = []
            made.append(group)
            alike.append(group)
        group.append(post)
        for mark in (*marks, _page(post)):
            by_mark.setdefault(mark, group)
    return tuple(map(tuple, made))


def _marks(post: Post) -> Iterator[object]:
    entry = post.entry
    # Two feeds may both number their posts 1, 2, 3.
    yield (same_page(entry.guid) or entry.guid) if is_universal(entry.guid) else (post.feed_id, entry.guid)
    if like := likeness(entry):
        yield like


def _page(post: Post) -> tuple[str, object]:
    # A post without an address has that of no other.
    return ("page", same_page(post.entry.permalink) or post.id)


def _elsewhere(post: Post, by_mark: Mapping[object, list[Post]]) -> list[Post] | None:
    """Give the group of another feed that has the address of this post; within one feed several may link to one page."""
    group = by_mark.get(_page(post))
    return group if group and all(other.feed_id != post.feed_id for other in group) else None


def _copied(post: Post, others: Iterable[list[Post]]) -> list[Post] | None:
    """Give the group whose first post this one, under the same title, is a copy of."""
    return next((group for group in others if _is_copy(post, group[0])), None)


def _is_copy(one: Post, other: Post) -> bool:
    if abs(one.entry.published_at - other.entry.published_at) > _MOST_APART or one.feed_id == other.feed_id:
        return False
    runs, others = _runs(one), _runs(other)
    fewer = min(len(runs), len(others))
    return fewer > _FEWEST_WORDS - _RUN and len(runs & others) >= _SHARE * fewer


def _runs(post: Post) -> frozenset[tuple[str, ...]]:
    words = to_words(post.entry.content or post.entry.summary).casefold().split()
    return frozenset(tuple(words[begin : begin + _RUN]) for begin in range(len(words) - _RUN + 1))
