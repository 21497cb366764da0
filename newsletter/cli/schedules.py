"""`newsletter newsletters schedule` and `calendar`: when issues are due, and what is owed before."""

from collections.abc import Callable
from datetime import timedelta
from functools import reduce
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import LeadType, SpanType
from newsletter.issues import calendar, newsletters, production, schedulebook, timetable
from newsletter.issues.model import Newsletter
from newsletter.issues.practice import MOST_LEAST, Lead, Practice, Stage
from newsletter.issues.recurrence import parse_recurrence, parse_wall_time, parse_zone
from newsletter.issues.schedule import Covers, Slot, WhenEmpty
from newsletter.issues.workdays import Shift, Workdays, parse_country
from newsletter.staff.permissions import Permission
from subscribers.tokens import Purpose

CALENDAR_LENGTH = 12
LONGEST_CALENDAR = 120

SHIFTS = click.Choice([one.value for one in Shift])
COVERS = click.Choice([one.value for one in Covers])
LEAST = click.IntRange(1, MOST_LEAST)
EMPTY = click.Choice([one.value for one in WhenEmpty])


P = ParamSpec("P")
R = TypeVar("R")


# What is owed before an issue is sent, and what is too little or too late.
_OWED = (
    click.option("--contributions-before", "contributions", type=LeadType(), help="When letters are due: 5d, 36h, 2wd."),
    click.option("--review-before", "review", type=LeadType(), help="When the review starts: 3d, or 2wd for working days."),
    click.option("--approval-before", "approval", type=LeadType(), help="When somebody must have approved it: 1d, or 1wd."),
    click.option("--on-day-off", "shift", type=SHIFTS, default="keep", show_default=True, help="Where a day off is moved to."),
    click.option("--country", default="", metavar="CODE", help="Whose holidays are days off, such as NL or DE-BY."),
    click.option("--least", type=LEAST, default=1, show_default=True, help="With fewer posts it is empty."),
    click.option("--most-late", type=SpanType(), default="36h", show_default=True, help="Later than that a person decides."),
)


def _with_owed(command: Callable[P, R]) -> Callable[P, R]:
    return reduce(lambda made, option: option(made), reversed(_OWED), command)


def _practice(
    *,
    contributions: Lead | None,
    review: Lead | None,
    approval: Lead | None,
    shift: str,
    country: str,
    least: int,
    most_late: timedelta,
) -> Practice:
    workdays = Workdays(parse_country(country))
    return Practice(contributions, review, approval, Shift(shift), workdays, least, most_late)


@click.command("schedule")
@click.argument("name")
@click.argument("recurrence", metavar="DAY")
@click.argument("at", metavar="TIME")
@click.option(
    "--draft-before", type=SpanType(), default="7d", show_default=True, help="How long before sending the draft is made."
)
@click.option("--covers", type=COVERS, help="Whose posts it carries; by the day if not said.")
@click.option("--when-empty", type=EMPTY, default="skip", show_default=True, help="What becomes of a month with too few posts.")
@click.option("--timezone", "zone", metavar="Z", help="Where TIME is meant; the newsletter's own if not said.")
@_with_owed
@click.option("--dry-run", "is_rehearsal", is_flag=True, help="Show the dates and change nothing.")
@common
@pass_door
def schedule(
    door: Door,
    /,
    name: str,
    recurrence: str,
    at: str,
    *,
    draft_before: timedelta,
    covers: str | None,
    when_empty: str,
    zone: str | None,
    is_rehearsal: bool,
    **owed: Any,  # noqa: ANN401 -- as the options of `_practice` read them
) -> None:
    """Say when the issues are due, every month, and what is owed before.

    DAY is "first monday", "last friday", "second weekday", "day 15" or "last day"; TIME is local.

    Example: newsletter newsletters schedule "CPDWL Newsletter" "first monday" 09:00 --draft-before 7d
    """
    with door.reading() as tx:
        known = newsletters.find(tx, name)
    rule = parse_recurrence(recurrence)
    proposed = timetable.propose(
        known.id,
        rule,
        parse_wall_time(at),
        parse_zone(zone or known.zone),
        draft_before,
        Covers(covers) if covers else None,
        WhenEmpty(when_empty),
        door.now(),
        _practice(**owed),
    )
    if is_rehearsal:
        _answer_slots(door, known, timetable.coming(proposed, door.now(), count=CALENDAR_LENGTH), is_rehearsal=True)
        return
    with door.acting(Permission.MANAGE_NEWSLETTERS) as acting:
        schedulebook.set_schedule(acting.tx, proposed)
        acting.record("newsletter.schedule", f"newsletter {known.name}", day=str(rule), at=at)
        slots = calendar.upcoming(acting.tx, known.id, acting.now, CALENDAR_LENGTH)
    _answer_slots(door, known, slots)


