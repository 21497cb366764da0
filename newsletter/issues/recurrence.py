"""Which day of every month, at which local time, in which zone; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from newsletter.errors import BadValue
from newsletter.issues.model import Month
from newsletter.issues.workdays import MONDAY_TO_FRIDAY, Shift, Workdays
from subscribers.sentence import say

# The position of "last".
LAST = -1

# No month has more days.
LONGEST_MONTH = 31

# A hundred years of months: enough for every question, and an end for a loop that was given none.
MOST_OCCURRENCES = 1200

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": LAST}
_POSITION_WORDS = {position: word for word, position in _ORDINALS.items()}
_DAY_OF_MONTH = re.compile(r"day ([0-9]{1,2})", re.ASCII)
_WALL_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_FRIDAY = 4


class Unit(StrEnum):
    """What is counted within a month."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    # Monday to Friday, holidays or not; what is moved for holidays is said beside the recurrence (workdays.Shift).
    WEEKDAY = "weekday"
    DAY = "day"

    def counts(self, day: date) -> bool:
        """Whether *day* is one of these."""
        if self is Unit.DAY:
            return True
        if self is Unit.WEEKDAY:
            return day.weekday() <= _FRIDAY
        return day.weekday() == _WEEK.index(self)


_WEEK = tuple(Unit)[:7]


@dataclass(frozen=True, slots=True)
class Recurrence:
    """One day of every month: the first Monday, the last weekday, day 15."""

    # 1 is the first; LAST counts from the end.
    position: int
    unit: Unit

    def __str__(self) -> str:
        if self.unit is Unit.DAY and self.position != LAST:
            return say("day %(position)s", position=self.position)
        return f"{_POSITION_WORDS[self.position]} {self.unit}"

    def day_in(self, month: Month) -> date:
        """Give this day in *month*; day 31 of a shorter month is its last day, so that no month is left out."""
        first = date(month.year, month.month, 1)
        days = (first + timedelta(days=number) for number in range(LONGEST_MONTH))
        counted = [day for day in days if day.month == month.month and self.unit.counts(day)]
        if self.position == LAST or self.position > len(counted):
            return counted[-1]
        return counted[self.position - 1]

    @property
    def latest_day(self) -> int:
        """The latest day of the month it can fall on."""
        if self.position == LAST:
            return LONGEST_MONTH
        if self.unit is Unit.DAY:
            return self.position
        # The first days of a month may be a weekend.
        return self.position + 2 if self.unit is Unit.WEEKDAY else self.position * 7


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time a recurrence comes round."""

    # The nominal local time "2020-02-03T09:00": what people agreed on, whatever clocks and zone tables do.
    slot_key: str
    # The moment that is.
    send_at: datetime


def parse_recurrence(text: str) -> Recurrence:
    """Read "first monday", "last friday", "second weekday", "day 15" or "last day".

    Raises:
        BadValue: it is none of these.

    """
    words = " ".join(text.casefold().split())
    if numbered := _DAY_OF_MONTH.fullmatch(words):
        return _day_of_month(text, int(numbered[1]))
    ordinal, _, unit = words.partition(" ")
    if ordinal == "fifth":
        raise BadValue(say("recurrence"), text, say("most months have no fifth one; say last"))
    if ordinal not in _ORDINALS or unit not in set(Unit):
        raise BadValue(
            say("recurrence"),
            text,
            say("write first, second, third, fourth or last and a day of the week (or weekday), or day 15, or last day"),
        )
    return Recurrence(_ORDINALS[ordinal], Unit(unit))


def parse_wall_time(text: str) -> time:
    """Read a time of the day such as "09:00".

    Raises:
        BadValue: it is written otherwise.

    """
    match = _WALL_TIME.fullmatch(text.strip())
    if match is None:
        raise BadValue(say("time"), text, say("write hours and minutes, such as 09:00"))
    return time(int(match[1]), int(match[2]))


def parse_zone(text: str) -> str:
    """Give the IANA name of a time zone back when there is such a zone.

    Raises:
        BadValue: nothing is known of it.

    """
    try:
        return ZoneInfo(text).key
    # KeyError: unknown. ValueError: a path that leads out of the tables. OSError: a folder or an overlong name.
    except (KeyError, ValueError, OSError) as error:
        raise BadValue(say("time zone"), text, say("is not known; write it as Europe/Amsterdam or UTC")) from error


def instant(local: datetime, zone: str) -> datetime:
    """Give the moment at which clocks in *zone* show *local* (a naive date-time), in UTC.

    RFC 5545, 3.3.5: a time that a change of clocks leaves out is read with the offset before the gap and so falls
    after it (02:30 becomes 03:30); of a time that comes twice the first one counts. That is what fold=0 means.
    """
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def occurrences(
    recurrence: Recurrence,
    at: time,
    zone: str,
    *,
    after: datetime,
    until: datetime | None = None,
    count: int = MOST_OCCURRENCES,
    shift: Shift = Shift.KEEP,
    workdays: Workdays = MONDAY_TO_FRIDAY,
) -> tuple[Occurrence, ...]:
    """Give the occurrences later than *after* and not later than *until*, in order, at most *count*.

    A day that is not among *workdays* is moved as *shift* says.
    """
    found: list[Occurrence] = []
    for month in _months_from(after, zone):
        local = datetime.combine(workdays.moved(recurrence.day_in(month), shift), at)
        occurrence = Occurrence(local.isoformat(timespec="minutes"), instant(local, zone))
        if len(found) == count or (until is not None and occurrence.send_at > until):
            break
        if occurrence.send_at > after:
            found.append(occurrence)
    return tuple(found)


def _months_from(moment: datetime, zone: str) -> Iterator[Month]:
    month = Month.of(moment.astimezone(ZoneInfo(zone)).date())
    while True:
        yield month
        month = month.following


def _day_of_month(text: str, number: int) -> Recurrence:
    if not 1 <= number <= LONGEST_MONTH:
        raise BadValue(say("recurrence"), text, say("no month has such a day"))
    return Recurrence(number, Unit.DAY)
