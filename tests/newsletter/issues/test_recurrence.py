"""One day a month, whatever clocks and zones do (T01, T02)."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.issues.model import Month
from newsletter.issues.recurrence import (
    LAST,
    Recurrence,
    Unit,
    instant,
    occurrences,
    parse_recurrence,
    parse_wall_time,
    parse_zone,
)

ZONES = ("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC")
NINE = time(9, 0)
RECURRENCES = st.one_of(
    st.builds(
        Recurrence, st.sampled_from([1, 2, 3, 4, LAST]), st.sampled_from([unit for unit in Unit if unit is not Unit.DAY])
    ),
    st.builds(Recurrence, st.one_of(st.integers(1, 31), st.just(LAST)), st.just(Unit.DAY)),
)
# Wide enough for the day that Samoa left out.
MOMENTS = st.integers(0, 21 * 365 * 24).map(lambda hours: datetime(2009, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
MONTHS = st.builds(Month, st.integers(1990, 2060), st.integers(1, 12))


@pytest.mark.parametrize("zone", ZONES)
@given(recurrence=RECURRENCES, after=MOMENTS, at=st.times())
def test_one_slot_a_month_at_the_local_time(zone: str, recurrence: Recurrence, after: datetime, at: time) -> None:
    """Over 24 months there is one slot a month, none twice, none left out, at the hour on the wall (T01)."""
    at = at.replace(second=0, microsecond=0)

    found = occurrences(recurrence, at, zone, after=after, count=24)

    months = [Month.of(date.fromisoformat(one.slot_key[:10])) for one in found]
    assert all(month.following == following for month, following in pairwise(months))
    assert 24 == len(months)
    for one in found:
        nominal = datetime.fromisoformat(one.slot_key)
        assert at == nominal.time()
        assert recurrence.day_in(Month.of(nominal)) == nominal.date()
        local = one.send_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        # A wall time that a change of clocks leaves out falls after it, by as much as the clocks were moved: Lord Howe
        # moves them by half an hour, Samoa once left out a whole day.
        assert local in {nominal} | {nominal + timedelta(minutes=moved) for moved in (30, 60, 24 * 60)}


@given(RECURRENCES, MONTHS)
def test_a_day_lies_in_its_month_and_not_later_than_promised(recurrence: Recurrence, month: Month) -> None:
    """Every month has the day."""
    day = recurrence.day_in(month)

    assert month == Month.of(day)
    assert recurrence.latest_day >= day.day


@given(RECURRENCES)
def test_a_recurrence_reads_what_it_writes(recurrence: Recurrence) -> None:
    """The text that is kept means the same."""
    assert recurrence == parse_recurrence(str(recurrence))


@given(RECURRENCES, st.sampled_from(ZONES), MOMENTS)
def test_asking_again_later_goes_on_where_it_stopped(recurrence: Recurrence, zone: str, after: datetime) -> None:
    """Nothing is given twice or left out between two askings."""
    all_at_once = occurrences(recurrence, NINE, zone, after=after, count=6)

    first = occurrences(recurrence, NINE, zone, after=after, until=all_at_once[2].send_at)
    rest = occurrences(recurrence, NINE, zone, after=first[-1].send_at, count=3)

    assert all_at_once == first + rest


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("first monday", 3),
        ("  Second   FRIDAY ", 14),
        ("fourth sunday", 23),
        ("last saturday", 29),
        ("first weekday", 3),
        ("last weekday", 28),
        ("day 15", 15),
        ("day 31", 29),
        ("first day", 1),
        ("last day", 29),
    ],
)
def test_days_of_february_2020(text: str, day: int) -> None:
    """February 2020 began on a Saturday and had 29 days."""
    assert date(2020, 2, day) == parse_recurrence(text).day_in(Month(2020, 2))


@pytest.mark.parametrize(
    "text", ["", "monday", "fifth monday", "first", "first moonday", "day 0", "day 32", "day x", "0 9 * * 1"]
)
def test_what_is_no_recurrence(text: str) -> None:
    """A rule that cannot be read is told with what can be written."""
    with pytest.raises(BadValue, match="recurrence"):
        parse_recurrence(text)


def test_gap_falls_once_and_after_the_change() -> None:
    """On 29 March 2020 Amsterdam has no 02:30; it is 03:30 then, once (T02)."""
    found = occurrences(
        parse_recurrence("last sunday"), time(2, 30), "Europe/Amsterdam", after=datetime(2020, 3, 1, tzinfo=UTC), count=2
    )

    assert "2020-03-29T02:30" == found[0].slot_key
    assert datetime(2020, 3, 29, 1, 30, tzinfo=UTC) == found[0].send_at
    assert "2020-04-26T02:30" == found[1].slot_key


def test_fold_falls_once_and_first() -> None:
    """On 25 October 2020 Amsterdam has 02:30 twice; the first one counts (T02)."""
    found = occurrences(
        parse_recurrence("last sunday"), time(2, 30), "Europe/Amsterdam", after=datetime(2020, 10, 1, tzinfo=UTC), count=2
    )

    assert datetime(2020, 10, 25, 0, 30, tzinfo=UTC) == found[0].send_at
    assert "2020-11-29T02:30" == found[1].slot_key


def test_a_day_that_never_was() -> None:
    """Samoa left out 30 December 2011: its slot falls on the day after."""
    assert datetime(2011, 12, 30, 19, 0, tzinfo=UTC) == instant(datetime.fromisoformat("2011-12-30T09:00"), "Pacific/Apia")


def test_until_is_included_and_after_is_not() -> None:
    """A slot that was recorded is not recorded again by its own moment."""
    moment = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)
    first_monday = parse_recurrence("first monday")

    assert () == occurrences(first_monday, NINE, "Europe/Amsterdam", after=moment, until=moment)
    assert 1 == len(occurrences(first_monday, NINE, "Europe/Amsterdam", after=moment - timedelta.resolution, until=moment))


@pytest.mark.parametrize(("text", "expected"), [("09:00", time(9)), ("9:05", time(9, 5)), (" 23:59 ", time(23, 59))])
def test_wall_times(text: str, expected: time) -> None:
    """Hours and minutes."""
    assert expected == parse_wall_time(text)


@pytest.mark.parametrize("text", ["", "9", "24:00", "09:60", "9 am", "09:00:00", "09:00+01:00"])
def test_what_is_no_wall_time(text: str) -> None:
    """A slot has no seconds and no zone of its own."""
    with pytest.raises(BadValue, match="09:00"):
        parse_wall_time(text)


@pytest.mark.parametrize(
    "text", ["", "Amsterdam", "Europe", "../../etc/passwd", "/etc/localtime", "Europe/Amsterdam\0", "x" * 5000]
)
def test_what_is_no_zone(text: str) -> None:
    """Only names of the zone tables are zones, and nothing else on the disk is read."""
    with pytest.raises(BadValue, match="time zone"):
        parse_zone(text)


def test_zones_are_known() -> None:
    """The zones of the tests are there on a machine that ships none."""
    assert ZONES == tuple(parse_zone(zone) for zone in ZONES)
