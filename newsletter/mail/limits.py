"""How much a relay or a domain may be given: rate, daily cap, quiet hours, warm-up. Facts in, how many may go out; pure.

A rate is kept by virtual scheduling (GCRA): every message has a moment of its own, one spacing after the one before, and the
moment of the next is all that is remembered. Nothing is saved up: after a silence there is no burst.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsletter.errors import BadValue
from newsletter.issues.recurrence import instant, parse_zone
from subscribers.sentence import say

# Permits are handed out for so many seconds to come: twice as long as a mailer takes between two requests.
AHEAD = 1.0
# A permit that was not used within so many seconds of its moment is void.
LATE = 1.0
# So messages come up to LATE late, and 61 seconds' worth of them could fall into 60. That is what spacings are stretched by:
# a rate is never exceeded in any minute, and 98.4 % of it are reached.
STRETCH = 1 + LATE / 60

MOST_PER_UNIT = 1_000_000
# 10,000 a second are more than anybody's relay takes, and a spacing of a tenth of a millisecond is still a whole number.
MOST_PER_SECOND = 10_000
HIGHEST_CAP = 1_000_000_000
MOST_GROWTH = 10

UNITS: Mapping[str, int] = {"s": 1, "min": 60, "h": 3600, "day": 86_400}
_RATE = re.compile(r"(?P<count>[0-9]{1,7})\s*/\s*(?P<unit>s|min|h|day)", re.ASCII)
_QUIET = re.compile(r"(?P<start>[0-9]{1,2}:[0-9]{2})\s*-\s*(?P<end>[0-9]{1,2}:[0-9]{2})(\s+(?P<zone>\S+))?", re.ASCII)
_WARM_UP = re.compile(
    r"(?P<start>[0-9]{1,9})\s*x\s*(?P<growth>[0-9]{1,2}(\.[0-9]{1,4})?)(\s+from\s+(?P<first>[0-9]{4}-[0-9]{2}-[0-9]{2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many messages in a second, minute, hour or day; evenly spread."""

    count: int
    unit: str

    @property
    def spacing(self) -> float:
        """Seconds from one message to the next."""
        return UNITS[self.unit] / self.count * STRETCH

    def __str__(self) -> str:
        return f"{self.count}/{self.unit}"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when to when, on the clocks of a place, nothing goes; over midnight when the end comes first."""

    start: time
    end: time

    def cover(self, local: time) -> bool:
        """Whether it is quiet when clocks show *local*."""
        if self.start < self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class WarmUp:
    """How a new sending address earns trust: a few messages on the first day, and more by a factor each day."""

    start: int
    growth: float
    first_day: date

    def cap(self, day: date) -> int:
        """Give how many may go on *day*."""
        days = (day - self.first_day).days
        if days < 0:
            return 0
        # Asked of the logarithm first: a hundred days of doubling are more than any number we have.
        if math.log(self.start) + days * math.log(self.growth) >= math.log(HIGHEST_CAP):
            return HIGHEST_CAP
        return min(int(self.start * self.growth**days), HIGHEST_CAP)

    def __str__(self) -> str:
        return say(
            "%(start)s x %(growth)s from %(isoformat)s",
            start=self.start,
            growth=f"{self.growth:g}",
            isoformat=self.first_day.isoformat(),
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of a relay; None where there is none."""

    rate: Rate | None = None
    daily_cap: int | None = None
    quiet_hours: QuietHours | None = None
    warm_up: WarmUp | None = None
    # Whose days and hours are meant.
    zone: str = "UTC"

    @property
    def are_none(self) -> bool:
        """Whether nothing is limited."""
        return self.rate is None and self.quiet_hours is None and not self.counts_days

    @property
    def words(self) -> str:
        """All of them on one line; nothing for none."""
        parts = (
            str(self.rate) if self.rate else "",
            say("%(daily_cap)s a day", daily_cap=f"{self.daily_cap:,}") if self.daily_cap else "",
            say("quiet %(quiet_hours)s", quiet_hours=self.quiet_hours) if self.quiet_hours else "",
            say("warm-up %(warm_up)s", warm_up=self.warm_up) if self.warm_up else "",
        )
        said = ", ".join(part for part in parts if part)
        return say("%(limits)s (%(zone)s)", limits=said, zone=self.zone) if self.quiet_hours or self.counts_days else said

    @property
    def counts_days(self) -> bool:
        """Whether a day can be used up."""
        return self.daily_cap is not None or self.warm_up is not None

    def day(self, moment: datetime) -> date:
        """Give the day of the zone that *moment* lies in."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def cap(self, day: date) -> int | None:
        """Give how many may go on *day* of the zone, None when that is not limited."""
        caps = [self.daily_cap, self.warm_up.cap(day) if self.warm_up else None]
        return min((cap for cap in caps if cap is not None), default=None)

    def are_quiet(self, moment: datetime) -> bool:
        """Whether *moment* lies in the quiet hours: judged by what clocks show, whatever is done to them."""
        return self.quiet_hours is not None and self.quiet_hours.cover(moment.astimezone(ZoneInfo(self.zone)).time())


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is remembered of what was given."""

    # The earliest moment of the next message; None before the first.
    next_at: datetime | None = None
    # The local day that is counted, and how many were given on it.
    day: date | None = None
    used: int = 0


