"""How long it is until something, as people of a zone count it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.web.countdown import MOST_DAYS, countdown
from tests.harness.translated import desk_in

AMSTERDAM = "Europe/Amsterdam"
# Monday at nine; the night before, clocks were set forward.
SPRING = datetime(2020, 3, 30, 7, 0, tzinfo=UTC)
# Monday at nine; the night before, clocks were set back.
AUTUMN = datetime(2020, 10, 26, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(), "now"),
        (timedelta(seconds=59), "less than a minute to go"),
        (timedelta(minutes=1), "1 minute to go"),
        (timedelta(hours=1), "1 hour to go"),
        (timedelta(hours=5, minutes=12, seconds=59), "5 hours, 12 minutes to go"),
        (timedelta(days=1), "1 day to go"),
        (timedelta(days=6, hours=5, minutes=59), "6 days, 5 hours to go"),
        (timedelta(days=6, minutes=59), "6 days to go"),
        (-timedelta(hours=3), "3 hours ago"),
        (timedelta(days=MOST_DAYS + 1), "in 63 days"),
    ],
)
def test_it_is_told_in_two_units(left: timedelta, words: str) -> None:
    """The largest first; what has passed, and what is months away, as everywhere else."""
    at = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)

    assert words == countdown(at, at - left, AMSTERDAM).words


@pytest.mark.parametrize(
    ("at", "day", "words"),
    [
        (SPRING, 28, "2 days to go"),
        (SPRING, 29, "1 day to go"),
        (AUTUMN, 24, "2 days to go"),
        (AUTUMN, 25, "1 day to go"),
    ],
)
def test_a_day_with_another_length_is_a_day(at: datetime, day: int, words: str) -> None:
    """From nine to nine, whether that is 23 hours or 25."""
    local = at.astimezone(ZoneInfo(AMSTERDAM)).replace(day=day)

    assert words == countdown(at, local.astimezone(UTC), AMSTERDAM).words


def test_what_is_left_of_it_are_hours_that_pass() -> None:
    """At ten on Saturday it is 22 hours until nine on Sunday, when clocks are set forward in between."""
    at_ten = datetime(2020, 3, 28, 9, 0, tzinfo=UTC)

    assert "1 day, 22 hours to go" == countdown(SPRING, at_ten, AMSTERDAM).words


@given(
    seconds=st.integers(1, MOST_DAYS * 86_400), zone=st.sampled_from([AMSTERDAM, "Pacific/Apia", "Australia/Lord_Howe", "UTC"])
)
def test_the_script_is_told_which_days_are_left(seconds: int, zone: str) -> None:
    """In order, the next to the moment first, none of them gone and none of them behind it."""
    found = countdown(SPRING, SPRING - timedelta(seconds=seconds), zone)
    days = [int(day) for day in found.days.split()]

    assert sorted(days, reverse=True) == days
    assert all(found.now <= day < found.until for day in days)


def test_it_is_said_in_the_language_of_the_page() -> None:
    """Every language joins the two in its own way."""
    hours = ("%(num)s hour", "%(num)s hours")
    german = desk_in("de", {hours: ("%(num)s Stunde", "%(num)s Stunden"), "%(first)s to go": "noch %(first)s"})
    at = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)

    assert "noch 2 Stunden" == countdown(at, at - timedelta(hours=2), AMSTERDAM, german).words
