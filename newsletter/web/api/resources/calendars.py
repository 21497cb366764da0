"""When the issues of a newsletter are due, and what is owed before each is sent."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query
from pydantic import Field

from newsletter.issues import calendar, newsletters, schedulebook, timetable
from newsletter.issues.model import Newsletter
from newsletter.issues.practice import LONGEST_LATENESS, MOST_LEAST, Practice, Stage, parse_lead
from newsletter.issues.recurrence import parse_recurrence, parse_wall_time, parse_zone
from newsletter.issues.schedule import Covers, Schedule, Slot, SlotState, WhenEmpty
from newsletter.issues.workdays import Shift, Workdays, parse_country
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Line
from newsletter.web.api.routing import Routes
from newsletter.web.visits import Of

PAPERS = Permission.MANAGE_NEWSLETTERS
HERE = "/newsletters/{newsletter_id:int}/calendar"

_HOUR = timedelta(hours=1)
# As many as the desk tells of a year.
USUAL_COUNT = 12
MOST_COUNT = 120

routes = Routes("calendars", "When issues are due, and what is owed before.")

Lead = Annotated[Line | None, Field(description="How long before: `5d`, `36h`, or `2wd` for working days.")]


class Terms(Given):
    """When issues are due every month, and what is owed before; it takes the place of what held."""

    day: Line = Field(description="`first monday`, `last friday`, `second weekday`, `day 15` or `last day`.")
    at: Line = Field(description="Local time, `09:00`.")
    zone: Line | None = Field(None, description="Where this time is meant; the newsletter's own if not said.")
    draft_hours: Annotated[int, Field(ge=0, le=timetable.LONGEST_DRAFT_BEFORE // _HOUR)] = Field(
        168, description="How long before sending the draft is made."
    )
    covers: Covers | None = Field(None, description="Whose posts it carries; by the day if not said.")
    when_empty: WhenEmpty = WhenEmpty.SKIP
    contributions: Lead = None
    review: Lead = None
    approval: Lead = None
    shift: Shift = Field(Shift.KEEP, description="Where a day off is moved to.")
    country: Line = Field("", description="Whose holidays are days off, such as `NL` or `DE-BY`.")
    least: Annotated[int, Field(ge=1, le=MOST_LEAST)] = Field(1, description="With fewer posts it is empty.")
    late_hours: Annotated[int, Field(ge=0, le=LONGEST_LATENESS // _HOUR)] = Field(
        36, description="Later than that a person decides."
    )


class TermsAnswer(Answer):
    """What holds now."""

    day: str
    at: str
    zone: str
    draft_hours: int
    covers: Covers
    when_empty: WhenEmpty
    contributions: str | None
    review: str | None
    approval: str | None
    shift: Shift
    country: str
    least: int
    late_hours: int


class DateAnswer(Answer):
    """One date on the way of an issue."""

    stage: Stage
    at: datetime


class SlotAnswer(Answer):
    """One issue that is due."""

    month: str
    state: SlotState
    issue_id: int | None
    dates: list[DateAnswer]


class CalendarAnswer(Answer):
    """When issues are due."""

    terms: TermsAnswer | None = Field(description="Null: nobody said.")
    coming: list[SlotAnswer]


@routes.get(HERE, PAPERS, Of.NEWSLETTER)
def show_calendar(
    call: Calling,
    newsletter_id: int,
    count: Annotated[int, Query(ge=1, le=MOST_COUNT, description="How many dates.")] = USUAL_COUNT,
) -> CalendarAnswer:
    """Show when the next issues of a newsletter are due, and what is owed before."""
    with call.reading() as tx:
        current = schedulebook.schedule_of(tx, newsletter_id)
        coming = calendar.upcoming(tx, newsletter_id, call.now, count)
    return _answer(current, coming)


@routes.put(HERE, PAPERS, Of.NEWSLETTER)
def set_calendar(call: Calling, newsletter_id: int, given: Terms) -> CalendarAnswer:
    """Say when the issues of a newsletter are due from now on; issues that are drafted keep their dates."""
    with call.reading() as tx:
        known = newsletters.by_id(tx, newsletter_id)
    proposed = _proposed(known, given, call.now)
    with call.acting() as acting:
        newsletters.take_turn(acting.tx, known.id)
        kept = schedulebook.set_schedule(acting.tx, proposed)
        acting.record("newsletter.schedule", f"newsletter {known.name}", day=str(kept.recurrence), at=given.at)
        return _answer(kept, calendar.upcoming(acting.tx, known.id, acting.now, USUAL_COUNT))


def _proposed(known: Newsletter, given: Terms, now: datetime) -> Schedule:
    return timetable.propose(
        known.id,
        parse_recurrence(given.day),
        parse_wall_time(given.at),
        parse_zone(given.zone or known.zone),
        timedelta(hours=given.draft_hours),
        given.covers,
        given.when_empty,
        now,
        Practice(
            contributions=parse_lead(given.contributions) if given.contributions else None,
            review=parse_lead(given.review) if given.review else None,
            approval=parse_lead(given.approval) if given.approval else None,
            shift=given.shift,
            workdays=Workdays(parse_country(given.country)),
            least=given.least,
            most_lateness=timedelta(hours=given.late_hours),
        ),
    )


def _answer(current: Schedule | None, coming: tuple[Slot, ...]) -> CalendarAnswer:
    return CalendarAnswer(terms=_terms(current) if current is not None else None, coming=[_slot(one) for one in coming])


def _slot(one: Slot) -> SlotAnswer:
    dates = [DateAnswer(stage=date.stage, at=date.at) for date in one.milestones]
    return SlotAnswer(month=str(one.month), state=one.state, issue_id=one.issue_id, dates=dates)


def _terms(one: Schedule) -> TermsAnswer:
    practice = one.practice
    leads = {name: str(lead) if (lead := getattr(practice, name)) else None for name in ("contributions", "review", "approval")}
    return TermsAnswer(
        day=str(one.recurrence),
        at=one.at.isoformat(timespec="minutes"),
        zone=one.zone,
        draft_hours=one.draft_before // _HOUR,
        covers=one.covers,
        when_empty=one.when_empty,
        **leads,
        shift=practice.shift,
        country=practice.workdays.country,
        least=practice.least,
        late_hours=practice.most_lateness // _HOUR,
    )
