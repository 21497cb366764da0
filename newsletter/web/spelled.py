"""Moments, spans and numbers as a person reads them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
# From here on "in 52 hours" is harder to read than "in 2 days".
_LONGEST_IN_HOURS = 2 * _DAY
_LONGEST_IN_MINUTES = timedelta(minutes=90)


def moment(at: datetime, zone: str) -> str:
    """Spell *at* in *zone*: `Mon 3 Feb 2020, 09:00 Amsterdam`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} {city(zone)}"


def day(at: datetime, zone: str) -> str:
    """Spell the day of *at* in *zone*: `3 February 2020`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y}"


def city(zone: str) -> str:
    """Give the place an IANA zone is named after: `Amsterdam`, `New York`, `UTC`."""
    return zone.rpartition("/")[2].replace("_", " ")


def number(count: int) -> str:
    """Spell *count* with its thousands apart: `12,412`."""
    return f"{count:,}"


def people(count: int) -> str:
    """Spell how many: `nobody`, `1 person`, `412 people`."""
    if count == 0:
        return "nobody"
    return "1 person" if count == 1 else f"{number(count)} people"


def relative(at: datetime, now: datetime) -> str:
    """Say how far *at* lies from *now*: `in 3 days`, `5 minutes ago`, `now`."""
    words = span(abs(at - now))
    if not words:
        return "now"
    return f"in {words}" if at > now else f"{words} ago"


def span(length: timedelta) -> str:
    """Say how long *length* is, in its largest fitting unit; empty below a minute."""
    if length < _MINUTE:
        return ""
    if length < _LONGEST_IN_MINUTES:
        return _counted(round(length / _MINUTE), "minute")
    if length < _LONGEST_IN_HOURS:
        return _counted(round(length / _HOUR), "hour")
    return _counted(round(length / _DAY), "day")


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
