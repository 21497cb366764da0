"""`newsletter segments`: rules about people, kept under a name, to include in the audience of an issue or exclude from it."""

import json

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.people import segments as people
from newsletter.people.segments import Seen
from newsletter.staff.permissions import Permission, allowed
from newsletter.web import spelled
from newsletter.web.public.publications import masked
from subscribers import register
from subscribers.segments import store, tree, writing
from subscribers.segments.store import Segment

PEOPLE = Permission.MANAGE_PEOPLE

# Seconds. The dearest single condition takes half a minute for a million people on a busy machine; whoever asks for more keeps
# others waiting, and the log of SQLite from shrinking.
LONGEST_LOOK = 60.0
MOST_SHOWN = 100


@click.command("create")
@click.argument("name")
@click.argument("rule")
@common
@pass_door
def create(door: Door, name: str, rule: str) -> None:
    """Keep RULE under NAME: as people write it, or as the tree that `segments show --json` gives.

    Whom it is true of is asked anew each time, so a segment is never out of date.

    Example: newsletter segments create "French readers" "language = fr and joined before 2020-01-01"
    """
    with door.acting(PEOPLE) as acting:
        made = people.create(acting.tx, name, rule, acting.actor.name, acting.now)
        acting.record("segment.create", f"segment {made.name}", rule=writing.text(made.rule))
    _answer(door, made)


@click.command("edit")
@click.argument("name")
@click.argument("rule")
@common
@pass_door
def edit(door: Door, name: str, rule: str) -> None:
    """Keep another RULE under NAME. Issues that were approved keep the rule they were approved with.

    Example: newsletter segments edit "French readers" "language = fr"
    """
    with door.acting(PEOPLE) as acting:
        changed = people.edit(acting.tx, name, rule, acting.now)
        acting.record("segment.edit", f"segment {changed.name}", rule=writing.text(changed.rule))
    _answer(door, changed)


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show all segments.

    Example: newsletter segments list
    """
    with door.reading() as tx:
        known = store.all_segments(tx)
    rows = [(one.name, writing.text(one.rule), one.made_by, shown.moment(one.changed_at)) for one in known]
    door.answer(
        {"segments": [_document(one) for one in known]},
        shown.table(("name", "rule", "made by", "changed"), rows) if rows else shown.line("There are no segments."),
    )


@click.command("show")
@click.argument("name")
@common
@pass_door
def show(door: Door, name: str) -> None:
    """Show the rule of a segment, as text and as a tree.

    Example: newsletter segments show "French readers" --json
    """
    with door.reading() as tx:
        known = store.find(tx, name)
    _answer(door, known)


@click.command("preview")
@click.argument("name", required=False)
@click.option("--rule", metavar="RULE", help="Try this rule instead of one that is kept.")
@click.option("--list", "list_name", metavar="LIST", help="Only who may be written to on this list; else all who are known.")
@click.option(
    "--sample", "limit", type=click.IntRange(0, MOST_SHOWN), default=10, show_default=True, help="How many people to show."
)
@common
@pass_door
def preview(door: Door, name: str | None, *, rule: str | None, list_name: str | None, limit: int) -> None:
    """Count the people of whom the rule of segment NAME is true now, and show the first of them.

    Their addresses are shown in full to those who may manage people. Only they may try a rule that is not kept.

    Example: newsletter segments preview "French readers" --list readers
    """
    if (name is None) == (rule is None):
        raise click.UsageError("Say either the NAME of a segment or --rule RULE.")
    actor = door.allow(PEOPLE if rule is not None else Permission.VIEW)
    with door.reading(within=LONGEST_LOOK) as tx:
        asked = people.read(tx, rule) if rule is not None else store.find(tx, name or "").rule
        of_list = register.find_list(tx, list_name) if list_name is not None else None
        seen = people.look(tx, asked, of_list.id if of_list is not None else None, limit, door.now())
    rows = _rows(seen, is_masked=not allowed(actor, PEOPLE))
    where = f" on {of_list.name}" if of_list is not None else ""
    door.answer(
        {
            "rule": writing.text(asked),
            "list": of_list.slug if of_list is not None else None,
            "people": seen.people,
            "sample": [dict(zip(("email", "name", "language"), row, strict=True)) for row in rows],
        },
        shown.line(f"{writing.text(asked)}: {spelled.people(seen.people)}{where}."),
        *([shown.table(("address", "name", "language"), rows)] if rows else []),
    )


@click.command("remove")
@click.argument("name")
@destructive
@common
@pass_door
def remove(door: Door, name: str) -> None:
    """Let a segment go. It is refused while an issue that is still to be sent is for it.

    Example: newsletter segments remove "French readers"
    """
    with door.reading(PEOPLE) as tx:
        known = store.find(tx, name)
    door.confirm(f"Remove the segment {known.name}?")
    with door.acting(PEOPLE) as acting:
        gone = people.remove(acting.tx, known.name, acting.now)
        acting.record("segment.remove", f"segment {gone.name}", rule=writing.text(gone.rule))
    door.answer({"removed": gone.name}, shown.line(f"{gone.name} is removed. Issues that were sent to it still know its rule."))


def _rows(seen: Seen, *, is_masked: bool) -> list[tuple[str, str, str]]:
    if is_masked:
        return [(masked(one.address), "", one.language) for one in seen.sample]
    return [(one.address.text, one.name, one.language) for one in seen.sample]


def _document(one: Segment) -> dict[str, object]:
    return {
        "name": one.name,
        "rule": writing.text(one.rule),
        "tree": tree.tree(one.rule),
        "made_by": one.made_by,
        "created_at": one.created_at,
        "changed_at": one.changed_at,
    }


def _answer(door: Door, one: Segment) -> None:
    door.answer(
        _document(one),
        shown.pairs(
            segment=one.name,
            rule=writing.text(one.rule),
            tree=json.dumps(tree.tree(one.rule), ensure_ascii=False),
            made_by=one.made_by,
            changed=shown.moment(one.changed_at),
        ),
    )


segments = click.Group(
    "segments",
    commands=[create, edit, list_, show, preview, remove],
    help="Rules about people, for issues that not everybody on a list is to get.",
)
