"""`newsletter imports`: what was imported, and `newsletter subscribers undo-import`, which takes one back."""

from dataclasses import asdict

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.parameters import ISSUE_ID
from newsletter.cli.progress import reading_bar
from newsletter.people import undoing
from newsletter.staff.permissions import Permission
from newsletter.web import spelled
from subscribers import register
from subscribers.exchange import asking
from subscribers.exchange import imports as store
from subscribers.exchange.model import Import

# Shown unless more are asked for.
USUAL = 20
MOST = 1_000

PEOPLE = Permission.MANAGE_PEOPLE


@click.command("list")
@click.option("--limit", type=click.IntRange(1, MOST), default=USUAL, show_default=True, help="How many, the newest first.")
@common
@pass_door
def list_(door: Door, limit: int) -> None:
    """Show the last imports and what became of them.

    Example: newsletter imports list
    """
    with door.reading(PEOPLE) as tx:
        found = store.newest(tx, limit)
        names = {one.id: one.name for one in register.all_lists(tx)}
    rows = [
        (one.id, shown.moment(one.begun_at), names[one.order.list_id], one.order.source, one.state.value, *_figures(one))
        for one in found
    ]
    columns = ("#import", "begun", "list", "file", "state", "#rows", "#added", "#changed", "#said no", "#refused")
    door.answer({"imports": [_document(one, names) for one in found]}, shown.table(columns, rows))


@click.command("show")
@click.argument("import_id", metavar="ID", type=ISSUE_ID)
@common
@pass_door
def show(door: Door, import_id: int) -> None:
    """Show one import: on which basis, how far it came, and what became of its rows.

    Example: newsletter imports show 3
    """
    with door.reading(PEOPLE) as tx:
        one = store.by_id(tx, import_id)
        names = {known.id: known.name for known in register.all_lists(tx)}
    facts = {
        "import": one.id,
        "list": names[one.order.list_id],
        "file": one.order.source,
        "kind": one.kind,
        "basis": one.order.basis,
        "confirmed": "yes" if one.order.is_confirmed else "no, they must confirm first",
        "state": one.state.value,
        "begun": shown.moment(one.begun_at),
        "finished": shown.moment(one.finished_at),
        "undone": shown.moment(one.undone_at),
    }
    figures = {**asdict(one.seen), **asdict(one.taken)}
    door.answer(_document(one, names), shown.pairs(**facts), shown.pairs(**figures))


@click.command("ask")
@click.argument("import_id", metavar="ID", type=ISSUE_ID)
@click.option("--per-hour", type=click.IntRange(1, asking.FASTEST), help="How many people are asked an hour.")
@click.option("--stop", "is_stop", is_flag=True, help="Ask no more of them.")
@common
@pass_door
def ask(door: Door, import_id: int, per_hour: int | None, *, is_stop: bool) -> None:
    """Ask the people of an import who must confirm by mail for their yes, so many an hour; the worker does it.

    Example: newsletter imports ask 3 --per-hour 500
    """
    if (per_hour is None) != is_stop:
        raise click.UsageError("Say how many an hour, --per-hour N, or --stop.")
    waiting = begin_asking(door, import_id, per_hour)
    words = f"{spelled.people(waiting)} of import {import_id} wait to be asked"
    more = "; nobody of them is asked any more." if is_stop else f", {per_hour:,} an hour from now on."
    door.answer({"import": import_id, "waiting": waiting, "per_hour": per_hour}, shown.line(words + more))


def begin_asking(door: Door, import_id: int, per_hour: int | None) -> int:
    """Let the worker ask the people of an import at this pace; gives how many wait."""
    with door.acting(PEOPLE) as acting:
        waiting = asking.set_pace(acting.tx, import_id, per_hour, acting.now)
        acting.record("subscribers.ask", f"import {import_id}", per_hour=per_hour)
    return waiting


@click.command("undo-import")
@click.argument("import_id", metavar="ID", type=ISSUE_ID)
@destructive
@common
@pass_door
def undo_import(door: Door, import_id: int) -> None:
    """Take an import back as one, as long as no issue was sent to anybody it brought.

    Who was new is forgotten, who was changed is as before, and whoever has acted since stays. A no stays a no.

    Example: newsletter subscribers undo-import 3
    """
    with door.reading(PEOPLE) as tx:
        one = store.by_id(tx, import_id)
    door.confirm(f"Take back import {one.id} of {shown.moment(one.begun_at)}, which added {spelled.people(one.taken.added)}?")
    database = door.application.database
    with database.bulk_writer() as writer, reading_bar(f"Undoing import {one.id}", one.taken.added, "people") as tell:
        undone = undoing.undo_import(writer.write, one.id, door.now(), progress=lambda people: tell(people, people))
    with door.acting(PEOPLE) as acting:
        acting.record("subscribers.undo-import", f"import {one.id}", **asdict(undone))
    words = (
        f"Import {one.id} is undone: {spelled.people(undone.taken_off)} taken off the list, {undone.forgotten:,} of them "
        f"forgotten; {undone.restored:,} changed back; {undone.kept:,} kept because they have acted since or were written to."
    )
    door.answer({"import": one.id, **asdict(undone)}, shown.line(words))


def _figures(one: Import) -> tuple[str, ...]:
    figures = (one.seen.rows, one.taken.added, one.taken.confirmed + one.taken.updated, one.taken.said_no, one.seen.refused)
    return tuple(f"{figure:,}" for figure in figures)


def _document(one: Import, names: dict[int, str]) -> dict[str, object]:
    return {
        "import": one.id,
        "list": names[one.order.list_id],
        "file": one.order.source,
        "kind": one.kind,
        "basis": one.order.basis,
        "confirmed_by_basis": one.order.is_confirmed,
        "state": one.state.value,
        "begun_at": one.begun_at,
        "finished_at": one.finished_at,
        "undone_at": one.undone_at,
        **asdict(one.seen),
        **asdict(one.taken),
    }


imports = click.Group("imports", commands=[list_, show, ask], help="What was imported, and what became of it.")
