"""What is the same in two rows of words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.issues.wordwise import MOST_EDITS, Step, steps

rows = st.lists(st.sampled_from(["alpha", "beta", "gamma"]), max_size=30)


def test_one_word_in_place_of_another() -> None:
    """Between words that stayed."""
    assert (Step(True, 0, 1, 0, 1), Step(False, 1, 2, 1, 2), Step(True, 2, 4, 2, 4)) == steps(
        ["The", "quick", "fox", "jumps"], ["The", "slow", "fox", "jumps"]
    )


@settings(deadline=None)
@given(rows, rows)
def test_steps_lead_from_one_row_to_the_other(before: list[str], after: list[str]) -> None:
    """Nothing is left out or told twice, what is called the same is the same, and steps take turns."""
    a = c = 0
    kinds = []
    for step in steps(before, after):
        assert (a, c) == (step.a, step.c)
        assert not step.is_same or before[step.a : step.b] == after[step.c : step.d]
        kinds.append(step.is_same)
        a, c = step.b, step.d

    assert (len(before), len(after)) == (a, c)
    assert (before == after) == all(kinds)


@settings(deadline=None)
@given(rows, st.lists(st.integers(0, 29), max_size=3))
def test_no_more_comes_than_was_put_in(before: list[str], places: list[int]) -> None:
    """Each word that an editor puts in is one word that came, and nothing went."""
    after = list(before)
    for place in places:
        after.insert(place, "new")
    other = [step for step in steps(before, after) if not step.is_same]

    assert len(places) == sum(step.d - step.c for step in other)
    assert all(step.a == step.b for step in other)


def test_a_word_in_a_long_text_is_found_however_long_it_is() -> None:
    """Only what differs costs time."""
    before = [str(number) for number in range(50_000)]

    assert 3 == len(steps(before, [*before[:100], "new", *before[100:]]))


@pytest.mark.parametrize("letters", ["ab", "a"])
def test_rows_that_have_little_in_common_are_given_up_at_once(letters: str) -> None:
    """Whoever wrote them for it cannot keep a process busy."""
    before = [letters[number % len(letters)] for number in range(50_000)]
    after = [str(number) for number in range(MOST_EDITS * 2)]

    assert (Step(False, 0, 50_000, 0, MOST_EDITS * 2),) == steps(before, after)
