"""JSON Feed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.dates import NO_DATE
from newsletter.feeds.jsonfeed import read_json
from newsletter.feeds.model import Enclosure, NotAFeed, ParsedFeed

URL = "https://json.example.org/feed.json"
NOW = datetime(2020, 2, 1, 8, tzinfo=UTC)

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = ["id", "url", "title", "content_html", "authors", "author", "tags", "attachments", "date_published", "summary"]


def test_sample_is_read_whole(material: Callable[[str], bytes]) -> None:
    """Titles as text, authors of both versions, attachments, dates with zones, older pages."""
    feed = read_json(material("feed.json").decode(), URL, NOW, ())
    assert isinstance(feed, ParsedFeed)
    seven, eight = feed.entries

    assert ("Notes & <Queries>", "https://json.example.org/", f"{URL}?p=2") == (feed.title, feed.site_url, feed.next_url)
    assert ("7", "AT&T <3", "Ewa Stenberg", "Ann, Bob") == (seven.guid, seven.title, seven.byline, seven.author)
    assert datetime(2020, 1, 7, 8, tzinfo=UTC) == seven.published_at
    assert (Enclosure("https://json.example.org/seven.pdf", "application/pdf", 700),) == seven.enclosures
    assert ("1 < 2 & plain", "1 &lt; 2 &amp; plain", "Cid") == (eight.title, eight.content, eight.author)
    assert (NOW, NO_DATE) == (eight.published_at, eight.date_doubt)


@pytest.mark.parametrize("text", ["{", "{}", '{"version": 1}', '{"version": "2.0", "items": []}', "{" + "[" * 100_000])
def test_other_json_is_no_feed(text: str) -> None:
    """Damaged, deep or of another kind."""
    assert isinstance(read_json(text, URL, NOW, ()), NotAFeed)


@given(st.lists(st.dictionaries(st.sampled_from(KEYS), ANY_JSON), max_size=3))
def test_items_of_any_shape_are_read(items: list[dict[str, object]]) -> None:
    """Wrong types in any place are passed over."""
    text = json.dumps({"version": "https://jsonfeed.org/version/1", "items": items})

    assert isinstance(read_json(text, URL, NOW, ()), ParsedFeed)
