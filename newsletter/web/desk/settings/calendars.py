"""The calendar of a newsletter at the desk: when its issues are due, and the next dates before anything is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from starlette.responses import Response

from newsletter.errors import BadValue
from newsletter.issues import calendar, newsletters, schedulebook, timetable
from newsletter.issues.model import Newsletter
from newsletter.issues.practice import LONGEST_LEAD, MOST_LEAST, Lead, Practice, Stage, parse_lead
from newsletter.issues.recurrence import LAST, Recurrence, Unit, parse_recurrence, parse_wall_time, parse_zone
from newsletter.issues.schedule import Covers, Schedule, Slot, WhenEmpty
from newsletter.issues.workdays import Shift, Workdays, parse_country
from newsletter.languages.catalogue import later
from newsletter.web.desk import meanwhile
from newsletter.web.desk.meanwhile import SEEN_FIELD, Asked, Both
from newsletter.web.desk.settings import papers, sheets
from newsletter.web.desk.settings.papers import tabs
from newsletter.web.visits import Site, Visit
from subscribers.sentence import say
from subscribers.tokens import Purpose

# Half a year: enough to see where holidays fall.
SHOWN = 6

_WHICH = {
    "first": later("the first"),
    "second": later("the second"),
    "third": later("the third"),
    "fourth": later("the fourth"),
    "last": later("the last"),
}
_COVERS = {
    "": later("By the day: up to the 15th the month before"),
    Covers.PREVIOUS: later("Posts of the month before"),
    Covers.SAME: later("Posts of the same month"),
}
_EMPTY = {
    WhenEmpty.SKIP: later("No issue; its posts wait for the next"),
    WhenEmpty.HOLD: later("An issue that is held for an editor"),
}
_SHIFTS = {
    Shift.KEEP: later("stays there"),
    Shift.BEFORE: later("moves to the working day before"),
    Shift.AFTER: later("moves to the working day after"),
}
_UNITS = {
    Unit.MONDAY: later("Monday"),
    Unit.TUESDAY: later("Tuesday"),
    Unit.WEDNESDAY: later("Wednesday"),
    Unit.THURSDAY: later("Thursday"),
    Unit.FRIDAY: later("Friday"),
    Unit.SATURDAY: later("Saturday"),
    Unit.SUNDAY: later("Sunday"),
    Unit.WEEKDAY: later("working day (Monday to Friday)"),
}
_STAGES = {
    Stage.DRAFT: later("draft opens"),
    Stage.CONTRIBUTIONS: later("contributions due"),
    Stage.REVIEW: later("review starts"),
    Stage.APPROVAL: later("approval due"),
    Stage.SENDING: later("sent"),
}
_LEADS = ("contributions", "review", "approval")

_USUAL = {
    "which": "first",
    "unit": "monday",
    "day": "1",
    "at": "09:00",
    "draft_before": "7",
    "covers": "",
    "when_empty": WhenEmpty.SKIP.value,
    "contributions": "",
    "review": "",
    "approval": "",
    "shift": Shift.KEEP.value,
    "country": "",
    "least": "1",
    "most_late": "36",
}


_ASKED: meanwhile.Form = {
    "which": Asked(later("On"), _WHICH | {"day": later("the day of the month below")}),
    "unit": Asked(later("Day of the week"), {**_UNITS, "day": later("day (with “the last”)")}),
    "day": Asked(later("Or day of the month")),
    "at": Asked(later("At")),
    "zone": Asked(later("Time zone")),
    "shift": Asked(later("A day on which nobody works"), _SHIFTS),
    "country": Asked(later("Whose holidays count")),
    "draft_before": Asked(later("Days before, the draft is made")),
    "contributions": Asked(later("Letters are due")),
    "review": Asked(later("Review starts")),
    "approval": Asked(later("Approval is due")),
    "covers": Asked(later("Whose posts"), _COVERS),
    "least": Asked(later("With fewer posts it is empty")),
    "when_empty": Asked(later("An empty month"), _EMPTY),
    "most_late": Asked(later("Hours late at most")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """An issue to come, with its dates."""

    slot: Slot
    # In the order of the stages that the table shows; None: it has no such date.
    dates: tuple[datetime | None, ...]


def show(site: Site, visit: Visit) -> Response:
    """Show the calendar, or, with what is typed in the address, the dates that it would make."""
    with site.application.database.read() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
        current = schedulebook.schedule_of(tx, known.id)
        slots = calendar.upcoming(tx, known.id, visit.now, SHOWN)
        lost = calendar.without_issue(tx, known.id, visit.now)
    if "which" not in visit.query:
        return _page(site, visit, known, _fields(known, current), slots=slots, lost=lost, current=current)
    typed = _typed(visit.query)
    try:
        proposed = _proposed(known, typed, visit.now)
    except BadValue as error:
        return _page(site, visit, known, typed, slots=(), lost=(), current=current, refused=error)
    coming = timetable.coming(proposed, visit.now, count=SHOWN)
    return _page(site, visit, known, typed, slots=coming, lost=(), current=current, is_draft=True)


def save(site: Site, visit: Visit) -> Response:
    """Let a calendar hold from now on."""
    with site.application.database.read() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
        current = schedulebook.schedule_of(tx, known.id)
    typed = _typed(visit.form)
    try:
        proposed = _proposed(known, typed, visit.now)
    except BadValue as error:
        return _page(site, visit, known, typed, slots=(), lost=(), current=current, refused=error)
    with site.application.database.write() as tx:
        newsletters.take_turn(tx, known.id)
        current = schedulebook.schedule_of(tx, known.id)
        both = meanwhile.look(_ASKED, visit.text(SEEN_FIELD), _fields(known, current), typed, visit.words)
        if both is not None:
            merged = dict(both.merged)
            slots = _dates(known, merged, visit.now)
            return _page(site, visit, known, merged, slots=slots, lost=(), current=current, is_draft=True, both=both)
        schedulebook.set_schedule(tx, proposed)
        day = str(proposed.recurrence)
        sheets.record(tx, visit, "newsletter.schedule", f"newsletter {known.name}", day=day, at=typed["at"])
    return sheets.done(f"{papers.address(known.id)}/calendar", "calendar")


def _dates(known: Newsletter, typed: Mapping[str, str], now: datetime) -> tuple[Slot, ...]:
    """Give the dates that a calendar would make; none where what two people typed does not go together."""
    try:
        return timetable.coming(_proposed(known, typed, now), now, count=SHOWN)
    except BadValue:
        return ()


def _page(
    site: Site,
    visit: Visit,
    known: Newsletter,
    typed: Mapping[str, str],
    *,
    slots: tuple[Slot, ...],
    lost: tuple[Slot, ...],
    current: Schedule | None,
    is_draft: bool = False,
    refused: Exception | None = None,
    both: Both | None = None,
) -> Response:
    application = site.application
    # Over what was shown first, however often its dates were looked at.
    seen = "" if both is not None else visit.form.get(SEEN_FIELD, visit.query.get(SEEN_FIELD, ""))
    stages = [stage for stage in Stage if any(stage is one.stage for slot in slots for one in slot.milestones)]
    return sheets.page(
        site,
        visit,
        "calendar",
        at="newsletters",
        refused=refused,
        both=both,
        seen=seen or meanwhile.stamp(_ASKED, _fields(known, current)),
        newsletter=known,
        tabs=tabs(known, visit.words),
        typed=typed,
        stages=[_STAGES[stage] for stage in stages],
        rows=[_row(slot, stages) for slot in slots],
        lost=lost,
        current=current,
        is_draft=is_draft,
        link=application.links.calendar(application.keyring.seal(Purpose.CALENDAR, known.id)),
        zones=sorted(available_timezones()),
        which=sheets.spoken(visit, _WHICH),
        units={unit.value: words for unit, words in _UNITS.items()},
        covers=sheets.spoken(visit, _COVERS),
        empties=sheets.spoken(visit, _EMPTY),
        shifts=sheets.spoken(visit, _SHIFTS),
        most_least=MOST_LEAST,
        most_before=timetable.LONGEST_DRAFT_BEFORE.days,
    )


def _row(slot: Slot, stages: list[Stage]) -> Row:
    dates = {one.stage: one.at for one in slot.milestones}
    return Row(slot, tuple(dates.get(stage) for stage in stages))


def _typed(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given.get(name, usual).strip() for name, usual in (_USUAL | {"zone": ""}).items()}


def _fields(known: Newsletter, current: Schedule | None) -> dict[str, str]:
    if current is None:
        return _USUAL | {"zone": known.zone}
    practice = current.practice
    return {
        **_day_fields(current.recurrence),
        "at": current.at.isoformat(timespec="minutes"),
        "zone": current.zone,
        "draft_before": str(current.draft_before.days),
        "covers": current.covers.value,
        "when_empty": current.when_empty.value,
        **{name: str(getattr(practice, name) or "") for name in _LEADS},
        "shift": practice.shift.value,
        "country": practice.workdays.country,
        "least": str(practice.least),
        "most_late": str(practice.most_lateness // timedelta(hours=1)),
    }


def _day_fields(recurrence: Recurrence) -> dict[str, str]:
    if recurrence.unit is Unit.DAY and recurrence.position != LAST:
        return {"which": "day", "unit": "monday", "day": str(recurrence.position)}
    which, _, unit = str(recurrence).partition(" ")
    return {"which": which, "unit": unit, "day": "1"}


def _proposed(known: Newsletter, typed: Mapping[str, str], now: datetime) -> Schedule:
    """Give the schedule that was typed.

    Raises:
        BadValue: something in it cannot be used.

    """
    day = f"day {typed['day']}" if typed["which"] == "day" else f"{typed['which']} {typed['unit']}"
    return timetable.propose(
        known.id,
        parse_recurrence(day),
        parse_wall_time(typed["at"]),
        parse_zone(typed["zone"] or known.zone),
        timedelta(days=_count(typed, "draft_before")),
        _covers(typed["covers"]),
        _when_empty(typed["when_empty"]),
        now,
        _practice(typed),
    )


def _practice(typed: Mapping[str, str]) -> Practice:
    if typed["shift"] not in set(Shift):
        raise BadValue(say("day off"), typed["shift"], say("is one of %(shift)s", shift=", ".join(Shift)))
    return Practice(
        **{name: _lead(typed[name]) for name in _LEADS},
        shift=Shift(typed["shift"]),
        workdays=Workdays(parse_country(typed["country"])),
        least=_count(typed, "least"),
        most_lateness=timedelta(hours=_count(typed, "most_late")),
    )


def _lead(text: str) -> Lead | None:
    return parse_lead(text) if text else None


def _covers(text: str) -> Covers | None:
    if text and text not in set(Covers):
        raise BadValue(say("posts"), text, say("is one of %(covers)s", covers=", ".join(Covers)))
    return Covers(text) if text else None


def _when_empty(text: str) -> WhenEmpty:
    if text not in set(WhenEmpty):
        raise BadValue(say("empty month"), text, say("is one of %(whenempty)s", whenempty=", ".join(WhenEmpty)))
    return WhenEmpty(text)


def _count(typed: Mapping[str, str], name: str) -> int:
    text = typed[name]
    most = LONGEST_LEAD // timedelta(hours=1)
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= most):  # noqa: PLR2004 -- four digits are more
        raise BadValue(
            {"draft_before": say("days before"), "least": say("posts at least"), "most_late": say("hours late")}[name],
            text,
            say("is a whole number up to %(most)s", most=most),
        )
    return int(text)
