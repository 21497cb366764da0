"""The nouns of the calendar: a newsletter's schedule, its slots, and what they say about months; pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from newsletter.issues.model import Month
from newsletter.issues.practice import MOST_LATENESS, USUAL, Milestone, Practice, milestones
from newsletter.issues.recurrence import Recurrence, instant

# Until the middle of a month an issue looks back on the one before.
LAST_DAY_LOOKING_BACK = 15


class Covers(StrEnum):
    """Which month's posts the issue of a slot carries."""

    PREVIOUS = "previous"
    SAME = "same"


class WhenEmpty(StrEnum):
    """What becomes of a slot whose month has no posts, or fewer than are wanted."""

    # No issue this time; what there is waits for the next one.
    SKIP = "skip"
    # An issue with what there is and its letters to be written, held for an editor.
    HOLD = "hold"


class SlotState(StrEnum):
    """Where a slot stands."""

    PLANNED = "planned"
    # In the hands of a worker.
    DRAFTING = "drafting"
    # Its issue exists and its time has not come.
    DRAFTED = "drafted"
    # Its issue was handed to the mailer, cancelled, or given another time by hand.
    DONE = "done"
    # A person must act.
    HELD = "held"
    # The month had no posts, or too few.
    SKIPPED = "skipped"
    # Nobody was there when its time came, and for too long.
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the issues of a newsletter are due, from a moment on."""

    id: int
    newsletter_id: int
    recurrence: Recurrence
    # Wall time in `zone` (IANA).
    at: time
    zone: str
    draft_before: timedelta
    covers: Covers
    when_empty: WhenEmpty
    created_at: datetime
    ended_at: datetime | None
    practice: Practice = USUAL


@dataclass(frozen=True, slots=True)
class Slot:
    """One nominal local date-time of a newsletter, used for one issue at most."""

    newsletter_id: int
    # The nominal local time, such as "2020-02-03T09:00".
    slot_key: str
    schedule_id: int
    # Whose posts its issue carries.
    month: Month
    when_empty: WhenEmpty
    draft_at: datetime
    send_at: datetime
    state: SlotState
    issue_id: int | None
    # How often a worker has taken it to draft.
    attempts: int
    # Why it stands where it stands, for a person.
    note: str
    zone: str = "UTC"
    practice: Practice = USUAL

    @property
    def milestones(self) -> tuple[Milestone, ...]:
        """The dates on the way of its issue, in the order of its stages."""
        return milestones(self.practice, datetime.fromisoformat(self.slot_key), self.zone, self.draft_at)

    def is_overdue(self, now: datetime) -> bool:
        """Whether it is too late to draft it without asking."""
        return self.send_at < now - self.practice.most_lateness


@dataclass(frozen=True, slots=True)
class Due:
    """An issue whose time of sending has come, by its slot or by hand."""

    issue_id: int
    newsletter_id: int
    # None for an issue that was never drafted for a slot.
    slot_key: str | None
    send_at: datetime
    most_lateness: timedelta = MOST_LATENESS

    def is_late(self, now: datetime) -> bool:
        """Whether it is too late to send it without asking."""
        return now - self.send_at > self.most_lateness


def usual_cover(recurrence: Recurrence) -> Covers:
    """Give the month an issue carries when nobody says otherwise."""
    return Covers.PREVIOUS if recurrence.latest_day <= LAST_DAY_LOOKING_BACK else Covers.SAME


def covered_month(slot_key: str, covers: Covers) -> Month:
    """Give the month whose posts the issue of this slot carries."""
    month = Month.of(datetime.fromisoformat(slot_key).date())
    return month.previous if covers is Covers.PREVIOUS else month


def start_of(month: Month, zone: str) -> datetime:
    """Give the moment *month* begins in *zone*, in UTC."""
    return instant(datetime(month.year, month.month, 1), zone)  # noqa: DTZ001 -- wall time, read in `zone`
