"""`newsletter attributes`: what this instance asks of its people besides name and language."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.people import segments
from newsletter.staff.permissions import Permission
from newsletter.web import spelled
from subscribers import attributebook
from subscribers.attributes import Attribute, AttributeKind

PEOPLE = Permission.MANAGE_PEOPLE


@click.command("define")
@click.argument("key")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in AttributeKind]),
    default=AttributeKind.TEXT.value,
    show_default=True,
    help="Which answers it takes.",
)
@click.option("--label", default="", metavar="TEXT", help="What a form asks; made of KEY if not said.")
@click.option("--choice", "choices", multiple=True, metavar="TEXT", help="A word to choose; say it again for each.")
@common
@pass_door
def define(door: Door, key: str, *, kind: str, label: str, choices: tuple[str, ...]) -> None:
    """Lay down an attribute under KEY, which stands in files, rules and letters and never changes.

    Example: newsletter attributes define library --kind choice --choice Public --choice Academic --label "Your library"
    """
    with door.acting(PEOPLE) as acting:
        made = attributebook.define(acting.tx, key, AttributeKind(kind), acting.now, label=label, choices=choices)
        acting.record("attribute.define", f"attribute {made.key}", kind=made.kind.value)
    door.answer(_document(made, 0), shown.line(f"The attribute {made.key} is defined: {made.label} ({_takes(made)})."))


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show all attributes and how many people have answered to each.

    Example: newsletter attributes list
    """
    with door.reading() as tx:
        known = [(one, attributebook.count(tx, one.id)) for one in attributebook.all_attributes(tx)]
    rows = [(one.key, one.label, _takes(one), f"{people:,}") for one, people in known]
    door.answer(
        {"attributes": [_document(one, people) for one, people in known]},
        shown.table(("key", "asked as", "takes", "#people"), rows) if rows else shown.line("No attributes are defined."),
    )


@click.command("edit")
@click.argument("key")
@click.option("--label", metavar="TEXT", help="What a form asks.")
@click.option("--add-choice", "adds", multiple=True, metavar="TEXT", help="One more word to choose.")
@click.option(
    "--remove-choice", "removes", multiple=True, metavar="TEXT", help="A word that nobody has chosen and no segment asks for."
)
@common
@pass_door
def edit(door: Door, key: str, *, label: str | None, adds: tuple[str, ...], removes: tuple[str, ...]) -> None:
    """Change what a form asks and offers; answers stay as they are.

    Example: newsletter attributes edit library --add-choice School
    """
    if label is None and not adds and not removes:
        raise click.UsageError("Nothing to change was given: --label, --add-choice or --remove-choice.")
    with door.acting(PEOPLE) as acting:
        changed = segments.edit_attribute(acting.tx, key, label=label, adds=adds, removes=removes)
        people = attributebook.count(acting.tx, changed.id)
        acting.record("attribute.edit", f"attribute {changed.key}")
    door.answer(_document(changed, people), shown.pairs(key=changed.key, asked_as=changed.label, takes=_takes(changed)))


@click.command("remove")
@click.argument("key")
@destructive
@common
@pass_door
def remove(door: Door, key: str) -> None:
    """Forget an attribute with everything people answered to it. It is refused while a segment asks for it.

    Example: newsletter attributes remove library
    """
    with door.reading(PEOPLE) as tx:
        known = attributebook.find(tx, key)
        people = attributebook.count(tx, known.id)
    door.confirm(f"Forget {known.key} and what {spelled.people(people)} answered to it? This cannot be undone.")
    with door.acting(PEOPLE) as acting:
        gone = segments.forget_attribute(acting.tx, known.key)
        acting.record("attribute.remove", f"attribute {known.key}", answers=gone)
    door.answer(
        {"removed": known.key, "answers": gone},
        shown.line(f"The attribute {known.key} is forgotten, with the answers of {spelled.people(gone)}."),
    )


def _takes(one: Attribute) -> str:
    return f"one of {', '.join(one.choices)}" if one.choices else one.kind.value


def _document(one: Attribute, people: int) -> dict[str, object]:
    return {"key": one.key, "label": one.label, "kind": one.kind.value, "choices": list(one.choices), "people": people}


attributes = click.Group(
    "attributes",
    commands=[define, list_, edit, remove],
    help="What this instance asks of its people besides name and language.",
)
