"""`newsletter newsletters timezone` and `readers`: a newsletter moves to another time zone, or goes to another list."""

import click
from rich.text import Text

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.issues import listchange, newsletters, zonechange
from newsletter.issues.model import Newsletter
from newsletter.issues.store import IssueLine
from newsletter.issues.zonechange import Kept
from newsletter.staff.permissions import Permission
from subscribers import register


@click.command("timezone")
@click.argument("name")
@click.argument("zone")
@common
@pass_door
def timezone(door: Door, name: str, zone: str) -> None:
    """Give a newsletter another time zone; issues that have a time keep their moment, and the calendar its own zone.

    Months are cut by it and times are shown in it from then on. Events at an hour that name no zone get the one before.

    Example: newsletter newsletters timezone "CPDWL Newsletter" America/New_York
    """
    with door.acting(Permission.MANAGE_NEWSLETTERS) as acting:
        known = newsletters.find(acting.tx, name)
        kept = zonechange.kept(acting.tx, known)
        moved = zonechange.change(acting.tx, known.id, zone)
        acting.record("newsletter.zone", f"newsletter {known.name}", before=known.zone, after=moved.zone)
    door.answer(_of_zone(known, moved, kept), *_told_of_zone(known, moved, kept))


@click.command("readers")
@click.argument("name")
@click.argument("list_name", metavar="LIST")
@common
@pass_door
def readers(door: Door, name: str, list_name: str) -> None:
    """Let the issues of a newsletter that are approved from now on go to another list.

    Those that are approved already go to the list they were approved for. Nobody is moved from the one to the other.

    Example: newsletter newsletters readers "CPDWL Newsletter" members
    """
    with door.acting(Permission.MANAGE_NEWSLETTERS) as acting:
        known = newsletters.find(acting.tx, name)
        wanted = register.find_list(acting.tx, list_name)
        left = listchange.left(acting.tx, known)
        listchange.change(acting.tx, known.id, wanted.id)
        acting.record("newsletter.list", f"newsletter {known.name}", before=left.list.name, after=wanted.name)
    lines = [f"{known.name} goes to {wanted.name} from now on; it went to {left.list.name}."]
    lines += [f"{_called(line)} stays with {left.list.name}, for which it was approved." for line in left.issues]
    if left.is_alone and wanted != left.list:
        lines.append(f"Nothing goes to {left.list.name} any more, so nobody can join it.")
    document = {
        "newsletter": known.slug,
        "list": wanted.slug,
        "former_list": left.list.slug,
        "stay_with_former": [line.id for line in left.issues],
        "former_is_without_newsletter": left.is_alone and wanted != left.list,
    }
    door.answer(document, *map(shown.line, lines))


def _of_zone(known: Newsletter, moved: Newsletter, kept: Kept) -> dict[str, object]:
    return {
        "newsletter": known.slug,
        "timezone": moved.zone,
        "former_timezone": known.zone,
        "keep_their_moment": [{"issue": line.id, "send_at": line.send_at} for line in kept.issues],
        "calendar_counts_by": kept.calendar.zone if kept.calendar is not None else None,
        "events_that_keep_their_zone": kept.events,
    }


def _told_of_zone(known: Newsletter, moved: Newsletter, kept: Kept) -> list[Text]:
    lines = [f"{known.name} is in {moved.zone}; it was in {known.zone}."]
    lines += [
        f"{_called(line)} keeps its moment: {shown.moment(line.send_at, known.zone)}, which is "
        f"{shown.moment(line.send_at, moved.zone)}."
        for line in kept.issues
    ]
    if kept.calendar is not None and kept.calendar.zone != moved.zone:
        lines.append(f"Its calendar counts by {kept.calendar.zone} as before; newsletter newsletters schedule changes that.")
    if kept.events and known.zone != moved.zone:
        lines.append(f"Events that name no zone are meant in {known.zone}, which is written beside them: {kept.events}.")
    return [shown.line(text) for text in lines]


def _called(line: IssueLine) -> str:
    return f"No. {line.number}, {line.title},"
