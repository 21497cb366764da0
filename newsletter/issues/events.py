"""When and where something happens: read from what an editor types, and found in posts where it cannot be mistaken; pure."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from newsletter.errors import BadValue
from newsletter.feeds.plain import to_words
from newsletter.issues.ical import Appointment
from newsletter.issues.model import MONTH_NAMES, Article, Event
from subscribers.oneline import one_line
from subscribers.sentence import say

LONGEST_PLACE = 200
# A conference lasts a week, an exhibition a season; two years are a typing error.
LONGEST_EVENT = timedelta(days=366)
# An announcement looks so far ahead; a date further away is a plan, and one before the post a report.
FURTHEST = timedelta(days=550)
# So much of a text is looked through.
_BEGINNING = 20_000

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})", re.ASCII)

# The months as English, German, French, Spanish and Dutch blogs write them; "mars" and "mai" are the same in several.
_MONTHS = {
    **{name.casefold(): number for number, name in enumerate(MONTH_NAMES, 1)},
    **{name[:3].casefold(): number for number, name in enumerate(MONTH_NAMES, 1)},
    "sept": 9,
    **dict(
        zip(
            ("januar", "februar", "märz", "mai", "juni", "juli", "oktober", "dezember"), (1, 2, 3, 5, 6, 7, 10, 12), strict=True
        )
    ),
    **dict(
        zip(
            ("janvier", "février", "mars", "avril", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"),
            (1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12),
            strict=True,
        ),
    ),
    **dict(
        zip(
            (
                "enero",
                "febrero",
                "marzo",
                "abril",
                "mayo",
                "junio",
                "julio",
                "agosto",
                "septiembre",
                "octubre",
                "noviembre",
                "diciembre",
            ),
            range(1, 13),
            strict=True,
        ),
    ),
    **dict(zip(("januari", "februari", "maart", "mei", "augustus"), (1, 2, 3, 5, 8), strict=True)),
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ORDINAL = r"(?:st|nd|rd|th|\.|er|º)?"
_DATES = re.compile(
    rf"(?<![\w-])(?:(?P<y1>20\d\d)-(?P<m1>0[1-9]|1[0-2])-(?P<d1>[0-3]\d)"
    rf"|(?P<d2>[0-3]?\d){_ORDINAL}(?:\s*[–—-]\s*(?P<until2>[0-3]?\d){_ORDINAL})?\s+(?:of\s+|de\s+)?(?P<m2>{_MONTH})\.?,?\s+(?:de\s+)?(?P<y2>20\d\d)"
    rf"|(?P<m3>{_MONTH})\.?\s+(?P<d3>[0-3]?\d){_ORDINAL}(?:\s*[–—-]\s*(?P<until3>[0-3]?\d){_ORDINAL})?,?\s+(?P<y3>20\d\d))(?![\w-])",
    re.IGNORECASE,
)
# In a text, only a date that is said to be the date.
_ANNOUNCED = re.compile(
    r"(?:\b(?:when|date|dates|datum|wann|fecha|quand|wanneer)\s*[:：]|\bsave the date\b\W{0,3}|\btakes? place (?:on|from)\b"
    r"|\bwill be held (?:on|from)\b|\bfindet am\b|\baura lieu le\b|\bse celebrará el\b)\s*(?:\w+day,?\s+)?$",
    re.IGNORECASE,
)
_LEAD_IN = 60


def typed(begins: str, ends: str = "", zone: str = "", place: str = "") -> Event:
    """Give the event that an editor typed: `2020-02-03T09:00` or `2020-02-03`, in an IANA zone (empty: the newsletter's).

    Raises:
        BadValue: a date or the zone cannot be, it ends before it begins, or a day ends at an hour.

    """
    starts, stops = _spelled("begins", begins), _spelled("ends", ends) if ends.strip() else ""
    if zone.strip() and zone.strip() not in available_timezones():
        raise BadValue(say("zone"), zone, say('there is no such zone; write one such as "Europe/Amsterdam"'))
    if stops:
        if len(starts) != len(stops):
            raise BadValue(say("ends"), ends, say("write both with their hour, or both as days"))
        length = _moment(stops) - _moment(starts)
        if length < timedelta(0):
            raise BadValue(say("ends"), ends, say("is before it begins (%(starts)s)", starts=starts))
        if length > LONGEST_EVENT:
            raise BadValue(say("ends"), ends, say("is more than a year after it begins"))
    return Event(starts, "" if stops == starts else stops, zone.strip(), one_line(place, LONGEST_PLACE))


def found_in(title: str, html: str, published_at: datetime) -> Event | None:
    """Give the day or days of what a post announces; None leaves them to the editor.

    Only where there is one answer: one date in its title, or else one that its text calls the date; with its year, not
    before the post, and not years ahead.
    """
    in_title = tuple(_dates(title))
    dates = in_title or tuple(_announced(to_words(html[:_BEGINNING])))
    if len(set(dates)) != 1:
        return None
    begins, ends = dates[0]
    posted = published_at.date()
    if begins < posted or begins - posted > FURTHEST:
        return None
    return Event(begins.isoformat(), "" if ends == begins else ends.isoformat())


def begins_at(event: Event, zone: str) -> datetime | None:
    """Give the moment an event begins, a day with its first hour; *zone* is the newsletter's. None: its dates are none."""
    try:
        return _moment(event.begins).replace(tzinfo=ZoneInfo(event.zone or zone)).astimezone(UTC)
    except (ValueError, LookupError, OverflowError):
        return None


def is_over(event: Event, zone: str, at: datetime) -> bool:
    """Whether an event has ended by the moment *at*; *zone* is the newsletter's. A day ends with its last hour."""
    last = event.ends or event.begins
    ends = _moment(last).replace(tzinfo=ZoneInfo(event.zone or zone))
    return at >= (ends + timedelta(days=1) if _DAY.fullmatch(last) else ends)


def appointment(article: Article, event: Event, zone: str, host: str, link: str) -> Appointment:
    """Give what a calendar program shows of an event; *zone* is the newsletter's, *host* names this instance."""
    begins, ends = _moment(event.begins), _moment(event.ends) if event.ends else None
    uid, title, place = f"event-{article.id}@{host}", article.title, event.place
    if _DAY.fullmatch(event.begins):
        # RFC 5545, 3.6.1: the end is the first day that is not in it.
        after = ends.date() + timedelta(days=1) if ends is not None else None
        return Appointment(uid, begins.date(), title, after, article.summary, place, link)
    local = ZoneInfo(event.zone or zone)
    until = ends.replace(tzinfo=local) if ends is not None else None
    return Appointment(uid, begins.replace(tzinfo=local), title, until, article.summary, place, link)


def _spelled(what: str, text: str) -> str:
    """Give a day or a local moment in its one spelling."""
    given = text.strip()
    moment = _MOMENT.fullmatch(given)
    spelled = f"{moment[1]}T{moment[2]}" if moment else given
    try:
        if moment or _DAY.fullmatch(given):
            _moment(spelled)
            return spelled
    except ValueError as error:
        raise BadValue(what, text, say("there is no such day or hour")) from error
    raise BadValue(what, text, say("write it as 2020-02-03T09:00, or as 2020-02-03 for a whole day"))


def _moment(spelled: str) -> datetime:
    return datetime.fromisoformat(spelled)


def _announced(text: str) -> Iterator[tuple[date, date]]:
    for match in _DATES.finditer(text):
        if _ANNOUNCED.search(text[max(0, match.start() - _LEAD_IN) : match.start()]):
            yield from _read(match)


def _dates(text: str) -> Iterator[tuple[date, date]]:
    for match in _DATES.finditer(text):
        yield from _read(match)


def _read(match: re.Match[str]) -> Iterator[tuple[date, date]]:
    year = int(match["y1"] or match["y2"] or match["y3"])
    name = match["m2"] or match["m3"]
    month = _MONTHS[name.casefold()] if name else int(match["m1"])
    day = int(match["d1"] or match["d2"] or match["d3"])
    until = int(match["until2"] or match["until3"] or day)
    try:
        begins, ends = date(year, month, day), date(year, month, until)
    except ValueError:
        return
    if begins <= ends:
        yield begins, ends
