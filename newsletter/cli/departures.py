"""`newsletter departures`: who left and why, and bursts that a machine made."""

from datetime import timedelta

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.parameters import HIGHEST_ID
from newsletter.people import bursts as verbs
from newsletter.people import departures as store
from newsletter.people.departures import Burst, Why
from newsletter.staff.permissions import Permission
from subscribers import register

BURST_ID = click.IntRange(1, HIGHEST_ID)
NOTHING_SAID = "nothing"


@click.command("reasons")
@click.argument("list_name", metavar="LIST")
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True, help="How far back.")
@common
@pass_door
def reasons(door: Door, list_name: str, days: int) -> None:
    """Show how many people left LIST by themselves, and what they said about it.

    Example: newsletter departures reasons readers --days 30
    """
    with door.reading() as tx:
        found = store.reasons(tx, register.find_list(tx, list_name).id, door.now() - timedelta(days=days))
    counted = {(why.value if why else NOTHING_SAID): found.get(why.value if why else "", 0) for why in (*Why, None)}
    door.answer(
        {"days": days, "people": sum(found.values()), "reasons": counted},
        shown.table(("what they said", "#people"), [(why, f"{people:,}") for why, people in counted.items()]),
    )


@click.command("bursts")
@common
@pass_door
def bursts(door: Door) -> None:
    """Show departures of many people from one network within minutes of an issue, which mail scanners make.

    Example: newsletter departures bursts
    """
    with door.reading() as tx:
        found = store.bursts(tx)
    rows = [
        (burst.id, burst.people, shown.moment(burst.first_at), burst.subject, shown.moment(burst.undone_at)) for burst in found
    ]
    door.answer(
        {"bursts": [_document(burst) for burst in found]},
        shown.table(("#burst", "#people", "from", "after", "undone"), rows) if found else shown.line("There was no burst."),
    )


@click.command("undo")
@click.argument("burst_id", type=BURST_ID)
@destructive
@common
@pass_door
def undo(door: Door, burst_id: int) -> None:
    """Put the people of a burst back on their list, except those who said something themselves since.

    Their evidence shows the departure and that you undid it.

    Example: newsletter departures undo 3
    """
    with door.reading(Permission.MANAGE_PEOPLE) as tx:
        burst = store.burst(tx, burst_id)
    door.confirm(f"Put {burst.people} people back who left after “{burst.subject}”?")
    with door.acting(Permission.MANAGE_PEOPLE) as acting:
        undone = verbs.undo(acting.tx, door.application.keyring, burst_id, acting.actor.name, acting.now)
        acting.record("departures.undo", f"burst {burst_id}", restored=undone.restored, left_alone=undone.left_alone)
    rest = f" {undone.left_alone} were left alone: they said something since, or are not known any more." * bool(
        undone.left_alone
    )
    door.answer(
        {"burst": burst_id, "restored": undone.restored, "left_alone": undone.left_alone},
        shown.line(f"{undone.restored} people are on their list again.{rest}"),
    )


def _document(burst: Burst) -> dict[str, object]:
    return {
        "id": burst.id,
        "people": burst.people,
        "first_at": burst.first_at,
        "last_at": burst.last_at,
        "subject": burst.subject,
        "found_at": burst.found_at,
        "undone_at": burst.undone_at,
    }


departures = click.Group("departures", commands=[reasons, bursts, undo], help="Who left and why, and what a machine did.")
