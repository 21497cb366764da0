"""How much may go: rates, caps, quiet hours, warm-up."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.mail.limits import (
    AHEAD,
    HIGHEST_CAP,
    LATE,
    UNITS,
    Allowance,
    Granted,
    Limits,
    QuietHours,
    Rate,
    Unused,
    WarmUp,
    decide,
    document,
    from_document,
    parse_quiet_hours,
    parse_rate,
    parse_warm_up,
    taken_back,
)

NOON = datetime(2020, 2, 1, 12, tzinfo=UTC)
NIGHT = QuietHours(time(22), time(7))
ZONES = ["UTC", "Europe/Amsterdam", "America/St_Johns", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"]

rates = st.builds(Rate, st.integers(1, 2000), st.sampled_from(sorted(UNITS)))
moments = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


def given_out(granted: Granted, now: datetime) -> list[float]:
    """Give the moments of the permits, in seconds."""
    return [now.timestamp() + granted.first_in + number * granted.spacing for number in range(granted.count)]


def most_in(moments: Sequence[float], window: float) -> int:
    """Count the most that lie in any window of so many seconds."""
    ordered, first, most = sorted(moments), 0, 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


@settings(deadline=None, max_examples=60)
@given(rates, st.lists(st.tuples(st.floats(0, 5), st.integers(0, 300)), max_size=60), st.data())
def test_no_minute_ever_exceeds_a_rate(rate: Rate, asked: list[tuple[float, int]], data: st.DataObject) -> None:
    """Whoever asks, however often, and wherever in its time each permit is used."""
    limits, allowance, now, used = Limits(rate=rate), Allowance(), NOON, []
    for pause, wanted in asked:
        now += timedelta(seconds=pause)
        granted = decide(limits, allowance, wanted, now)
        allowance = granted.after
        assert granted.count <= wanted
        # A permit is used at its moment or up to LATE after it.
        lateness = data.draw(st.sampled_from([0.0, LATE / 2, LATE]))
        used += [moment + lateness for moment in given_out(granted, now)]

    a_minute = -(-rate.count * 60 // UNITS[rate.unit])
    assert most_in(used, 60 - 1e-4) <= a_minute


@settings(deadline=None, max_examples=30)
@given(rates, st.floats(0.3, 0.9))
def test_nearly_all_of_a_rate_is_reached(rate: Rate, step: float) -> None:
    """Who asks twice a second gets it all but for the reserve."""
    limits, allowance, now, count = Limits(rate=rate), Allowance(), NOON, 0
    end = now + timedelta(minutes=2)
    while now < end:
        granted = decide(limits, allowance, 10**6, now)
        allowance, count = granted.after, count + granted.count
        now += timedelta(seconds=step)

    assert count >= int(2 * 60 / UNITS[rate.unit] * rate.count * 0.98)


def test_nothing_is_saved_up() -> None:
    """After an hour of silence there is no burst."""
    limits = Limits(rate=Rate(300, "min"))
    first = decide(limits, Allowance(), 100, NOON)
    later = decide(limits, first.after, 100, NOON + timedelta(hours=1))

    assert first.count == later.count == 5


@given(rates, rates, st.integers(1, 50))
def test_changed_rate_holds_within_a_spacing(before: Rate, after: Rate, wanted: int) -> None:
    """What was promised at a low rate does not hold up a high one for hours."""
    allowance = decide(Limits(rate=before), Allowance(), wanted, NOON).after
    now = NOON + timedelta(seconds=1)
    resting = decide(Limits(rate=after), allowance, 1, now)
    later = decide(Limits(rate=after), resting.after, 1, now + timedelta(seconds=resting.again_in + 0.001))

    assert resting.again_in <= after.spacing + 0.001
    assert 1 == (resting.count or later.count)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 40),
    st.lists(st.tuples(st.floats(0, 7200), st.integers(0, 30)), max_size=60),
    st.sampled_from(ZONES),
    moments,
)
def test_daily_cap_is_never_exceeded(cap: int, asked: list[tuple[float, int]], zone: str, now: datetime) -> None:
    """On no day of the zone, whatever its clocks do, counting each message on the day it goes."""
    limits, allowance = Limits(daily_cap=cap, zone=zone), Allowance()
    counts: dict[date, int] = {}
    for pause, wanted in asked:
        now += timedelta(seconds=pause)
        granted = decide(limits, allowance, wanted, now)
        allowance = granted.after
        # At the latest moment it may be used.
        day = (now + timedelta(seconds=LATE)).astimezone(ZoneInfo(zone)).date()
        counts[day] = counts.get(day, 0) + granted.count

    assert all(count <= cap for count in counts.values())


def test_cap_that_is_reached_rests_until_midnight() -> None:
    """Of the zone."""
    limits = Limits(daily_cap=10, zone="Europe/Amsterdam")
    first = decide(limits, Allowance(), 100, NOON)
    second = decide(limits, first.after, 100, NOON)
    tomorrow = decide(limits, first.after, 100, NOON + timedelta(seconds=second.again_in))

    assert (10, 0, 11 * 3600, 10) == (first.count, second.count, second.again_in, tomorrow.count)


@given(moments, st.sampled_from(ZONES), st.times(), st.times())
def test_nothing_goes_in_quiet_hours(now: datetime, zone: str, start: time, end: time) -> None:
    """Neither now nor as late as a permit may be used, by what clocks show."""
    limits = Limits(quiet_hours=QuietHours(start, end), zone=zone)
    granted = decide(limits, Allowance(), 1, now)
    shown = [(now + timedelta(seconds=late)).astimezone(ZoneInfo(zone)).time() for late in (0, LATE)]

    assert not (granted.count and any(QuietHours(start, end).cover(one) for one in shown))


@pytest.mark.parametrize(
    ("zone", "local", "hours"),
    [
        # Clocks go forward at two and back at three on these nights.
        ("Europe/Amsterdam", "2020-03-28T23:00", 7),
        ("Europe/Amsterdam", "2020-10-24T23:00", 9),
        ("Europe/Amsterdam", "2020-02-01T23:00", 8),
        ("Europe/Amsterdam", "2020-02-01T03:00", 4),
        ("UTC", "2020-02-01T22:00", 9),
    ],
)
def test_quiet_hours_end_when_clocks_say_so(zone: str, local: str, hours: int) -> None:
    """Over midnight, and over the change to and from summer time."""
    limits, now = (
        Limits(quiet_hours=NIGHT, zone=zone),
        datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC),
    )
    resting = decide(limits, Allowance(), 5, now)
    awake = decide(limits, resting.after, 5, now + timedelta(seconds=resting.again_in))

    assert (0, hours * 3600, 5) == (resting.count, resting.again_in, awake.count)


def test_quiet_hours_by_day_end_on_the_same_day() -> None:
    """The noon break."""
    limits = Limits(quiet_hours=QuietHours(time(12), time(13, 30)))

    assert 5400 == decide(limits, Allowance(), 5, NOON).again_in


def test_permits_do_not_reach_into_quiet_hours() -> None:
    """A second before they begin it is quiet already."""
    limits = Limits(quiet_hours=NIGHT)
    before = decide(limits, Allowance(), 5, NOON.replace(hour=21, minute=59, second=59))

    assert 0 == before.count
    assert 0 < before.again_in <= AHEAD + LATE


@pytest.mark.parametrize(("day", "cap"), [(31, 0), (1, 50), (2, 75), (3, 112), (11, 2883)])
def test_warm_up_grows_each_day(day: int, cap: int) -> None:
    """And before its first day nothing goes."""
    month = 1 if day == 31 else 2

    assert cap == WarmUp(50, 1.5, date(2020, 2, 1)).cap(date(2020, month, day))


def test_warm_up_ends_in_the_daily_cap() -> None:
    """The lower of the two holds."""
    limits = Limits(daily_cap=100, warm_up=WarmUp(50, 1.5, date(2020, 2, 1)))

    assert [50, 75, 100] == [limits.cap(date(2020, 2, day)) for day in (1, 2, 3)]


@given(st.integers(1, 10**9), st.floats(1, 10), st.dates(), st.dates())
def test_warm_up_has_an_end(start: int, growth: float, first: date, day: date) -> None:
    """A thousand years of growing are still a number."""
    assert 0 <= WarmUp(start, growth, first).cap(day) <= HIGHEST_CAP


def test_warm_up_and_rate_hold_together() -> None:
    """Whatever is lower."""
    limits = Limits(rate=Rate(10, "s"), warm_up=WarmUp(3, 2, NOON.date()))

    assert 3 == decide(limits, Allowance(), 100, NOON).count


def test_unused_permits_at_the_end_come_back_whole() -> None:
    """Ten an hour, and the one that was not needed is there again at once."""
    limits = Limits(rate=Rate(10, "h"), daily_cap=10)
    granted = decide(limits, Allowance(), 1, NOON)
    assert 0 == decide(limits, granted.after, 1, NOON + timedelta(seconds=2)).count
    back = taken_back(limits, granted.after, Unused(1, 1, granted.after))

    assert 0 == back.used
    assert 1 == decide(limits, back, 1, NOON + timedelta(seconds=2)).count


def test_unused_permits_before_others_come_back_to_the_day_only() -> None:
    """Somebody else was given later moments; the rate would be exceeded."""
    limits = Limits(rate=Rate(10, "s"), daily_cap=100)
    mine = decide(limits, Allowance(), 2, NOON)
    others = decide(limits, mine.after, 3, NOON)
    back = taken_back(limits, others.after, Unused(2, 2, mine.after))

    assert (3, others.after.next_at) == (back.used, back.next_at)


def test_permits_of_yesterday_do_not_make_room_today() -> None:
    """They come back to the day they were given on."""
    limits = Limits(daily_cap=10)
    yesterday = decide(limits, Allowance(), 5, NOON)
    today = decide(limits, yesterday.after, 10, NOON + timedelta(days=1))

    assert 10 == taken_back(limits, today.after, Unused(5, 5, yesterday.after)).used


@pytest.mark.parametrize(
    ("text", "rate"),
    [("10/s", Rate(10, "s")), (" 300 / MIN ", Rate(300, "min")), ("5000/h", Rate(5000, "h")), ("1/day", Rate(1, "day"))],
)
def test_rate_is_read(text: str, rate: Rate) -> None:
    """As people write it."""
    assert rate == parse_rate(text)


@pytest.mark.parametrize("text", ["", "10", "0/s", "10/minute", "-5/s", "1.5/s", "10/s/s", "9999999/s", "٣/s", "10/s\n10/s"])
def test_rate_that_is_none_is_refused(text: str) -> None:
    """In words."""
    with pytest.raises(BadValue, match="rate"):
        parse_rate(text)


@pytest.mark.parametrize(
    "text", ["", "22-7", "22:00", "24:00-07:00", "22:60-07:00", "07:00-07:00", "22:00-07:00 Mars/Base", "22:00-07:00 ../../etc"]
)
def test_quiet_hours_that_are_none_are_refused(text: str) -> None:
    """A relay that is always quiet is a mistake."""
    with pytest.raises(BadValue):
        parse_quiet_hours(text)


@pytest.mark.parametrize("text", ["", "50", "50 x", "0 x 2", "50 x 0.5", "50 x 11", "50 x 1.5 from 2020-02-30", "50 x nan"])
def test_warm_up_that_is_none_is_refused(text: str) -> None:
    """It would not grow, or nobody could say what it means."""
    with pytest.raises(BadValue, match="warm-up"):
        parse_warm_up(text, NOON.date())


def test_warm_up_begins_today_when_nothing_is_said() -> None:
    """The day of the relay's zone."""
    assert WarmUp(50, 1.5, NOON.date()) == parse_warm_up("50 x 1.5", NOON.date())


quiet_hours = st.builds(
    QuietHours, st.times().map(lambda t: t.replace(second=0, microsecond=0, fold=0)), st.just(time(12, 34))
).filter(lambda hours: hours.start != hours.end)
warm_ups = st.builds(WarmUp, st.integers(1, 10**8), st.integers(10, 100).map(lambda n: n / 10), st.dates(date(1990, 1, 1)))


@given(
    st.builds(
        Limits,
        rate=st.none() | rates,
        daily_cap=st.none() | st.integers(1, HIGHEST_CAP),
        quiet_hours=st.none() | quiet_hours,
        warm_up=st.none() | warm_ups,
        zone=st.sampled_from(ZONES),
    )
)
def test_limits_are_kept_as_they_are(limits: Limits) -> None:
    """What is written down is read as the same."""
    assert limits == from_document(document(limits))
