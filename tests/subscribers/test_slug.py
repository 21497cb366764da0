import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.slug import LONGEST_SLUG, free_slug, slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Communication Psychology", "communication-psychology"),
        ("  News & more!  ", "news-more"),
        ("Grüße, Ånna", "grue-anna"),
        ("Новости", "list"),
        ("", "list"),
        ("--", "list"),
        (
            "Staying relevant in a world of libraries that never stands still",
            "staying-relevant-in-a-world-of-libraries-that-never",
        ),
        ("a" * 55 + " b", "a" * 55),
        ("a" * 56 + " b", "a" * 56),
        ("a b " + "c" * 80, "a-b-" + "c" * 52),
    ],
)
def test_slug_of_a_name(name: str, expected: str) -> None:
    """Letters, digits and single hyphens, or the fallback."""
    assert expected == slug(name, "list")


@given(st.text(max_size=120))
def test_slug_is_a_label_of_a_host_name(name: str) -> None:
    """So it can stand in List-Id and in an address (RFC 1035)."""
    made = slug(name, "list")

    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", made)
    assert len(made) <= LONGEST_SLUG


def test_taken_slug_gets_the_next_number() -> None:
    """Two lists may have names that come to the same."""
    assert "news" == free_slug("news", {"other"})
    assert "news-2" == free_slug("news", {"news"})
    assert "news-4" == free_slug("news", {"news", "news-2", "news-3"})
