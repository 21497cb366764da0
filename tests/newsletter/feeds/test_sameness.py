"""Which posts are one."""

from dataclasses import replace
from datetime import datetime, timedelta

from newsletter.feeds.model import Post
from newsletter.feeds.sameness import groups
from tests.newsletter.feeds.test_store import an_entry

TEXT = "Library staff from twelve countries met in Oslo to talk about mentoring and what they had learned in a year of it."


def a_post(now: datetime, number: int, feed_id: int, **more: object) -> Post:
    """Make a post of a feed."""
    entry = replace(an_entry(now, number), content=f"<p>{TEXT} {number}</p>", **more)  # type: ignore[arg-type]  # fields of an entry
    return Post(number, feed_id, entry, now, None)


def ids(*posts: Post) -> list[tuple[int, ...]]:
    """Give the numbers of posts by group."""
    return [tuple(post.id for post in group) for group in groups(posts)]


def test_different_posts_stay_apart(now: datetime) -> None:
    """In their order."""
    assert [(1,), (2,)] == ids(a_post(now, 1, 1), a_post(now, 2, 2))


def test_same_identity_in_two_feeds_is_one_post(now: datetime) -> None:
    """However it is spelled; a bare number means something else in each feed."""
    first = a_post(now, 1, 1, guid="http://blog.example.org/?p=1")

    assert [(1, 2)] == ids(first, a_post(now, 2, 2, guid="https://www.blog.example.org/?p=1"))
    assert [(1,), (2,)] == ids(a_post(now, 1, 1, guid="1"), a_post(now, 2, 2, guid="1"))


def test_same_address_is_one_post_between_feeds_only(now: datetime) -> None:
    """Within one feed several posts may link to one page."""
    page = "https://blog.example.org/programme"
    within = [a_post(now, number, 1, permalink=page) for number in (1, 2)]

    assert [(1,), (2,)] == ids(*within)
    assert [(1, 3), (2,)] == ids(*within, a_post(now, 3, 2, permalink=f"{page}/?utm_source=planet"))


def test_copy_on_another_site_is_found_by_its_words(now: datetime) -> None:
    """Under the same title, within days, with a line of its own at the end."""
    first = a_post(now, 1, 1, title="Mentoring")
    copy = replace(first.entry, guid="https://planet.example.net/9", permalink="https://planet.example.net/9", feed_title="X")
    late = replace(copy, guid="y:1", permalink="https://y.example/", published_at=copy.published_at + timedelta(days=9))

    assert [(1, 2)] == ids(first, Post(2, 2, replace(copy, content=f"{copy.content}<p>Read more there.</p>"), now, None))
    assert [(1,), (2,)] == ids(first, Post(2, 2, replace(copy, content="<p>Something else.</p>"), now, None))
    assert [(1,), (2,)] == ids(first, Post(2, 2, late, now, None))