@click.command("calendar")
@click.argument("name")
@click.option("--count", type=click.IntRange(1, LONGEST_CALENDAR), default=CALENDAR_LENGTH, show_default=True, help="How many.")
@click.option("--ics", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the dates as an iCalendar file.")
@click.option("--link", is_flag=True, help="Show the address that a calendar program subscribes to.")
@common
@pass_door
def calendar_(door: Door, name: str, *, count: int, file: Path | None, link: bool) -> None:
    """Show the next times an issue is due, what is owed before, and which of the last months were skipped or missed.

    The address of `--link` is for the staff: whoever has it reads the dates, and nothing else.

    Example: newsletter newsletters calendar "CPDWL Newsletter" --count 12
    """
    with door.reading() as tx:
        known = newsletters.find(tx, name)
        slots = calendar.upcoming(tx, known.id, door.now(), count)
        lost = calendar.without_issue(tx, known.id, door.now())
    application = door.application
    if file is not None:
        links = application.links
        file.write_bytes(production.calendar_of(known, slots, links.host, links.desk_issue, door.now()))
        door.note(f"{file} holds the dates of {len(slots)} issues.")
    if link:
        address = application.links.calendar(application.keyring.seal(Purpose.CALENDAR, known.id))
        door.answer({"newsletter": known.slug, "link": address}, address)
        return
    _answer_slots(door, known, slots, lost)


def _answer_slots(
    door: Door, newsletter: Newsletter, slots: tuple[Slot, ...], lost: tuple[Slot, ...] = (), *, is_rehearsal: bool = False
) -> None:
    document = [
        {
            "slot": slot.slot_key,
            "timezone": slot.zone,
            "send_at": slot.send_at,
            "draft_at": slot.draft_at,
            "dates": {one.stage.value: one.at for one in slot.milestones},
            "month": str(slot.month),
            "state": slot.state.value,
            "issue": slot.issue_id,
        }
        for slot in slots
    ]
    without = [{"month": str(slot.month), "state": slot.state.value, "why": slot.note} for slot in lost]
    stages = [stage for stage in Stage if any(stage is one.stage for slot in slots for one in slot.milestones)]
    rows = [(*_dates(slot, stages), slot.month.words, slot.state.value) for slot in slots]
    note = [shown.line(f"{slot.month.words} has no issue: {slot.state.value}, {slot.note}.") for slot in lost]
    note += [shown.line("Nothing was changed.")] if is_rehearsal else []
    door.answer(
        {
            "newsletter": newsletter.slug,
            "slots": document,
            "without_issue": without,
            **({"dry_run": True} if is_rehearsal else {}),
        },
        shown.table((*(stage.words for stage in stages), "posts of", "state"), rows)
        if slots
        else shown.line(
            f'{newsletter.name} has no schedule: newsletter newsletters schedule {newsletter.slug} "first monday" 09:00'
        ),
        *note,
    )


def _dates(slot: Slot, stages: list[Stage]) -> list[str]:
    dates = {one.stage: one.at for one in slot.milestones}
    return [shown.moment(dates.get(stage), slot.zone) for stage in stages]
