"""The feed that gathering is measured with."""

from datetime import UTC, datetime

from benchmarks.compose import a_feed
from newsletter.feeds.model import ParsedFeed
from newsletter.feeds.parse import read


def test_feed_is_read_whole_and_without_a_doubt() -> None:
    """Every post with its author, its date and its text, as the figures suppose."""
    parsed = read(
        a_feed(20), "application/atom+xml", "https://blog.example.org/feed/atom/", datetime(2020, 3, 1, tzinfo=UTC), frozenset()
    )

    assert isinstance(parsed, ParsedFeed)
    assert 20 == len(parsed.entries)
    assert all(
        entry.byline == "Almuth Gastinger" and not entry.date_doubt and "<p>" in entry.content for entry in parsed.entries
    )
