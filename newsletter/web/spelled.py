"""Moments, spans and numbers as a person reads them; the command reads English, and so does who names no words."""

from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import Final
from zoneinfo import ZoneInfo

from newsletter.issues.model import Month
from newsletter.languages.catalogue import Words, desk_words
from newsletter.languages.model import ENGLISH

ENGLISH_WORDS: Final = desk_words(ENGLISH)

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
# From here on "in 52 hours" is harder to read than "in 2 days".
_LONGEST_IN_HOURS = 2 * _DAY
_LONGEST_IN_MINUTES = timedelta(minutes=90)


def moment(at: datetime, zone: str, words: Words = ENGLISH_WORDS) -> str:
    """Spell *at* in *zone*: `Mon 3 Feb 2020, 09:00 Amsterdam`."""
    local = at.astimezone(ZoneInfo(zone))
    if words.language == ENGLISH:
        return f"{local:%a} {local.day} {local:%b %Y, %H:%M} {city(zone)}"
    return f"{words.weekday(local.date())}, {words.clock(local.time())} {city(zone, words)}"


def day(at: datetime, zone: str) -> str:
    """Spell the day of *at* in *zone*: `3 February 2020`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y}"


def month(of: Month, words: Words = ENGLISH_WORDS) -> str:
    """Spell a month as a title: `January 2020`."""
    return words.month_of(date(of.year, of.month, 1))


def city(zone: str, words: Words = ENGLISH_WORDS) -> str:
    """Give the place an IANA zone is named after: `Amsterdam`, `New York`, `UTC`."""
    return zone.rpartition("/")[2].replace("_", " ") if words.language == ENGLISH else words.city(zone)


def number(count: int) -> str:
    """Spell *count* with its thousands apart: `12,412`."""
    return f"{count:,}"


def people(count: int, words: Words = ENGLISH_WORDS) -> str:
    """Spell how many: `nobody`, `1 person`, `412 people`."""
    if count == 0:
        return words.gettext("nobody")
    return words.ngettext("%(num)s person", "%(num)s people", count)


class Unit(Enum):
    """What a length of time is told in."""

    MINUTE = auto()
    HOUR = auto()
    DAY = auto()


def measured(length: timedelta) -> tuple[Unit, int]:
    """Give the largest unit that fits *length*, and how many of it; below a minute it is one minute at most."""
    if length < _LONGEST_IN_MINUTES:
        return Unit.MINUTE, round(length / _MINUTE)
    if length < _LONGEST_IN_HOURS:
        return Unit.HOUR, round(length / _HOUR)
    return Unit.DAY, round(length / _DAY)


def relative(at: datetime, now: datetime, words: Words = ENGLISH_WORDS) -> str:
    """Say how far *at* lies from *now*: `in 3 days`, `5 minutes ago`, `now`."""
    length = abs(at - now)
    if length < _MINUTE:
        return words.gettext("now")
    return _until(*measured(length), words) if at > now else _since(*measured(length), words)


def span(length: timedelta, words: Words = ENGLISH_WORDS) -> str:
    """Say how long *length* is, in its largest fitting unit; empty below a minute."""
    if length < _MINUTE:
        return ""
    unit, count = measured(length)
    if unit is Unit.MINUTE:
        return words.ngettext("%(num)s minute", "%(num)s minutes", count)
    if unit is Unit.HOUR:
        return words.ngettext("%(num)s hour", "%(num)s hours", count)
    return words.ngettext("%(num)s day", "%(num)s days", count)


def _until(unit: Unit, count: int, words: Words) -> str:
    if unit is Unit.MINUTE:
        return words.ngettext("in %(num)s minute", "in %(num)s minutes", count)
    if unit is Unit.HOUR:
        return words.ngettext("in %(num)s hour", "in %(num)s hours", count)
    return words.ngettext("in %(num)s day", "in %(num)s days", count)


def _since(unit: Unit, count: int, words: Words) -> str:
    if unit is Unit.MINUTE:
        return words.ngettext("%(num)s minute ago", "%(num)s minutes ago", count)
    if unit is Unit.HOUR:
        return words.ngettext("%(num)s hour ago", "%(num)s hours ago", count)
    return words.ngettext("%(num)s day ago", "%(num)s days ago", count)
