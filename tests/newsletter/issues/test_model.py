"""The life of an issue, and months."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadValue, WrongState
from newsletter.issues.model import EDITABLE, TRANSITIONS, IssueState, Month, require_step

S = IssueState


def test_every_state_stands_in_the_table() -> None:
    """A new state cannot be forgotten."""
    assert set(IssueState) == set(TRANSITIONS)


def test_what_can_be_edited_can_become_a_draft_again() -> None:
    """An edit leads back, wherever it is allowed."""
    assert {S.DRAFT} == {state for state in EDITABLE if S.DRAFT not in TRANSITIONS[state]}


@given(st.sampled_from(IssueState), st.sampled_from(IssueState))
def test_no_step_outside_the_table(state: IssueState, wanted: IssueState) -> None:
    """What is not in the table cannot happen."""
    if wanted in TRANSITIONS[state]:
        require_step(7, state, wanted)
        return

    with pytest.raises(WrongState, match="Issue 7"):
        require_step(7, state, wanted)


def test_refused_step_is_told_in_a_sentence() -> None:
    """By what was asked for, and not by the name of a state."""
    with pytest.raises(WrongState, match="Issue 7 is draft; it cannot be sent now"):
        require_step(7, S.DRAFT, S.SENDING)


def test_nothing_leaves_the_end() -> None:
    """Sent is sent, cancelled is cancelled; only a mailing that is opened again leads back (store.send_again)."""
    assert frozenset() == TRANSITIONS[S.SENT] | TRANSITIONS[S.CANCELLED]


@given(st.dates(min_value=date(2, 1, 1), max_value=date(9998, 12, 31)))
def test_month_reads_what_it_writes(day: date) -> None:
    """The text of a month is its whole meaning; neighbours are one apart."""
    month = Month.of(day)

    assert month == Month.parse(str(month))
    assert month == month.following.previous


def test_month_as_a_title() -> None:
    """A month is spelled in English, whatever the machine speaks."""
    assert "January 2020" == Month(2020, 1).words


@pytest.mark.parametrize("text", ["2020-13", "2020-00", "2020", "January", "2020-1", "0000-01", "2020-01-01", "٢٠٢٠-٠١", ""])
def test_what_is_no_month(text: str) -> None:
    """A month is written in one way."""
    with pytest.raises(BadValue, match="2020-01"):
        Month.parse(text)
