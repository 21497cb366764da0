"""What WordPress sites say of themselves."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.feeds.site import MOST_CATEGORIES, read_categories, read_zone, zone_of


def root(**says: object) -> bytes:
    """Give the root of an interface."""
    return json.dumps({"name": "A blog", "namespaces": [], **says}).encode()


@pytest.mark.parametrize(
    ("says", "zone"),
    [
        ({"timezone_string": "Europe/Amsterdam", "gmt_offset": 1}, "Europe/Amsterdam"),
        ({"timezone_string": "", "gmt_offset": 5.5}, "+05:30"),
        ({"timezone_string": "", "gmt_offset": "-3.75"}, "-03:45"),
        ({"timezone_string": "Nowhere/Land", "gmt_offset": 0}, "+00:00"),
        ({"gmt_offset": 99}, ""),
        ({"gmt_offset": None}, ""),
        ({"timezone_string": ["x"], "gmt_offset": "soon"}, ""),
    ],
)
def test_zone_is_read_by_name_or_by_offset(says: dict[str, object], zone: str) -> None:
    """Editors choose either in the settings of their blog; nonsense is nothing."""
    assert zone == read_zone(root(**says))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"timezone_string": "UTC"}', b"[" * 100_000, b"x" * 2_000_000]
)
def test_what_is_no_interface_is_none(body: bytes) -> None:
    """Some servers answer any address with some page."""
    assert read_zone(body) is None
    assert () == read_categories(body)


def test_categories_are_plain_and_told_once() -> None:
    """Those without a post are left out; there is an end to them."""
    names = [
        {"name": "Fish &amp; chips", "count": 3},
        {"name": "News", "count": 0},
        {"name": "Fish &amp; chips", "count": 1},
        7,
    ]

    assert ("Fish & chips",) == read_categories(json.dumps(names).encode())
    assert MOST_CATEGORIES == len(read_categories(json.dumps([{"name": f"c{n}"} for n in range(500)]).encode()))


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_a_zone_or_none(text: str) -> None:
    """No text opens a file or raises."""
    found = zone_of(text)

    assert found is None or str(found)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["namespaces", "timezone_string", "gmt_offset", "name", "count"]), inner)
        ),
    )
)
def test_any_json_is_read(value: object) -> None:
    """Whatever a server makes of it."""
    body = json.dumps(value).encode()

    assert isinstance(read_zone(body), str | None)
    assert all(isinstance(name, str) for name in read_categories(body))
