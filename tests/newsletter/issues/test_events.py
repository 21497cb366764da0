"""Dates of events: typed by editors, found in posts where they cannot be mistaken."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.issues import events
from newsletter.issues.model import Article, Event, Show

POSTED = datetime(2020, 1, 10, 9, 0, tzinfo=UTC)


def test_an_event_is_typed_with_hours_or_as_days() -> None:
    """In one spelling; an end that says nothing is left out."""
    assert Event("2020-02-27T16:00", "2020-02-27T17:00", "Europe/Amsterdam", "online") == events.typed(
        " 2020-02-27 16:00", "2020-02-27T17:00", "Europe/Amsterdam", " online "
    )
    assert Event("2020-08-15") == events.typed("2020-08-15", "2020-08-15")


@pytest.mark.parametrize(
    ("begins", "ends", "zone", "reason"),
    [
        ("", "", "", "write it as"),
        ("tomorrow", "", "", "write it as"),
        ("2020-02-30", "", "", "no such day"),
        ("2020-02-03T25:00", "", "", "no such day or hour"),
        ("2020-02-03T09:00+01:00", "", "", "write it as"),
        ("2020-02-03", "2020-02-02", "", "before it begins"),
        ("2020-02-03", "2020-02-03T10:00", "", "both"),
        ("2020-02-03", "2022-02-03", "", "more than a year"),
        ("2020-02-03", "", "Amsterdam", "no such zone"),
        ("2020-02-03", "", "../../etc/passwd", "no such zone"),
    ],
)
def test_what_cannot_be_is_refused(begins: str, ends: str, zone: str, reason: str) -> None:
    """With how to write it."""
    with pytest.raises(BadValue, match=reason):
        events.typed(begins, ends, zone)


@pytest.mark.parametrize(
    ("title", "text", "begins", "ends"),
    [
        ("Webinar on 27 February 2020", "", "2020-02-27", ""),
        ("Webinar: February 27th, 2020", "", "2020-02-27", ""),
        ("WLIC 15–21 August 2020, Dublin", "", "2020-08-15", "2020-08-21"),
        ("Satellite meeting, August 13-14, 2020", "", "2020-08-13", "2020-08-14"),
        ("Save the date 2020-08-15", "", "2020-08-15", ""),
        ("Fortbildung am 3. März 2020", "", "2020-03-03", ""),
        ("Journée du 5 février 2020", "", "2020-02-05", ""),
        ("Seminario, 5 de marzo de 2020", "", "2020-03-05", ""),
        ("Webinar", "<p>Join us.</p><p><b>When:</b> Thursday, 27 February 2020, 15:00 CET</p>", "2020-02-27", ""),
        ("Webinar", "<p>It takes place on 27 February 2020.</p>", "2020-02-27", ""),
        ("Webinar", "<p>Save the date: 27 February 2020</p><p>When: 27 February 2020</p>", "2020-02-27", ""),
    ],
)
def test_a_day_is_found_where_it_cannot_be_mistaken(title: str, text: str, begins: str, ends: str) -> None:
    """Days only: the hours of a webinar depend on a zone that seldom is said."""
    assert Event(begins, ends) == events.found_in(title, text, POSTED)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Webinar", "<p>We met on 19 November 2019.</p>"),
        ("Webinar", "<p>Register until 20 February 2020. Papers by 3 March 2020.</p>"),
        ("Webinars on 27 February 2020 and 5 March 2020", ""),
        ("A look back at 19 November 2019", ""),
        ("Webinar on 27 February", ""),
        ("Goals by 2030", ""),
        ("Webinar on 31 February 2020", ""),
        ("Version 3.12.2020", ""),
        ("Webinar on 02/03/2020", ""),
        ("The congress of 15 August 2022", ""),
        ("Webinar", "<p>When: 27 February 2020</p><p>Date: 28 February 2020</p>"),
    ],
)
def test_what_may_mean_something_else_is_left_to_the_editor(title: str, text: str) -> None:
    """A deadline, a report, two dates, no year, day and month in either order."""
    assert events.found_in(title, text, POSTED) is None


def test_an_event_is_an_appointment(now: datetime) -> None:
    """Hours in their zone, days with the first one that is not in it (RFC 5545, 3.6.1)."""
    article = Article(7, 1, 1, None, "Circle", "", "", "", Show.FULL, is_dropped=False, is_placeholder=False)
    hours = Event("2020-07-01T16:00", "2020-07-01T17:00", "Asia/Tokyo", "online")

    at = events.appointment(article, hours, "Europe/Amsterdam", "news.example.org", "")
    days = events.appointment(article, Event("2020-08-15", "2020-08-21"), "Europe/Amsterdam", "news.example.org", "")
    local = events.appointment(article, Event("2020-07-01T16:00"), "Europe/Amsterdam", "news.example.org", "")

    assert datetime(2020, 7, 1, 7, 0, tzinfo=UTC) == at.begins
    assert datetime(2020, 7, 1, 8, 0, tzinfo=UTC) == at.ends
    assert ("event-7@news.example.org", "Circle", "online") == (at.uid, at.summary, at.place)
    assert (date(2020, 8, 15), date(2020, 8, 22)) == (days.begins, days.ends)
    assert datetime(2020, 7, 1, 14, 0, tzinfo=UTC) == local.begins
    assert local.ends is None


@pytest.mark.parametrize(
    ("event", "is_over"),
    [
        (Event("2020-02-01T09:00"), True),
        (Event("2020-02-01T09:01"), False),
        (Event("2020-02-01T08:30", "2020-02-01T09:30"), False),
        (Event("2020-02-01T17:00", zone="Asia/Tokyo"), True),
        (Event("2020-02-01"), False),
        (Event("2020-01-30", "2020-01-31"), True),
        (Event("2020-01-30", "2020-02-01"), False),
    ],
)
def test_an_event_is_over_when_its_last_hour_is(event: Event, is_over: bool, now: datetime) -> None:  # noqa: FBT001 -- a column
    """It is nine in Amsterdam on 1 February."""
    assert is_over == events.is_over(event, "Europe/Amsterdam", now)


@given(st.text(), st.text())
def test_any_post_is_looked_through(title: str, text: str) -> None:
    """Nothing raises; what is found can be typed again."""
    found = events.found_in(title, text, POSTED)

    assert found is None or found == events.typed(found.begins, found.ends)
