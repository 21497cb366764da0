"""Addresses, compared as people compare them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.review import addresses


@pytest.mark.parametrize(
    "url",
    [
        "http://www.example.org/report",
        "https://example.org/report/",
        "https://EXAMPLE.org/report?utm_source=letter&utm_campaign=x",
        "https://example.org/report#page=2",
    ],
)
def test_spellings_of_one_address_are_alike(url: str) -> None:
    """Another path or another question is another address."""
    assert addresses.likeness("https://example.org/report") == addresses.likeness(url)
    assert addresses.likeness(url) != addresses.likeness("https://example.org/report?page=2")
    assert addresses.likeness(url) != addresses.likeness("https://example.org/Report")


@pytest.mark.parametrize(
    ("url", "is_home"),
    [
        ("http://localhost:8000/", True),
        ("http://127.0.0.1/", True),
        ("http://[::1]/", True),
        ("http://10.1.2.3/", True),
        ("http://intranet/wiki", True),
        ("http://nas.local/", True),
        ("https://example.org/", False),
        ("https://8.8.8.8/", False),
    ],
)
def test_places_that_readers_do_not_reach(url: str, *, is_home: bool) -> None:
    """This machine, and networks that are private."""
    assert is_home == addresses.is_home(url)


@given(st.text(max_size=60))
def test_whatever_stands_in_a_link_is_looked_at(url: str) -> None:
    """Nothing raises."""
    addresses.likeness(url)
    assert not (addresses.is_web(url) and not addresses.host_of(url) and "www." not in url.lower())
    addresses.is_home(url)
    addresses.is_loopback(url)
