"""`newsletter lists`: what people consent to."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.staff.permissions import Permission
from subscribers import audience, register
from subscribers.model import MailingList


@click.command("create")
@click.argument("name")
@click.option("--description", default="", metavar="TEXT", help="What people read before they join.")
@click.option("--private", "is_private", is_flag=True, help="No form on the web: people come by import and command only.")
@common
@pass_door
def create(door: Door, name: str, description: str, *, is_private: bool) -> None:
    """Make a list that people can join.

    Example: newsletter lists create "CPDWL news" --description "Once a month, from the section."
    """
    with door.acting(Permission.MANAGE_PEOPLE) as acting:
        made = register.create_list(acting.tx, name, acting.now, description=description, is_public=not is_private)
        acting.record("list.create", f"list {made.name}")
    door.answer(
        {"list": made.slug, "id": made.id, "name": made.name},
        shown.line(f"List {made.name} is made. {_way_in(door, made)}"),
    )


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show all lists and how many people may be written to on each.

    Example: newsletter lists list --json
    """
    with door.reading() as tx:
        counted = [(one, audience.count(tx, one.id)) for one in register.all_lists(tx)]
    door.answer(
        {"lists": [_document(one, people) for one, people in counted]},
        shown.table(
            ("name", "slug", "form", "#people"),
            [(one.name, one.slug, "public" if one.is_public else "private", f"{people:,}") for one, people in counted],
        ),
    )


def _way_in(door: Door, made: MailingList) -> str:
    if not made.is_public:
        return "It has no form: people come by import and command."
    return f"Its form, once a newsletter goes to it: {door.application.links.subscribe(made.slug)}"


def _document(one: MailingList, people: int) -> dict[str, object]:
    return {"id": one.id, "name": one.name, "slug": one.slug, "is_public": one.is_public, "people": people}


lists = click.Group("lists", commands=[create, list_], help="What people consent to.")
