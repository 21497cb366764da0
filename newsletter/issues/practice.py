"""How issues come about: what is owed when before one is sent, and what is too little or too late; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from newsletter.errors import BadValue
from newsletter.issues.recurrence import instant
from newsletter.issues.workdays import MONDAY_TO_FRIDAY, Shift, Workdays
from subscribers.sentence import say

# An issue that could not be made or sent for a day and a half is no longer what its readers expect: a person decides.
MOST_LATENESS = timedelta(hours=36)
# What is sent later than that is another month's.
LONGEST_LATENESS = timedelta(days=28)

# Between a draft and its sending lie four weeks at most (timetable.LONGEST_DRAFT_BEFORE).
LONGEST_LEAD = timedelta(days=28)
MOST_WORKDAYS = 20

# A month of a busy blog; more are never "too little".
MOST_LEAST = 100

_LEAD = re.compile(r"([0-9]{1,3})\s*(wd|d|h)", re.IGNORECASE | re.ASCII)


class Stage(StrEnum):
    """What happens on the way of an issue, in this order."""

    DRAFT = "draft"
    CONTRIBUTIONS = "contributions"
    REVIEW = "review"
    APPROVAL = "approval"
    SENDING = "sending"

    @property
    def words(self) -> str:
        """The stage as a line of a calendar says it."""
        return _SAID[self]


_SAID = {
    Stage.DRAFT: "draft opens",
    Stage.CONTRIBUTIONS: "contributions due",
    Stage.REVIEW: "review starts",
    Stage.APPROVAL: "approval due",
    Stage.SENDING: "sent",
}


@dataclass(frozen=True, slots=True)
class Lead:
    """How long before the sending: so many days and hours by the calendar, or so many working days."""

    span: timedelta = timedelta()
    workdays: int = 0

    def __str__(self) -> str:
        if self.workdays:
            return f"{self.workdays}wd"
        hours = self.span // timedelta(hours=1)
        return f"{self.span.days}d" if hours % 24 == 0 else f"{hours}h"

    def before(self, sending: datetime, workdays: Workdays) -> datetime:
        """Give the wall time that lies this long before the wall time *sending*."""
        return workdays.before(sending, self.workdays) - self.span


@dataclass(frozen=True, slots=True)
class Practice:
    """What is owed when, and what is too little or too late."""

    contributions: Lead | None = None
    review: Lead | None = None
    approval: Lead | None = None
    # What becomes of a day of sending on which nobody works, and where that is.
    shift: Shift = Shift.KEEP
    workdays: Workdays = MONDAY_TO_FRIDAY
    # With fewer new posts there is no issue, or one that is held.
    least: int = 1
    most_lateness: timedelta = MOST_LATENESS

    def __post_init__(self) -> None:
        """Refuse what cannot be kept to.

        Raises:
            BadValue: there are too many posts wanted, or too much lateness is allowed.

        """
        if not 1 <= self.least <= MOST_LEAST:
            raise BadValue(say("least"), self.least, say("between 1 and %(most)s posts", most=MOST_LEAST))
        if not timedelta() <= self.most_lateness <= LONGEST_LATENESS:
            raise BadValue(say("lateness"), self.most_lateness, say("between 0 and %(days)s days", days=LONGEST_LATENESS.days))


USUAL = Practice()


@dataclass(frozen=True, slots=True)
class Milestone:
    """One date on the way of an issue."""

    stage: Stage
    at: datetime


def parse_lead(text: str) -> Lead:
    """Read "3d", "36h", or "2wd" for working days.

    Raises:
        BadValue: it is written otherwise, is nothing, or longer than four weeks.

    """
    match = _LEAD.fullmatch(text.strip())
    if match is None:
        raise BadValue(say("time before"), text, say("write it as 3d, 36h, or 2wd for working days"))
    count, unit = int(match[1]), match[2].lower()
    lead = Lead(workdays=count) if unit == "wd" else Lead(timedelta(days=count) if unit == "d" else timedelta(hours=count))
    if lead == Lead() or lead.span > LONGEST_LEAD or lead.workdays > MOST_WORKDAYS:
        raise BadValue(
            say("time before"),
            text,
            say("between 1 hour and %(days)s days, or %(most)s working days", days=LONGEST_LEAD.days, most=MOST_WORKDAYS),
        )
    return lead


def milestones(practice: Practice, sending: datetime, zone: str, draft_at: datetime | None) -> tuple[Milestone, ...]:
    """Give the dates of an issue that is sent at the wall time *sending* in *zone*, in the order of its stages.

    Stages without a date of their own are left out. Where holidays would bring one before what must precede it, both have
    the same date; nothing is due after the sending, whatever clocks did in between.
    """
    sent_at = instant(sending, zone)
    found: list[Milestone] = []
    for one in _said(practice, sending, zone, draft_at):
        earliest = found[-1].at if found else one.at
        found.append(Milestone(one.stage, min(max(one.at, earliest), sent_at)))
    return tuple(found)


def misplaced(practice: Practice, sending: datetime, zone: str, draft_at: datetime | None) -> tuple[Stage, Stage] | None:
    """Give the first two stages that the practice itself puts the wrong way round, the one that must come first first."""
    for earlier, later in pairwise(_said(practice, sending, zone, draft_at)):
        if later.at < earlier.at:
            return (earlier.stage, later.stage)
    return None


def _said(practice: Practice, sending: datetime, zone: str, draft_at: datetime | None) -> tuple[Milestone, ...]:
    opening = () if draft_at is None else (Milestone(Stage.DRAFT, draft_at),)
    return (*opening, *_before(practice, sending, zone), Milestone(Stage.SENDING, instant(sending, zone)))


def _before(practice: Practice, sending: datetime, zone: str) -> Iterator[Milestone]:
    owed = (
        (Stage.CONTRIBUTIONS, practice.contributions),
        (Stage.REVIEW, practice.review),
        (Stage.APPROVAL, practice.approval),
    )
    for stage, lead in owed:
        if lead is not None:
            yield Milestone(stage, instant(lead.before(sending, practice.workdays), zone))
