"""Reads what a WordPress site says of itself (/wp-json/): its time zone and its categories."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from newsletter.feeds.decoding import legal
from newsletter.feeds.plain import to_line

# As many as one page of the interface gives.
MOST_CATEGORIES = 100
_LARGEST_ANSWER = 1_000_000

_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d)")
# The farthest that clocks are from UTC.
_FARTHEST_HOURS = 14


@dataclass(frozen=True, slots=True)
class Site:
    """What a site says of itself; empty where it does not say."""

    zone: str = ""
    categories: tuple[str, ...] = ()


def read_zone(body: bytes) -> str | None:
    """Give the zone that the root of the interface names, as an IANA name or as "+05:30"; None when it is no such root."""
    root = _json(body)
    if not isinstance(root, Mapping) or "namespaces" not in root:
        return None
    name = root.get("timezone_string")
    if isinstance(name, str) and zone_of(name) is not None:
        return name
    return _offset(root.get("gmt_offset"))


def read_categories(body: bytes) -> tuple[str, ...]:
    """Give the names of the categories under which something stands, in their order."""
    found = _json(body)
    if not isinstance(found, list):
        return ()
    names = (to_line(str(one.get("name", ""))) for one in found if isinstance(one, Mapping) and one.get("count") != 0)
    return tuple(dict.fromkeys(name for name in names if name))[:MOST_CATEGORIES]


def zone_of(text: str) -> tzinfo | None:
    """Give the zone that is written as an IANA name or as "+05:30"; None for anything else."""
    offset = _OFFSET.fullmatch(text)
    if offset is not None:
        east = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"]))
        if east > timedelta(hours=_FARTHEST_HOURS):
            return None
        return timezone(-east if offset["sign"] == "-" else east)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+/-]{0,60}", text):
        return None
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _offset(hours: object) -> str:
    """Spell an offset that WordPress gives in hours, as a number or as text: 5.5 is +05:30."""
    try:
        minutes = round(float(hours) * 60) if isinstance(hours, int | float | str) else 0
    except (ValueError, OverflowError):
        return ""
    if not isinstance(hours, int | float | str) or abs(minutes) > _FARTHEST_HOURS * 60:
        return ""
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _json(body: bytes) -> object:
    if len(body) > _LARGEST_ANSWER:
        return None
    try:
        return json.loads(legal(body.decode("utf-8-sig", "replace")))
    except (ValueError, RecursionError):
        return None