@dataclass(frozen=True, slots=True)
class Granted:
    """Permits for *count* messages: the first in *first_in* seconds, then one each *spacing*; each is good for LATE seconds."""

    count: int = 0
    first_in: float = 0.0
    spacing: float = 0.0
    # Without permits: in how many seconds there may be some.
    again_in: float = 0.0
    # What the allowance says now; it comes back with permits that were not used.
    after: Allowance = Allowance()
    # Somebody else was just being served: nothing was taken back or given.
    is_busy: bool = False


@dataclass(frozen=True, slots=True)
class Unused:
    """Permits that came to nothing."""

    count: int = 0
    # How many of them were the last ones of the latest grant, and the allowance after that.
    last: int = 0
    after: Allowance = Allowance()


def decide(limits: Limits, allowance: Allowance, wanted: int, now: datetime) -> Granted:
    """Decide how many of *wanted* messages may go, from *now* to a second from now."""
    today = limits.day(now)
    # A day that clocks repeat, or that lies just ahead in the zone before: what was used stays used.
    used = allowance.used if allowance.day in {today, today + timedelta(days=1)} else 0
    counted = replace(allowance, day=today if used == 0 else allowance.day, used=used)
    wait = _closed_for(limits, counted, now)
    if wait:
        return Granted(again_in=wait, after=counted)
    cap = limits.cap(today)
    room = wanted if cap is None else min(wanted, cap - used)
    return _spaced(limits.rate, counted, max(room, 0), now)


def taken_back(limits: Limits, allowance: Allowance, unused: Unused) -> Allowance:
    """Give the allowance after permits came back that were not used.

    They count for the day they were given on. Their moments are free again only when nobody was given later ones.
    """
    after = unused.after
    back = replace(allowance, used=max(allowance.used - unused.count, 0)) if after.day == allowance.day else allowance
    if limits.rate is None or not unused.last or after.next_at is None or after.next_at != allowance.next_at:
        return back
    return replace(back, next_at=after.next_at - timedelta(microseconds=math.floor(unused.last * limits.rate.spacing * 1e6)))


def parse_rate(text: str) -> Rate:
    """Read `300/min`; the units are s, min, h and day.

    Raises:
        BadValue: it is written otherwise, zero, or more than any relay takes.

    """
    match = _RATE.fullmatch(text.strip().lower())
    if match is None:
        raise BadValue(say("rate"), text, say("write it as 10/s, 300/min, 5000/h or 20000/day"))
    rate = Rate(int(match["count"]), match["unit"])
    if not 1 <= rate.count <= MOST_PER_UNIT or rate.count > MOST_PER_SECOND * UNITS[rate.unit]:
        raise BadValue(
            say("rate"),
            text,
            say(
                "is to be 1 or more, and at most %(most)s a second and %(most2)s in all",
                most=f"{MOST_PER_SECOND:,}",
                most2=f"{MOST_PER_UNIT:,}",
            ),
        )
    return rate


def parse_quiet_hours(text: str) -> tuple[QuietHours, str]:
    """Read `22:00-07:00 Europe/Amsterdam`; the zone is empty when none was written.

    Raises:
        BadValue: it is written otherwise, covers nothing, or the zone is not known.

    """
    match = _QUIET.fullmatch(text.strip())
    if match is None:
        raise BadValue(
            say("quiet hours"), text, say("write them as 22:00-07:00, with a zone behind it: 22:00-07:00 Europe/Amsterdam")
        )
    try:
        hours = QuietHours(_time(match["start"]), _time(match["end"]))
    except ValueError as error:
        raise BadValue(say("quiet hours"), text, say("hours go from 00:00 to 23:59")) from error
    if hours.start == hours.end:
        raise BadValue(
            say("quiet hours"), text, say("begin when they end, so nothing would ever go; disable the relay instead")
        )
    return hours, parse_zone(match["zone"]) if match["zone"] else ""


