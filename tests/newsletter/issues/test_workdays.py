"""Working days, and what becomes of a day on which nobody works."""

from calendar import monthrange
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.issues.workdays import MONDAY_TO_FRIDAY, Shift, Workdays, parse_country

COUNTRIES = st.sampled_from(["", "NL", "DE-BY", "SA", "CN", "US"])
DAYS = st.dates(date(1995, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("country", "day", "expected"),
    [
        ("", date(2020, 12, 25), True),
        ("", date(2020, 12, 26), False),
        ("NL", date(2020, 12, 25), False),
        ("NL", date(2020, 4, 27), False),
        ("DE-BY", date(2020, 1, 6), False),
        ("DE", date(2020, 1, 6), True),
        # The weekend of Saudi Arabia is Friday and Saturday.
        ("SA", date(2020, 3, 6), False),
        ("SA", date(2020, 3, 8), True),
    ],
)
def test_when_people_work(country: str, day: date, expected: bool) -> None:  # noqa: FBT001 -- a case
    """Without a country Monday to Friday; with one as it has weekends and holidays."""
    assert expected is Workdays(country).has(day)


@pytest.mark.parametrize(
    ("day", "shift", "expected"),
    [
        (date(2020, 2, 15), Shift.KEEP, date(2020, 2, 15)),
        (date(2020, 2, 14), Shift.AFTER, date(2020, 2, 14)),
        (date(2020, 2, 15), Shift.AFTER, date(2020, 2, 17)),
        (date(2020, 2, 15), Shift.BEFORE, date(2020, 2, 14)),
        # The other way where it would leave its month.
        (date(2020, 2, 29), Shift.AFTER, date(2020, 2, 28)),
        (date(2020, 2, 1), Shift.BEFORE, date(2020, 2, 3)),
    ],
)
def test_days_are_moved(day: date, shift: Shift, expected: date) -> None:
    """To the next working day, or to the one before, in the same month."""
    assert expected == MONDAY_TO_FRIDAY.moved(day, shift)


# The first one of a country loads its tables.
@settings(deadline=None)
@given(COUNTRIES, DAYS, st.sampled_from([Shift.BEFORE, Shift.AFTER]))
def test_a_moved_day_is_a_working_day_of_its_month(country: str, day: date, shift: Shift) -> None:
    """Every month has one, and no month two."""
    workdays = Workdays(country)
    moved = workdays.moved(day, shift)

    assert (day.year, day.month) == (moved.year, moved.month)
    assert workdays.has(moved) or not any(
        workdays.has(day.replace(day=number)) for number in range(1, monthrange(day.year, day.month)[1] + 1)
    )


def test_working_days_are_counted_back() -> None:
    """At the same hour; days off in between do not count."""
    monday = datetime(2020, 4, 28, 9, 0)  # noqa: DTZ001 -- wall time

    assert datetime(2020, 4, 24, 9, 0) == Workdays("NL").before(monday, 1)  # noqa: DTZ001 -- wall time
    assert datetime(2020, 4, 27, 9, 0) == MONDAY_TO_FRIDAY.before(monday, 1)  # noqa: DTZ001 -- wall time
    assert monday == MONDAY_TO_FRIDAY.before(monday, 0)


@pytest.mark.parametrize(("text", "code"), [("nl", "NL"), (" de-by ", "DE-BY"), ("", "")])
def test_countries_are_read(text: str, code: str) -> None:
    """In any letter case; nothing is no country."""
    assert code == parse_country(text)


@pytest.mark.parametrize("text", ["XX", "Netherlands", "DE-XX", "-", "NL-"])
def test_what_is_no_country_is_told(text: str) -> None:
    """A holiday nobody knows moves nothing, so it is said at once."""
    with pytest.raises(BadValue, match="country"):
        assert not parse_country(text)


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_a_country_or_told_why_not(text: str) -> None:
    """Nothing else can happen."""
    try:
        code = parse_country(text)
    except BadValue:
        return

    assert Workdays(code).has(date(2020, 4, 28)) in {True, False}
