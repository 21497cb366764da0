"""What a schedule makes: its slots, one a month, whatever is recorded of them; pure."""

from datetime import datetime, time, timedelta

from newsletter.errors import BadValue
from newsletter.issues.practice import USUAL, Practice, misplaced
from newsletter.issues.recurrence import (
    MOST_OCCURRENCES,
    Occurrence,
    Recurrence,
    instant,
    occurrences,
    parse_zone,
)
from newsletter.issues.schedule import Covers, Schedule, Slot, SlotState, WhenEmpty, covered_month, usual_cover
from subscribers.sentence import say

# A draft made earlier would miss most of its month.
LONGEST_DRAFT_BEFORE = timedelta(days=28)

# Between a draft and its sending clocks may be changed; the largest change there was skipped a day (Apia, 2011).
LARGEST_CLOCK_CHANGE = timedelta(days=1)

# So many slots ahead are looked at before a calendar is taken: a year, in which holidays fall on all days of the week.
SLOTS_AHEAD = 12


def propose(
    newsletter_id: int,
    recurrence: Recurrence,
    at: time,
    zone: str,
    draft_before: timedelta,
    covers: Covers | None,
    when_empty: WhenEmpty,
    now: datetime,
    practice: Practice = USUAL,
) -> Schedule:
    """Give the schedule that would hold from *now* on; keeps nothing.

    `covers` None leaves the month to the rule: up to the 15th an issue looks back on the month before.

    Raises:
        BadValue: the zone is not known, the draft would be made after the sending or too long before, or a date would come
            before one that must precede it.

    """
    if not timedelta() <= draft_before <= LONGEST_DRAFT_BEFORE:
        raise BadValue(say("draft before"), draft_before, say("between 0 and %(days)s days", days=LONGEST_DRAFT_BEFORE.days))
    proposed = Schedule(
        id=0,
        newsletter_id=newsletter_id,
        recurrence=recurrence,
        at=at,
        zone=parse_zone(zone),
        draft_before=draft_before,
        covers=covers or usual_cover(recurrence),
        when_empty=when_empty,
        created_at=now,
        ended_at=None,
        practice=practice,
    )
    _require_order(proposed, now)
    return proposed


def _require_order(proposed: Schedule, now: datetime) -> None:
    slots = coming(proposed, now, count=SLOTS_AHEAD)
    wrong = [misplaced(slot.practice, datetime.fromisoformat(slot.slot_key), slot.zone, slot.draft_at) for slot in slots]
    # In a month of holidays working days may be longer than days; where no month is right, somebody mistook one for another.
    if wrong and all(wrong):
        assert wrong[0] is not None
        earlier, later = wrong[0]
        raise BadValue(say("calendar"), later.words, say("would come before “%(words)s”", words=earlier.words))


def coming(of: Schedule, after: datetime, *, until: datetime | None = None, count: int = MOST_OCCURRENCES) -> tuple[Slot, ...]:
    """Give the slots of a schedule later than *after* and not later than *until*, in order, at most *count*."""
    practice = of.practice
    found = occurrences(
        of.recurrence,
        of.at,
        of.zone,
        after=after,
        until=until,
        count=count,
        shift=practice.shift,
        workdays=practice.workdays,
    )
    return tuple(_planned(of, occurrence) for occurrence in found)


def _planned(of: Schedule, occurrence: Occurrence) -> Slot:
    return Slot(
        newsletter_id=of.newsletter_id,
        slot_key=occurrence.slot_key,
        schedule_id=of.id,
        month=covered_month(occurrence.slot_key, of.covers),
        when_empty=of.when_empty,
        draft_at=_draft_at(of, occurrence),
        send_at=occurrence.send_at,
        state=SlotState.PLANNED,
        issue_id=None,
        attempts=0,
        note="",
        zone=of.zone,
        practice=of.practice,
    )


def _draft_at(of: Schedule, occurrence: Occurrence) -> datetime:
    """Give the moment of drafting: so many days before by the calendar, at the same hour whatever the clocks did since."""
    nominal = datetime.fromisoformat(occurrence.slot_key) - of.draft_before
    return min(instant(nominal, of.zone), occurrence.send_at)
