from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import attributes
from subscribers.attributes import (
    LONGEST_CHOICE,
    LONGEST_TEXT,
    MOST_CHOICES,
    RESERVED,
    Answer,
    Attribute,
    AttributeKind,
)
from subscribers.errors import AnswerRefused, AttributeUnfit

K = AttributeKind
CHOICES = ("Public library", "École", "Straße")


def an_attribute(kind: AttributeKind) -> Attribute:
    """Give an attribute of a kind."""
    choices = CHOICES if kind is K.CHOICE else ()
    return Attribute(1, "asked", "Asked", kind, choices, datetime(2020, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [
        (K.TEXT, "  Utrecht \u2028 West ", "Utrecht West"),
        (K.NUMBER, "12", 12.0),
        (K.NUMBER, "-0.5", -0.5),
        (K.NUMBER, "-0", 0.0),
        (K.DATE, "2020-02-29", date(2020, 2, 29)),
        (K.CHOICE, "école", "École"),
        (K.CHOICE, "STRASSE", "Straße"),
        (K.YES_NO, "Yes", True),
        (K.YES_NO, "0", False),
    ],
)
def test_answer_is_read_by_its_kind(kind: AttributeKind, text: str, answer: Answer) -> None:
    """Spaces around it and letter case do not matter."""
    assert answer == attributes.read(an_attribute(kind), text)


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (K.TEXT, "x" * (LONGEST_TEXT + 1), "more than 500"),
        (K.NUMBER, "12,5", "no number"),
        (K.NUMBER, "1e3", "no number"),
        (K.NUMBER, "٣", "no number"),
        (K.NUMBER, "nan", "no number"),
        (K.NUMBER, "1234567890123456", "15 digits"),
        (K.NUMBER, "1" + "0" * 400, "15 digits"),
        (K.DATE, "2019-02-29", "no day"),
        (K.DATE, "20200131", "no day"),
        (K.DATE, "2020-W01-1", "no day"),
        (K.DATE, "0000-01-01", "no day"),
        (K.CHOICE, "Museum", "none of Public library, École, Straße"),
        (K.YES_NO, "perhaps", "neither yes nor no"),
    ],
)
def test_what_is_no_answer_is_refused(kind: AttributeKind, text: str, reason: str) -> None:
    """With a sentence that names the attribute and what was expected."""
    with pytest.raises(AnswerRefused, match=reason) as refused:
        attributes.read(an_attribute(kind), text)

    assert str(refused.value).startswith("asked: ")


@pytest.mark.parametrize("kind", K)
@pytest.mark.parametrize("text", ["", "  ", "\x00\u202e"])
def test_nothing_is_no_answer(kind: AttributeKind, text: str) -> None:
    """A field left empty says nothing."""
    assert attributes.read(an_attribute(kind), text) is None


@given(
    st.one_of(
        st.tuples(st.just(K.NUMBER), st.decimals(-(10**9), 10**9, places=4).map(float)),
        st.tuples(st.just(K.DATE), st.dates()),
        st.tuples(st.just(K.YES_NO), st.booleans()),
        st.tuples(st.just(K.CHOICE), st.sampled_from(CHOICES)),
    )
)
def test_answer_comes_back_as_it_was(said: tuple[AttributeKind, Answer]) -> None:
    """From its spelling, as a file carries it, and from what the database keeps."""
    kind, answer = said
    kept = attributes.kept(answer)

    assert answer == attributes.read(an_attribute(kind), attributes.spelled(answer))
    assert answer == attributes.answer_of(kind, kept.text, kept.number)
    assert kind.is_number == (kept.folded is None)


@given(st.text(max_size=LONGEST_TEXT + 50))
def test_text_comes_back_as_it_was(text: str) -> None:
    """Whatever was typed: it is read once more to the same, and is short enough for an index."""
    try:
        answer = attributes.read(an_attribute(K.TEXT), text)
    except AnswerRefused:
        return
    if answer is None:
        return
    kept = attributes.kept(answer)

    assert answer == attributes.read(an_attribute(K.TEXT), attributes.spelled(answer))
    assert answer == kept.text
    assert len((kept.folded or "").encode()) <= 4 * LONGEST_TEXT


@given(st.dates(), st.dates())
def test_days_are_ordered_as_numbers(one: date, other: date) -> None:
    """So that "before" is one comparison in an index."""
    first, second = attributes.kept(one).number, attributes.kept(other).number
    assert first is not None
    assert second is not None

    assert (one < other) == (first < second)


@pytest.mark.parametrize("key", ["", "2fast", "größe", "a b", "a" * 41, *sorted(RESERVED)])
def test_key_that_could_mean_something_else_is_refused(key: str) -> None:
    """It stands in files, rules and letters."""
    with pytest.raises(AttributeUnfit):
        attributes.checked_key(key)


def test_key_is_one_spelling() -> None:
    """Hyphens and capitals are a matter of taste."""
    assert "member_since" == attributes.checked_key(" Member-Since ")
    assert "Member since" == attributes.checked_label("member_since", " ")


@pytest.mark.parametrize(
    ("kind", "choices"),
    [
        (K.CHOICE, []),
        (K.CHOICE, [" ", "\u202e"]),
        (K.CHOICE, ["x" * (LONGEST_CHOICE + 1)]),
        (K.CHOICE, [str(number) for number in range(MOST_CHOICES + 1)]),
        (K.TEXT, ["a"]),
    ],
)
def test_choices_that_nobody_could_choose_are_refused(kind: AttributeKind, choices: list[str]) -> None:
    """None, too many, too long, or for a kind without any."""
    with pytest.raises(AttributeUnfit):
        attributes.checked_choices("asked", kind, choices)


def test_choices_that_differ_in_case_only_are_one() -> None:
    """Nobody could tell them apart."""
    assert ("SCHOOL", "b") == attributes.checked_choices("asked", K.CHOICE, ["School", "b", "SCHOOL"])
