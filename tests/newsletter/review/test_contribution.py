"""How far a guest's text is, and when its guest is reminded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.review.contribution import OWED, TRANSITIONS, Contribution, ContributionState, Reminder, Typed

C = ContributionState
DUE = datetime(2020, 1, 24, 22, 59, tzinfo=UTC)
ASKED = DUE - timedelta(days=14)


def a_contribution(state: ContributionState = C.INVITED) -> Contribution:
    """Give one that is due on 24 January."""
    return Contribution(1, 1, 1, "A word", 400, DUE, state, Typed(), None, "", "", ASKED, None, None)


def test_nothing_comes_after_the_end() -> None:
    """And every state is in the table."""
    assert set(C) == set(TRANSITIONS)
    assert frozenset() == TRANSITIONS[C.WITHDRAWN]
    assert not a_contribution(C.AGREED).may_become(C.HANDED_IN)
    assert a_contribution(C.HANDED_IN).may_become(C.HANDED_IN)


@pytest.mark.parametrize(
    ("before_due", "expected"),
    [
        (timedelta(days=3), None),
        (timedelta(days=2), Reminder.BEFORE),
        (timedelta(minutes=1), Reminder.BEFORE),
        (timedelta(0), None),
        (-timedelta(hours=12), Reminder.AFTER),
        (-timedelta(days=9), Reminder.AFTER),
    ],
)
def test_a_guest_is_reminded_before_and_after(before_due: timedelta, expected: Reminder | None) -> None:
    """Two days before the last day, and half a day behind it."""
    assert expected is a_contribution().reminder(ASKED, DUE - before_due)


def test_who_was_asked_yesterday_is_not_reminded_today() -> None:
    """The invitation is reminder enough."""
    asked = DUE - timedelta(days=1, hours=1)

    assert a_contribution().reminder(asked, DUE - timedelta(hours=2)) is None


@given(
    state=st.sampled_from(list(C)),
    moments=st.lists(st.integers(-500, 500), min_size=1, max_size=30).map(sorted),
)
def test_each_reminder_comes_once_at_most(state: ContributionState, moments: list[int]) -> None:
    """However often the clock ticks; and who has handed in is reminded of nothing."""
    known = a_contribution(state)
    sent: list[Reminder] = []
    for hours in moments:
        now = DUE + timedelta(hours=hours)
        reminder = known.reminder(ASKED, now)
        if reminder is Reminder.BEFORE:
            known = replace(known, reminded_at=now)
        elif reminder is Reminder.AFTER:
            known = replace(known, reminded_late_at=now)
        sent += [reminder] if reminder is not None else []

    assert len(set(sent)) == len(sent)
    assert state in OWED or not sent


def test_who_was_reminded_by_hand_is_left_in_peace_for_a_day() -> None:
    """The worker's reminder comes later then, and is not lost."""
    known = replace(a_contribution(), reminded_by_hand_at=DUE - timedelta(days=2))

    assert known.reminder(ASKED, DUE - timedelta(hours=25)) is None
    assert Reminder.BEFORE is known.reminder(ASKED, DUE - timedelta(hours=24))
