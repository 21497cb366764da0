"""Moments, spans and numbers as a person reads them."""

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.web import spelled
from tests.harness.translated import desk_in


def test_moment_stands_in_the_zone_of_the_newsletter() -> None:
    """Eight in the morning UTC is nine in Amsterdam in winter."""
    at = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)

    assert "Mon 3 Feb 2020, 09:00 Amsterdam" == spelled.moment(at, "Europe/Amsterdam")


def test_city_of_a_zone_with_two_words() -> None:
    """The underscore is the zone table's, not the reader's."""
    assert "New York" == spelled.city("America/New_York")


def test_day_is_the_day_there() -> None:
    """Late in the evening UTC is tomorrow in Auckland."""
    at = datetime(2020, 1, 31, 23, 30, tzinfo=UTC)

    assert "1 February 2020" == spelled.day(at, "Pacific/Auckland")


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), ""),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=89), "89 minutes"),
        (timedelta(minutes=90), "2 hours"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=31), "31 days"),
    ],
)
def test_span_takes_its_largest_fitting_unit(length: timedelta, words: str) -> None:
    """Nobody thinks in 52 hours."""
    assert words == spelled.span(length)


def test_relative_looks_both_ways(now: datetime) -> None:
    """What was and what comes read differently."""
    assert "in 3 days" == spelled.relative(now + timedelta(days=3), now)
    assert "5 minutes ago" == spelled.relative(now - timedelta(minutes=5), now)
    assert "now" == spelled.relative(now, now)


@pytest.mark.parametrize(("count", "words"), [(0, "nobody"), (1, "1 person"), (412, "412 people"), (12_412, "12,412 people")])
def test_people_are_counted_in_words(count: int, words: str) -> None:
    """Nobody, one, many."""
    assert words == spelled.people(count)


def test_the_desk_reads_them_in_its_language(now: datetime) -> None:
    """In as many forms as the language has; days and cities as its readers write them."""
    words = desk_in(
        "ru",
        {
            "nobody": "никто",
            ("%(num)s person", "%(num)s people"): ("%(num)s человек", "%(num)s человека", "%(num)s человек"),
            ("in %(num)s day", "in %(num)s days"): ("через %(num)s день", "через %(num)s дня", "через %(num)s дней"),
        },
    )

    assert ["никто", "2 человека", "5 человек"] == [spelled.people(count, words) for count in (0, 2, 5)]
    assert "через 3 дня" == spelled.relative(now + timedelta(days=3), now, words)
    assert "3 февр. 2020" in spelled.moment(datetime(2020, 2, 3, 8, tzinfo=UTC), "Europe/Amsterdam", words)
    assert "Амстердам" == spelled.city("Europe/Amsterdam", words)
