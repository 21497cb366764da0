"""Quarters of a year."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.issues.quarters import Quarter


def test_quarter_has_three_months_of_its_zone() -> None:
    """It begins and ends at midnight there."""
    first = Quarter(2020, 1)

    assert ("2020-Q1", "January to March 2020") == (str(first), first.words)
    assert datetime(2019, 12, 31, 23, 0, tzinfo=UTC) == first.start("Europe/Amsterdam")
    assert datetime(2020, 3, 31, 22, 0, tzinfo=UTC) == first.end("Europe/Amsterdam")
    assert Quarter(2019, 4) == first.previous
    assert "October to December 2019" == first.previous.words


def test_quarter_at_a_moment_depends_on_where() -> None:
    """New Year comes to Tokyo first."""
    moment = datetime(2019, 12, 31, 20, 0, tzinfo=UTC)

    assert Quarter(2020, 1) == Quarter.at(moment, "Asia/Tokyo")
    assert Quarter(2019, 4) == Quarter.at(moment, "America/New_York")


@given(st.dates(min_value=date(2, 1, 1), max_value=date(9998, 12, 31)))
def test_every_day_lies_in_its_quarter(day: date) -> None:
    """Between start and end, and quarters follow each other without a gap."""
    quarter = Quarter.of(day)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

    assert quarter.start("UTC") <= noon < quarter.end("UTC")
    assert quarter.start("UTC") == quarter.previous.end("UTC")
    assert quarter == Quarter.parse(str(quarter))
    assert quarter == Quarter.at(quarter.end("UTC") - timedelta(microseconds=1), "UTC")


@pytest.mark.parametrize("text", ["", "2020", "2020-Q5", "2020-Q0", "20-Q1", "0000-Q1", "2020-q1", "٢٠٢٠-Q1"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    """With how it is written."""
    with pytest.raises(BadValue, match="2020-Q1"):
        Quarter.parse(text)
