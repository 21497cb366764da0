"""When and where something happens, spelled as a letter's readers write it; pure."""

from datetime import date, datetime

from newsletter.issues.model import Event
from newsletter.languages.catalogue import Words
from newsletter.letters.view import EventView
from subscribers.oneline import one_line

# Of an ISO date; what is longer names a time of day, too.
_DAY = len("2020-02-03")


def event_view(event: Event, words: Words, calendar: str) -> EventView | None:
    """Give *event* for a letter, or nothing when its dates are none; *calendar* is where a calendar program gets it."""
    try:
        begins = datetime.fromisoformat(event.begins)
        ends = datetime.fromisoformat(event.ends) if event.ends else None
        when = _when(event, begins, ends, words)
    except (ValueError, LookupError):
        return None
    return EventView(
        day=str(begins.day),
        month=words.month(begins.date()),
        when=when,
        place=one_line(event.place),
        calendar=calendar,
    )


def _when(event: Event, begins: datetime, ends: datetime | None, words: Words) -> str:
    if len(event.begins) == _DAY:
        return _days(begins.date(), ends.date() if ends else None, words)
    city = f" ({words.city(event.zone)})" if event.zone else ""
    first = f"{words.weekday(begins.date())}, {words.clock(begins.time())}"
    if ends is None:
        return first + city
    if ends.date() == begins.date():
        return f"{first}–{words.clock(ends.time())}{city}"
    return f"{first} – {words.weekday(ends.date())}, {words.clock(ends.time())}{city}"


def _days(first: date, last: date | None, words: Words) -> str:
    if last is None or last == first:
        return words.weekday(first)
    return f"{words.weekday(first)} – {words.weekday(last)}"
