"""Working days: Monday to Friday, or as a country has them; the one module that knows holidays."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from newsletter.errors import BadValue
from subscribers.sentence import say

if TYPE_CHECKING:
    import holidays

_DAY = timedelta(days=1)
_FRIDAY = 4

# A year of another country has no more days off in a row; without a bound a wrong table would be walked for ever.
MOST_DAYS_OFF = 366


class Shift(StrEnum):
    """What becomes of a day on which nobody works."""

    KEEP = "keep"
    # The working day before it, or the one after it where that would be another month; and the reverse.
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Workdays:
    """On which days people work."""

    # ISO 3166, "NL", or a part of a country, "DE-BY". Empty: Monday to Friday, and no holidays.
    country: str = ""

    def has(self, day: date) -> bool:
        """Whether people work on *day*."""
        if not self.country:
            return day.weekday() <= _FRIDAY
        return bool(_calendar(self.country).is_working_day(day))

    def moved(self, day: date, shift: Shift) -> date:
        """Give *day*, or a working day near it in the same month.

        It stays in its month (bankers call that "modified following"), so that every month has one and no month two.
        """
        if shift is Shift.KEEP:
            return day
        step = _DAY if shift is Shift.AFTER else -_DAY
        return self._first_in_month(day, step) or self._first_in_month(day, -step) or day

    def before(self, moment: datetime, count: int) -> datetime:
        """Give the same hour *count* working days before *moment*."""
        for _ in range(MOST_DAYS_OFF):
            if count == 0:
                break
            moment -= _DAY
            count -= self.has(moment.date())
        return moment

    def _first_in_month(self, day: date, step: timedelta) -> date | None:
        month = day.month
        while day.month == month:
            if self.has(day):
                return day
            day += step
        return None


MONDAY_TO_FRIDAY = Workdays()


def parse_country(text: str) -> str:
    """Give the code of a country whose holidays are known, "NL" or "DE-BY", or nothing for nothing.

    Raises:
        BadValue: it is none, or nothing is known of its holidays.

    """
    code = text.strip().upper()
    if not code:
        return ""
    import holidays  # noqa: PLC0415 -- a tenth of a second that only who asks for holidays is to pay

    country, dash, part = code.partition("-")
    known = holidays.list_supported_countries(include_aliases=True)
    if country not in known or (dash and part not in known[country]):
        raise BadValue(say("country"), text, say("has no holidays that are known; write it as NL or DE-BY (ISO 3166)"))
    return code


@lru_cache(64)
def _calendar(code: str) -> "holidays.HolidayBase":
    import holidays  # noqa: PLC0415 -- as above

    country, _, part = code.partition("-")
    # Years are added as they are asked for.
    return holidays.country_holidays(country, subdiv=part or None)
