"""Reads the dates of feeds, and says where they cannot be trusted."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from time import struct_time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from subscribers.sentence import say

# Blogs began about then; an epoch in seconds is read as the year 1579.
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
# A clock that is wrong by a zone or two is no reason for doubt; next year is.
LATEST_AHEAD = timedelta(days=2)

NO_DATE = say("no date in the feed")
ABSURD = say("the feed's date cannot be right")
UNKNOWN_ZONE = say("the feed names a time zone that has no single meaning")
LAST_CHANGE = say("the feed tells only when it was last changed")

# What feedparser knows itself (RFC 822).
_RIGHT_ALREADY = frozenset({"UT", "UTC", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "AM", "PM"})
# Hours east of Greenwich of the names that feedparser takes for UTC. Names that mean several zones (IST) are left out.
_ZONES = {
    "WET": 0,
    "WEST": 1,
    "BST": 1,
    "CET": 1,
    "MEZ": 1,
    "CEST": 2,
    "MESZ": 2,
    "EET": 2,
    "SAST": 2,
    "EEST": 3,
    "MSK": 3,
    "TRT": 3,
    "PKT": 5,
    "WIB": 7,
    "HKT": 8,
    "SGT": 8,
    "AWST": 8,
    "PHT": 8,
    "JST": 9,
    "KST": 9,
    "ACST": 9.5,
    "AEST": 10,
    "ACDT": 10.5,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
    "BRT": -3,
    "ART": -3,
    "AKST": -9,
    "AKDT": -8,
    "HST": -10,
}
_NAMED = re.compile(r"\d\s*(?P<name>[A-Za-z][A-Za-z_/.-]*)(?P<offset>[+-]\d{1,2}(?::?\d\d)?)?\s*$")


@dataclass(frozen=True, slots=True)
class Dated:
    """A moment, and why it may not be the right one; empty when nothing speaks against it."""

    at: datetime
    doubt: str = ""


def read_date(text: str, parsed: struct_time | None, now: datetime) -> Dated:
    """Give the moment that *text* means; *parsed* is what feedparser made of it, in UTC or mistaken for it.

    Without a usable date it is *now*, when the entry was first seen.
    """
    if parsed is None:
        return Dated(now, NO_DATE)
    try:
        naive = datetime(*parsed[:6])  # noqa: DTZ001 -- its zone is found in the next step
        dated = _in_zone(text.strip(), naive)
    except (ValueError, OverflowError):
        return Dated(now, ABSURD)
    if not EARLIEST <= dated.at <= now + LATEST_AHEAD:
        return Dated(now, ABSURD)
    return dated


def _in_zone(text: str, naive: datetime) -> Dated:
    """Read the zone's name again where feedparser silently took it for UTC."""
    found = _NAMED.search(text)
    # The T of 2020-01-24T10:00 stands between digits and is not at the end; a single letter is a military zone.
    if found is None or len(found["name"]) == 1:
        return Dated(naive.replace(tzinfo=UTC))
    name, offset = found["name"].upper(), found["offset"]
    if offset and name in {"UTC", "GMT", "UT"}:
        return Dated(naive.replace(tzinfo=_fixed(offset)).astimezone(UTC))
    if name in _RIGHT_ALREADY:
        return Dated(naive.replace(tzinfo=UTC))
    if name in _ZONES:
        return Dated(naive.replace(tzinfo=timezone(timedelta(hours=_ZONES[name]))).astimezone(UTC))
    zone = _place(found["name"])
    if zone is None:
        return Dated(naive.replace(tzinfo=UTC), UNKNOWN_ZONE)
    return Dated(naive.replace(tzinfo=zone).astimezone(UTC))


def _fixed(offset: str) -> timezone:
    hours, minutes = offset[1:3].rstrip(":"), offset[3:].lstrip(":")
    east = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-east if offset[0] == "-" else east)


def _place(name: str) -> ZoneInfo | None:
    """Give the zone of an IANA name with a slash; short names such as EST5EDT are no places."""
    if "/" not in name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