def parse_warm_up(text: str, today: date) -> WarmUp:
    """Read `50 x 1.5 from 2020-02-01`; without a day it begins today.

    Raises:
        BadValue: it is written otherwise, or would not grow.

    """
    match = _WARM_UP.fullmatch(text.strip().lower())
    if match is None:
        raise BadValue(
            say("warm-up"), text, say("write it as 50 x 1.5 from 2020-02-01: so many on the first day, and by what it grows")
        )
    try:
        first_day = date.fromisoformat(match["first"]) if match["first"] else today
    except ValueError as error:
        raise BadValue(say("warm-up"), text, say("there is no such day")) from error
    warm_up = WarmUp(int(match["start"]), float(match["growth"]), first_day)
    if warm_up.start < 1 or not 1 <= warm_up.growth <= MOST_GROWTH:
        raise BadValue(
            say("warm-up"), text, say("is to begin with 1 or more and to grow by a factor from 1 to %(most)s", most=MOST_GROWTH)
        )
    return warm_up


def document(limits: Limits) -> dict[str, object]:
    """Give *limits* as they are kept."""
    parts = {
        "rate": limits.rate and str(limits.rate),
        "daily_cap": limits.daily_cap,
        "quiet_hours": limits.quiet_hours and str(limits.quiet_hours),
        "warm_up": limits.warm_up and str(limits.warm_up),
    }
    return {"zone": limits.zone} | {name: value for name, value in parts.items() if value is not None}


def from_document(kept: Mapping[str, object]) -> Limits:
    """Read what `document` gave."""
    rate, cap, quiet, warm_up = (kept.get(name) for name in ("rate", "daily_cap", "quiet_hours", "warm_up"))
    return Limits(
        rate=parse_rate(str(rate)) if rate is not None else None,
        daily_cap=int(str(cap)) if cap is not None else None,
        quiet_hours=parse_quiet_hours(str(quiet))[0] if quiet is not None else None,
        # It carries its first day always.
        warm_up=parse_warm_up(str(warm_up), date.min) if warm_up is not None else None,
        zone=str(kept.get("zone", "UTC")),
    )


def _closed_for(limits: Limits, counted: Allowance, now: datetime) -> float:
    # A permit may be used until then, and must not reach into quiet hours or into another day.
    reach = now + timedelta(seconds=AHEAD + LATE)
    if limits.are_quiet(now):
        return _until(limits, now, limits.quiet_hours.end if limits.quiet_hours else time())
    if limits.are_quiet(reach):
        return AHEAD + LATE
    cap = limits.cap(limits.day(now))
    if cap is None:
        return 0.0
    if limits.day(reach) != limits.day(now):
        return AHEAD + LATE
    return _until(limits, now, time()) if counted.used >= cap else 0.0


def _until(limits: Limits, now: datetime, local: time) -> float:
    """Give the seconds until clocks show *local*; about right on a day on which they are changed, and never nothing."""
    today = limits.day(now)
    moments = (instant(datetime.combine(today + timedelta(days=days), local), limits.zone) for days in (0, 1, 2))
    return next((moment - now).total_seconds() for moment in moments if moment > now)


def _spaced(rate: Rate | None, counted: Allowance, room: int, now: datetime) -> Granted:
    if rate is None:
        return Granted(room, after=replace(counted, used=counted.used + room))
    spacing, next_at = rate.spacing, counted.next_at
    # Later than this it can only be said when the rate was lower before, or a clock went back.
    latest = now + timedelta(seconds=AHEAD + spacing)
    start = max(now, min(next_at or now, latest))
    first_in = (start - now).total_seconds()
    fitting = math.ceil((AHEAD - first_in) / spacing) if first_in < AHEAD else 0
    count = min(room, fitting)
    if not count:
        is_put_forward = next_at is not None and next_at > start
        after = replace(counted, next_at=start) if is_put_forward else counted
        return Granted(again_in=max(first_in - AHEAD, 0.0), after=after)
    # Rounded up, so that spacings are never too short.
    end = start + timedelta(microseconds=math.ceil(count * spacing * 1e6))
    return Granted(count, first_in, spacing, after=replace(counted, next_at=end, used=counted.used + count))


def _time(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute))
