"""Quarters of a year, as a digest looks back on them; pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from newsletter.errors import BadValue
from newsletter.issues.model import Month
from newsletter.issues.schedule import start_of
from subscribers.sentence import say

_MONTHS = 3
_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months of a year, the first quarter from January on."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04d}-Q{self.number}"

    @property
    def first(self) -> Month:
        """Its first month."""
        return Month(self.year, _MONTHS * (self.number - 1) + 1)

    @property
    def last(self) -> Month:
        """Its last month."""
        return Month(self.year, _MONTHS * self.number)

    @property
    def words(self) -> str:
        """The quarter as a title: "January to March 2020"."""
        return say("%(partition)s to %(words)s", partition=self.first.words.partition(" ")[0], words=self.last.words)

    @property
    def previous(self) -> "Quarter":
        """The quarter before."""
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)

    def start(self, zone: str) -> datetime:
        """Give the moment it begins in *zone*, in UTC."""
        return start_of(self.first, zone)

    def end(self, zone: str) -> datetime:
        """Give the moment it is over in *zone*, in UTC."""
        return start_of(self.last.following, zone)

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """Give the quarter that *day* lies in."""
        return cls(day.year, (day.month - 1) // _MONTHS + 1)

    @classmethod
    def at(cls, moment: datetime, zone: str) -> "Quarter":
        """Give the quarter that it is in *zone* at a moment."""
        return cls.of(moment.astimezone(ZoneInfo(zone)).date())

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """Read a quarter written as "2020-Q1".

        Raises:
            BadValue: it is written otherwise.

        """
        match = _QUARTER.fullmatch(text.strip())
        if match is None or int(match[1]) == 0:
            raise BadValue(say("quarter"), text, say("write it as 2020-Q1"))
        return cls(int(match[1]), int(match[2]))
