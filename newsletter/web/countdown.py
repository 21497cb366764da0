"""How long it is until something, counted as its zone counts days; pages say it first, and a script goes on with it.

A day is from one hour of the wall to the same hour of the next day, also where clocks are changed between them; what is left
of the last one are hours that pass.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.issues.recurrence import instant
from newsletter.languages.catalogue import Words
from newsletter.web.spelled import ENGLISH_WORDS, relative

# What is further away does not change while anybody looks, and is told by its days.
MOST_DAYS = 62

_HOUR, _MINUTE = 3600, 60


@dataclass(frozen=True, slots=True)
class Countdown:
    """What a page shows, and what its script goes on with."""

    words: str
    # In seconds since 1970; 0: the script has nothing to do.
    until: int = 0
    now: int = 0
    # The moments at which one day more begins to be left, the next day's first.
    days: str = ""


def countdown(at: datetime, now: datetime, zone: str, words: Words = ENGLISH_WORDS) -> Countdown:
    """Tell how long it is until *at*, as people in *zone* count."""
    if at <= now or at - now > timedelta(days=MOST_DAYS):
        return Countdown(relative(at, now, words))
    days = _days(at, now, zone)
    begins = days[-1] if days else at
    return Countdown(
        _said(len(days), int((begins - now).total_seconds()), words),
        until=int(at.timestamp()),
        now=int(now.timestamp()),
        days=" ".join(str(int(day.timestamp())) for day in days),
    )


def _days(at: datetime, now: datetime, zone: str) -> list[datetime]:
    """Give the same hour of each day before *at* that is still to come."""
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    each = (instant(local - timedelta(days=number), zone) for number in range(1, MOST_DAYS + 2))
    return [day for day in each if day >= now]


def _said(days: int, seconds: int, words: Words) -> str:
    hours, minutes = seconds // _HOUR, seconds % _HOUR // _MINUTE
    parts = (
        words.ngettext("%(num)s day", "%(num)s days", days) if days else "",
        words.ngettext("%(num)s hour", "%(num)s hours", hours) if hours else "",
        # Nobody who has days counts minutes.
        words.ngettext("%(num)s minute", "%(num)s minutes", minutes) if minutes and not days else "",
    )
    first, *others = [part for part in parts if part] or [words.gettext("less than a minute")]
    if others:
        return words.gettext("%(first)s, %(second)s to go", first=first, second=others[0])
    return words.gettext("%(first)s to go", first=first)
