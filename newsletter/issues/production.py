"""The dates of a newsletter's issues as appointments of its staff; pure."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from newsletter.issues.ical import Appointment, calendar_file
from newsletter.issues.model import Newsletter
from newsletter.issues.practice import Milestone
from newsletter.issues.schedule import Slot

# Something to see in a calendar program; the moment is what counts.
_LONG = timedelta(minutes=30)


def calendar_of(
    newsletter: Newsletter, slots: Sequence[Slot], host: str, link_of: Callable[[int], str], now: datetime
) -> bytes:
    """Give the calendar file of what is due for the issues of *slots*.

    *link_of* gives the page of an issue, *host* makes the appointments nobody else's.
    """
    appointments = [one for slot in slots for one in _appointments(newsletter, slot, host, link_of)]
    return calendar_file(newsletter.name, appointments, now)


def _appointments(newsletter: Newsletter, slot: Slot, host: str, link_of: Callable[[int], str]) -> Iterator[Appointment]:
    for date in slot.milestones:
        yield Appointment(
            # Of the slot and not of the issue, which may not be there yet: the same appointment before and after.
            uid=f"{date.stage}-{newsletter.slug}-{slot.slot_key}@{host}",
            begins=date.at,
            ends=date.at + _LONG,
            summary=_summary(newsletter, slot, date),
            link=link_of(slot.issue_id) if slot.issue_id is not None else "",
        )


def _summary(newsletter: Newsletter, slot: Slot, date: Milestone) -> str:
    return f"{newsletter.name}, {slot.month.words}: {date.stage.words}"
