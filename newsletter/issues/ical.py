"""Writes dates as iCalendar files (RFC 5545), which every calendar program reads or subscribes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from newsletter.atneed import at_need
from subscribers.oneline import one_line

if TYPE_CHECKING:
    import icalendar
else:
    icalendar = at_need("icalendar")

MEDIA_TYPE = "text/calendar; charset=utf-8"

# RFC 5545, 3.7.3: who made the file, by a name that is nobody else's.
_PRODUCT = "-//newsletter//newsletter//EN"


@dataclass(frozen=True, slots=True)
class Appointment:
    """One line of somebody's calendar."""

    # The same as long as it is the same appointment, and nobody else's (RFC 5545, 3.8.4.7).
    uid: str
    # A moment with its zone, or a day.
    begins: datetime | date
    summary: str
    ends: datetime | date | None = None
    description: str = ""
    place: str = ""
    link: str = ""


def calendar_file(name: str, appointments: Iterable[Appointment], stamped: datetime) -> bytes:
    """Give the file that holds *appointments*; *stamped* says as of when (RFC 5545, 3.8.7.2)."""
    made = icalendar.Calendar()
    made.add("prodid", _PRODUCT)
    made.add("version", "2.0")
    # Not in RFC 5545, but what calendar programs show as the name of what one has subscribed to.
    made.add("x-wr-calname", name)
    for appointment in appointments:
        made.add_component(_event(appointment, stamped))
    # RFC 5545, 3.6.5: a zone that is named is described.
    made.add_missing_timezones()
    written: bytes = made.to_ical()
    return written


def _event(appointment: Appointment, stamped: datetime) -> "icalendar.Event":
    event = icalendar.Event()
    event.add("uid", appointment.uid)
    event.add("dtstamp", stamped)
    event.add("dtstart", appointment.begins)
    if appointment.ends is not None:
        event.add("dtend", appointment.ends)
    description = "\n".join(map(one_line, appointment.description.splitlines()))
    texts = {"summary": one_line(appointment.summary), "description": description, "location": one_line(appointment.place)}
    for field, text in texts.items():
        if text:
            event.add(field, text)
    if appointment.link:
        event.add("url", appointment.link)
    return event
