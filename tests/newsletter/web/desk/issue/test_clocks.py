"""Times on the wall, and what clocks show elsewhere."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.web.desk.issue.clocks import Oddity, elsewhere, next_hour, read_wall

AMSTERDAM = "Europe/Amsterdam"
ZONES = sorted(available_timezones() - {"localtime"})


@pytest.mark.parametrize(
    ("text", "oddity", "at"),
    [
        ("2020-03-29T01:59", Oddity.NONE, "2020-03-29T00:59"),
        ("2020-03-29T02:00", Oddity.SKIPPED, "2020-03-29T01:00"),
        ("2020-03-29T02:30", Oddity.SKIPPED, "2020-03-29T01:30"),
        ("2020-03-29T03:00", Oddity.NONE, "2020-03-29T01:00"),
        ("2020-10-25T02:30", Oddity.DOUBLED, "2020-10-25T00:30"),
        ("2020-10-25T03:00", Oddity.NONE, "2020-10-25T02:00"),
        ("2020-07-01T09:00", Oddity.NONE, "2020-07-01T07:00"),
    ],
)
def test_a_change_of_clocks_is_seen(text: str, oddity: Oddity, at: str) -> None:
    """An hour that is left out, and one that comes twice."""
    wall = read_wall(text, AMSTERDAM)

    assert (oddity, at) == (wall.oddity, wall.at.strftime("%Y-%m-%dT%H:%M"))
    assert (wall.warning() == "") == (oddity is Oddity.NONE)


def test_a_warning_says_what_happens() -> None:
    """In the words of somebody who looks at a clock."""
    assert "There is no 02:30 in Amsterdam on 29 March 2020" in read_wall("2020-03-29T02:30", AMSTERDAM).warning()
    assert "It would go out at 03:30." in read_wall("2020-03-29T02:30", AMSTERDAM).warning()
    assert "02:30 comes twice in Amsterdam on 25 October 2020" in read_wall("2020-10-25T02:30", AMSTERDAM).warning()


@pytest.mark.parametrize(
    "text",
    [
        *("", "tomorrow", "2020-02-30T09:00", "2020-02-03 09:00", "9999-12-31T23:59Z", "2020-02-03T09:00:00"),
        # Clocks of some zones show no such day.
        *("9999-12-31T23:59", "0001-01-01T00:00"),
    ],
)
def test_what_is_no_time(text: str) -> None:
    """It is said how one is written."""
    with pytest.raises(BadValue, match="2020-02-03T09:00"):
        read_wall(text, AMSTERDAM)


@given(
    at=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 -- Hypothesis adds the zone
    home=st.sampled_from(ZONES),
)
def test_home_is_among_the_places_and_they_lie_from_west_to_east(at: datetime, home: str) -> None:
    """Whatever the day and the zone; no two lines show the same."""
    lines = elsewhere(at, home)

    assert 1 == sum(line.is_home for line in lines)
    assert len(lines) == len({(line.shown, line.day) for line in lines})
    assert all(line.day in {"", "the day before", "the day after"} for line in lines)
    assert f"{at.astimezone(ZoneInfo(home)):%a %H:%M}" == next(line.shown for line in lines if line.is_home)


def test_a_night_and_a_weekend_are_pointed_out() -> None:
    """Friday evening in Amsterdam is Saturday in Sydney."""
    lines = {line.place: line for line in elsewhere(datetime(2020, 2, 7, 19, tzinfo=UTC), AMSTERDAM)}

    assert ("Fri 20:00", "", "") == (lines["Amsterdam"].shown, lines["Amsterdam"].day, lines["Amsterdam"].remark)
    assert ("Sat 06:00", "the day after", "at the weekend") == (
        lines["Sydney"].shown,
        lines["Sydney"].day,
        lines["Sydney"].remark,
    )
    assert "at night" == lines["Kolkata"].remark


@given(now=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 -- as above
def test_a_form_begins_with_a_full_hour_to_come(now: datetime) -> None:
    """Not so near that it has passed when the form is sent."""
    found = next_hour(now)

    assert 0 == found.minute
    assert 30 <= (found - now).total_seconds() / 60 <= 90
