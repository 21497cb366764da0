"""What a slot says about months."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issues.model import Month
from newsletter.issues.practice import MOST_LATENESS
from newsletter.issues.recurrence import parse_recurrence
from newsletter.issues.schedule import Covers, Due, covered_month, start_of, usual_cover


@pytest.mark.parametrize(
    ("recurrence", "covers"),
    [
        ("first monday", Covers.PREVIOUS),
        ("second sunday", Covers.PREVIOUS),
        ("fourth weekday", Covers.PREVIOUS),
        ("day 15", Covers.PREVIOUS),
        ("day 16", Covers.SAME),
        ("third friday", Covers.SAME),
        ("last friday", Covers.SAME),
        ("last day", Covers.SAME),
    ],
)
def test_until_the_middle_of_a_month_an_issue_looks_back(recurrence: str, covers: Covers) -> None:
    """Which month an issue carries when nobody says otherwise."""
    assert covers is usual_cover(parse_recurrence(recurrence))


def test_the_month_of_a_slot() -> None:
    """By its nominal day, never by UTC."""
    assert Month(2019, 12) == covered_month("2020-01-06T09:00", Covers.PREVIOUS)
    assert Month(2020, 1) == covered_month("2020-01-31T23:59", Covers.SAME)


def test_a_month_begins_at_midnight_of_the_site() -> None:
    """In summer and winter."""
    assert datetime(2019, 12, 31, 23, 0, tzinfo=UTC) == start_of(Month(2020, 1), "Europe/Amsterdam")
    assert datetime(2020, 6, 30, 22, 0, tzinfo=UTC) == start_of(Month(2020, 7), "Europe/Amsterdam")


@given(
    st.builds(Month, st.integers(1990, 2060), st.integers(1, 12)),
    st.sampled_from(["Europe/Amsterdam", "America/New_York", "Pacific/Apia", "America/Sao_Paulo", "Asia/Beirut"]),
)
def test_months_follow_each_other(month: Month, zone: str) -> None:
    """Every moment lies in one month; none is empty."""
    assert timedelta(days=27) < start_of(month.following, zone) - start_of(month, zone) < timedelta(days=32)


def test_late_after_a_day_and_a_half(now: datetime) -> None:
    """36 hours are late, but not too late (T04)."""
    due = Due(1, 1, None, now)

    assert not due.is_late(now + MOST_LATENESS)
    assert due.is_late(now + MOST_LATENESS + timedelta.resolution)
    assert timedelta(hours=36) == MOST_LATENESS
