import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.languages.model import ENGLISH, LANGUAGES, accepted, first_of, meant


@pytest.mark.parametrize(
    ("tag", "code"),
    [("de", "de"), ("de-CH", "de"), ("zh-Hant-TW", "zh"), ("zh_CN", "zh"), ("AR", "ar"), ("nl", None), ("", None), ("-", None)],
)
def test_a_tag_means_its_language(tag: str, code: str | None) -> None:
    """Whatever script or country it names besides."""
    found = meant(tag)

    assert code == (found.code if found else None)


def test_first_of_falls_back_to_english() -> None:
    """The first that is ours counts, and when none is, everybody gets what was written."""
    assert "ru" == first_of("", "nl", "ru-RU", "de").code
    assert ENGLISH == first_of("nl", "")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("de", "de"),
        ("nl, fr;q=0.7, de;q=0.9", "de"),
        ("fr-CA,fr;q=0.8,en;q=0.5", "fr"),
        ("ar;q=0.5, zh-CN;q=0.5", "ar"),
        ("de;q=0, es", "es"),
        ("de;q=0", None),
        ("nl, *", None),
        ("", None),
        ("de;q=nan", None),
        ("de;q=1.5, ru;q=0.1", "ru"),
        (" EN-gb ; Q=0.3 , x", "en"),
        ("de," * 100_000, "de"),
    ],
)
def test_the_language_a_browser_likes_best(header: str, code: str | None) -> None:
    """By weight, then by order; what cannot be read is passed over (RFC 9110 12.5.4)."""
    found = accepted(header)

    assert code == (found.code if found else None)


@given(st.text())
def test_any_header_is_answered(header: str) -> None:
    """A hostile one costs nothing and breaks nothing."""
    assert accepted(header) in {None, *LANGUAGES}


@given(st.lists(st.tuples(st.sampled_from([one.code for one in LANGUAGES]), st.integers(1, 1000)), min_size=1, max_size=7))
def test_nothing_is_liked_better_than_what_is_chosen(liked: list[tuple[str, int]]) -> None:
    """The weight of the answer is the highest of all."""
    found = accepted(", ".join(f"{code};q={weight / 1000:.3f}" for code, weight in liked))

    assert found is not None
    assert max(weight for _, weight in liked) == max(weight for code, weight in liked if code == found.code)
