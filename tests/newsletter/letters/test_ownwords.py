"""Own words of a list for its notices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.letters.ownwords import LONGEST_HEADING, LONGEST_SUBJECT, LONGEST_TEXT, NO_WORDS, PLACES, checked, filled

VALUES = {"newsletter": "{list} News", "list": "Readers", "days": "7"}


def test_values_stand_in_their_places() -> None:
    """A value is never read as a place."""
    words = filled(checked("{newsletter}", "{list}: {days}", "One\r\nline.\n \nTwo {list}."), VALUES)

    assert ("{list} News", "Readers: 7", ("One line.", "Two Readers.")) == (words.subject, words.heading, words.paragraphs)


def test_nothing_said_is_nothing_own() -> None:
    """Blanks and control characters alone are nothing."""
    assert NO_WORDS == checked(" ", "\u202e", "\n \n\n")


@pytest.mark.parametrize(
    "text",
    [
        "{name}",
        "{}",
        "{{ newsletter }}",
        "{% for x in y %}",
        "{newsletter",
        "days}",
        "{ newsletter }",
        "{newsletter.slug}",
        "{0}",
    ],
)
def test_what_is_no_place_is_refused(text: str) -> None:
    """In each part, so that a mistake is seen by the editor and not by a thousand people."""
    for parts in ((text, "", ""), ("", text, ""), ("", "", text)):
        with pytest.raises(BadValue):
            checked(*parts)


@pytest.mark.parametrize(
    ("subject", "heading", "text"),
    [
        ("x" * (LONGEST_SUBJECT + 1), "", ""),
        ("", "x" * (LONGEST_HEADING + 1), ""),
        ("", "", "x" * (LONGEST_TEXT + 1)),
        ("", "", "x\n\n" * 9),
    ],
)
def test_what_is_no_notice_any_more_is_refused(subject: str, heading: str, text: str) -> None:
    """Too long, or too many paragraphs."""
    with pytest.raises(BadValue):
        checked(subject, heading, text)


@given(st.text(max_size=200))
def test_whatever_is_taken_is_shown_word_for_word(text: str) -> None:
    """Apart from the places; and checking it again changes nothing."""
    try:
        words = checked("", "", text)
    except BadValue:
        # Or it has more paragraphs than a notice.
        assert {"{", "}"} & set(text) or text.count("\n") + text.count("\r") > 8
        return

    assert words == checked(words.subject, words.heading, words.text)
    shown = "\n\n".join(filled(words, {place: f"{{{place}}}" for place in PLACES}).paragraphs)
    assert words.text == shown
