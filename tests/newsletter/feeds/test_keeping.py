"""Keeping whatever a feed lists: nothing twice, nothing lost, and the same again is no news."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.feeds import keeping, store
from newsletter.feeds.cleaning import without_repetitions
from newsletter.feeds.keeping import Kept
from newsletter.feeds.model import Entry
from tests.newsletter.feeds.conftest import Desk
from tests.newsletter.feeds.test_store import an_entry

GUIDS = ["1", "2", "http://b.example/?p=1", "https://www.b.example/?p=1", "https://b.example/?p=2", "tag:b.example,2020:3"]
LINKS = ["", "https://b.example/", "http://b.example/a", "https://www.b.example/a/", "https://b.example/b"]

ONE = st.tuples(st.sampled_from(GUIDS), st.sampled_from(LINKS), st.integers(0, 2), st.integers(0, 2), st.integers(0, 1))
MANY = st.lists(ONE, max_size=5)


def entries(desk: Desk, many: list[tuple[str, str, int, int, int]]) -> tuple[Entry, ...]:
    """Make what a feed lists, as it comes from the parser."""
    made = (
        replace(
            an_entry(desk.now),
            guid=guid,
            permalink=link,
            feed_title=f"T{title}",
            published_at=desk.now + timedelta(minutes=minute),
            content=f"<p>{text}</p>",
            fingerprint=f"{title}{text}",
        )
        for guid, link, title, minute, text in many
    )
    return without_repetitions(made)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(MANY, min_size=1, max_size=3))
def test_the_same_again_is_no_news(sqlite_desk: Desk, readings: list[list[tuple[str, str, int, int, int]]]) -> None:
    """Whatever a feed listed before, and however its identities are mixed up."""
    with sqlite_desk.database.write() as tx:
        feed = store.add(tx, sqlite_desk.newsletter_id, "https://b.example/feed/", sqlite_desk.now)
        for reading in readings:
            listed = entries(sqlite_desk, reading)
            first = keeping.keep(tx, feed.id, listed, sqlite_desk.now)
            again = keeping.keep(tx, feed.id, listed, sqlite_desk.now)

            assert Kept(0, 0) == again
            assert len(listed) == len(again.ids)
            assert first.ids == again.ids
        store.remove(tx, feed.id)
