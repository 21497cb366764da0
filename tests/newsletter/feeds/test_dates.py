"""Dates of feeds: right zones, honest doubts."""

from datetime import UTC, datetime

import feedparser
import pytest

from newsletter.feeds.dates import ABSURD, NO_DATE, UNKNOWN_ZONE, Dated, read_date


def read(text: str, now: datetime) -> Dated:
    """Read a date as the parser hands it on."""
    item = f'<rss version="2.0"><channel><item><title>x</title><pubDate>{text}</pubDate></item></channel></rss>'
    entry = feedparser.parse(item.encode()).entries[0]
    return read_date(entry.get("published", ""), entry.get("published_parsed"), now)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("Fri, 24 Jan 2020 10:00:00 +0000", 10),
        ("Fri, 24 Jan 2020 10:00:00 GMT", 10),
        ("Fri, 24 Jan 2020 10:00 +0100", 9),
        ("24 Jan 20 10:00 EST", 15),
        ("2020-01-24T10:00:00+01:00", 9),
        ("2020-01-24T10:00:00Z", 10),
        ("Fri, 24 Jan 2020 10:00:00 CET", 9),
        ("Fri, 24 Jan 2020 10:00:00 CEST", 8),
        ("Fri, 24 Jan 2020 10:00:00 BST", 9),
        ("Fri, 24 Jan 2020 10:00:00 AEST", 0),
        ("Fri, 24 Jan 2020 10:00:00 UTC+1", 9),
        ("Fri, 24 Jan 2020 10:00:00 UTC-05:30", 15),
        ("Fri, 24 Jan 2020 10:00:00 Europe/Oslo", 9),
        ("Fri, 24 Jan 2020 10:00:00 America/New_York", 15),
    ],
)
def test_zone_is_read_right(text: str, hour: int, now: datetime) -> None:
    """Named zones too, which the parser silently takes for UTC."""
    dated = read(text, now)

    assert (hour, "") == (dated.at.hour, dated.doubt)


@pytest.mark.parametrize(
    "text",
    ["Fr, 24 Jan 2020 10:00:00 GMT", "ven., 24 janv. 2020", "24/01/2020", "Fri, 24 Jan 2020 25:61:00 GMT", "yesterday", ""],
)
def test_unreadable_date_is_the_moment_of_first_sight(text: str, now: datetime) -> None:
    """The post is kept, and the doubt is told."""
    assert Dated(now, NO_DATE) == read(text, now)


@pytest.mark.parametrize("text", ["Sat, 31 Dec 2016 23:59:60 GMT", "2016-12-31T23:59:60Z"])
def test_leap_second_costs_no_post(text: str, now: datetime) -> None:
    """It is the next second, or no date that can be read, which is told (T10)."""
    assert read(text, now) in {Dated(datetime(2017, 1, 1, tzinfo=UTC)), Dated(now, NO_DATE)}


@pytest.mark.parametrize(
    "text", ["1579852800", "Fri, 24 Jan 1994 10:00:00 GMT", "Fri, 24 Jan 2031 10:00:00 GMT", "Tue, 04 Feb 2020 10:00:00 GMT"]
)
def test_absurd_date_is_not_believed(text: str, now: datetime) -> None:
    """Neither the year 1579 nor next week."""
    assert Dated(now, ABSURD) == read(text, now)


@pytest.mark.parametrize("zone", ["IST", "XYZ", "Nowhere/City", "Europe/../../etc"])
def test_zone_of_no_single_meaning_is_doubted(zone: str, now: datetime) -> None:
    """IST is India, Ireland and Israel."""
    assert Dated(datetime(2020, 1, 24, 10, tzinfo=UTC), UNKNOWN_ZONE) == read(f"Fri, 24 Jan 2020 10:00:00 {zone}", now)
