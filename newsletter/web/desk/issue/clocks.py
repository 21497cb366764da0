"""A time on the wall of one place: whether it is there at all on that day, and what clocks show elsewhere then; pure."""

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from newsletter.errors import BadValue
from newsletter.issues.recurrence import instant
from newsletter.languages.catalogue import Words
from newsletter.web.spelled import ENGLISH_WORDS, city
from subscribers.sentence import say

# Where readers may be, from west to east; nothing is known of where they are.
USUAL_ZONES = (
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Africa/Nairobi",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Australia/Sydney",
)

# Mail that comes at night lies under everything that comes after it.
_NIGHT_ENDS, _NIGHT_BEGINS = 6, 22
_SATURDAY = 5

WALL = "%Y-%m-%dT%H:%M"


class Oddity(Enum):
    """What a change of clocks does to a time."""

    NONE = auto()
    # The hour is left out that day.
    SKIPPED = auto()
    # The hour comes twice that day.
    DOUBLED = auto()


@dataclass(frozen=True, slots=True)
class Wall:
    """A time as clocks of a zone show it, and the moment it means."""

    local: datetime
    zone: str
    at: datetime
    oddity: Oddity

    def warning(self, words: Words = ENGLISH_WORDS) -> str:
        """Say what to know of a day on which clocks are changed; empty on any other."""
        if self.oddity is Oddity.NONE:
            return ""
        told = {
            "time": f"{self.local:%H:%M}",
            "city": city(self.zone, words),
            "day": words.day(self.local.replace(tzinfo=UTC), "UTC"),
        }
        if self.oddity is Oddity.SKIPPED:
            return words.gettext(
                "There is no %(time)s in %(city)s on %(day)s: clocks are set forward over it. It would go out at %(then)s.",
                then=f"{self.at.astimezone(ZoneInfo(self.zone)):%H:%M}",
                **told,
            )
        return words.gettext(
            "%(time)s comes twice in %(city)s on %(day)s, because clocks are set back. "
            "It goes out the first time, at %(then)s UTC.",
            then=f"{self.at:%H:%M}",
            **told,
        )


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What clocks of another place show at a moment."""

    place: str
    # As in `Mon 09:00`.
    shown: str
    # Before or after the day it is at home: "the day before", "the day after", or empty.
    day: str
    # "at night", "at the weekend", or empty.
    remark: str
    is_home: bool


def read_wall(text: str, zone: str) -> Wall:
    """Read `2020-02-03T09:00` as clocks of *zone* show it.

    Raises:
        BadValue: it is written otherwise, or in a year in which clocks of other zones would show none.

    """
    try:
        local = datetime.strptime(text, WALL)  # noqa: DTZ007 -- a wall time; its zone stands beside it
    except ValueError as error:
        raise BadValue(say("time"), text, say("write it as 2020-02-03T09:00")) from error
    if not MINYEAR < local.year < MAXYEAR:
        raise BadValue(say("time"), text, say("the calendar ends there; write it as 2020-02-03T09:00"))
    at = instant(local, zone)
    return Wall(local, zone, at, _oddity(local, zone, at))


def elsewhere(at: datetime, home: str, words: Words = ENGLISH_WORDS) -> tuple[Elsewhere, ...]:
    """Give what clocks show around the world at a moment, from west to east, home among them."""
    own = at.astimezone(ZoneInfo(home))
    # One line for each time there is, home's by its own name: Berlin says nothing beside Amsterdam.
    by_offset = {at.astimezone(ZoneInfo(zone)).utcoffset(): zone for zone in (*USUAL_ZONES, home)}
    zones = [by_offset[offset] for offset in sorted(by_offset, key=lambda offset: offset or timedelta())]
    return tuple(_elsewhere(at.astimezone(ZoneInfo(zone)), own, zone, words, is_home=zone == home) for zone in zones)


def _elsewhere(local: datetime, own: datetime, zone: str, words: Words, *, is_home: bool) -> Elsewhere:
    days = (local.date() - own.date()).days
    day = {-1: words.gettext("the day before"), 0: "", 1: words.gettext("the day after")}[days]
    is_night = not _NIGHT_ENDS <= local.hour < _NIGHT_BEGINS
    is_weekend = local.weekday() >= _SATURDAY
    remark = words.gettext("at night") if is_night else words.gettext("at the weekend") if is_weekend else ""
    return Elsewhere(city(zone, words), words.weekday_clock(local), day, remark, is_home)


def _oddity(local: datetime, zone: str, at: datetime) -> Oddity:
    if at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        return Oddity.SKIPPED
    first, second = (local.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1))
    return Oddity.NONE if first == second else Oddity.DOUBLED


def next_hour(now: datetime) -> datetime:
    """Give the full hour that comes at least half an hour from now: a beginning for whoever chooses a time."""
    later = now + timedelta(minutes=90)
    return later.replace(minute=0, second=0, microsecond=0)
