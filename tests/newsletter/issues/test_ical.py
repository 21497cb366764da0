"""iCalendar files, read back by another reading of the same standard."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issues.ical import Appointment, calendar_file

STAMPED = datetime(2020, 1, 1, 12, 0, tzinfo=UTC)
MEETING = Appointment(
    uid="issue-5-article-7@letters.example",
    begins=datetime(2020, 2, 3, 9, 0, tzinfo=ZoneInfo("Europe/Oslo")),
    ends=datetime(2020, 2, 3, 10, 30, tzinfo=ZoneInfo("Europe/Oslo")),
    summary="Coaching, live; bring questions",
    description="First line\nsecond line",
    place="Bergen",
    link="https://letters.example/archive/n/5",
)


def lines(file: bytes) -> list[str]:
    """Give the content lines, unfolded (RFC 5545, 3.1)."""
    return re.sub(r"\r\n[ \t]", "", file.decode()).split("\r\n")


def test_an_appointment_is_written_by_the_standard() -> None:
    """In UTC or with its zone, signs with a meaning escaped, lines ended by CR LF."""
    written = lines(calendar_file("News", [MEETING], STAMPED))

    assert ["BEGIN:VCALENDAR", "VERSION:2.0"] == [line for line in written if line.startswith(("BEGIN:VCAL", "VERSION"))]
    assert "DTSTART;TZID=Europe/Oslo:20200203T090000" in written
    assert "TZID:Europe/Oslo" in written
    assert "DTSTAMP:20200101T120000Z" in written
    assert r"SUMMARY:Coaching\, live\; bring questions" in written
    assert r"DESCRIPTION:First line\nsecond line" in written


def test_a_day_is_a_day() -> None:
    """What lasts all day has no hours."""
    [event] = icalendar.Calendar.from_ical(
        calendar_file("News", [Appointment("a@b.example", date(2020, 2, 3), "Day")], STAMPED)
    ).walk("VEVENT")

    assert date(2020, 2, 3) == event.decoded("DTSTART")


TEXTS = st.text(st.characters(codec="utf-8"), max_size=200)


@given(TEXTS, TEXTS)
def test_no_text_adds_a_line(summary: str, place: str) -> None:
    """Whatever an editor or a feed wrote stays in its field: nobody can add an alarm or an attendee."""
    written = calendar_file("News", [Appointment("a@b.example", STAMPED, summary, place=place)], STAMPED)

    names = {re.split("[;:]", line)[0] for line in lines(written) if line}
    assert names <= {
        "BEGIN",
        "END",
        "PRODID",
        "VERSION",
        "X-WR-CALNAME",
        "UID",
        "DTSTAMP",
        "DTSTART",
        "SUMMARY",
        "LOCATION",
    }
