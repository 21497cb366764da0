"""`newsletter topics`: the subjects of a list, of which people may take only some."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.people import segments
from newsletter.staff.permissions import Permission
from subscribers import register, topicbook
from subscribers.model import Topic
from subscribers.topicbook import MOST_TOPICS

PEOPLE = Permission.MANAGE_PEOPLE

PLACE = click.IntRange(1, MOST_TOPICS)


@click.command("add")
@click.argument("list_name", metavar="LIST")
@click.argument("name")
@click.option("--description", default="", metavar="TEXT", help="What people read before they choose.")
@click.option("--order", type=PLACE, metavar="PLACE", help="Where it stands, from 1; last if not said.")
@common
@pass_door
def add(door: Door, list_name: str, name: str, *, description: str, order: int | None) -> None:
    """Add a topic to LIST; everybody who takes all topics takes this one too.

    Example: newsletter topics add readers "Jobs" --description "Vacancies of our members"
    """
    with door.acting(PEOPLE) as acting:
        chosen = register.find_list(acting.tx, list_name)
        made = topicbook.add(acting.tx, chosen.id, name, description=description, position=order)
        acting.record("topic.add", f"list {chosen.name}", topic=made.name)
    door.answer(_document(made), shown.line(f"{chosen.name} has the topic {made.name}."))


@click.command("list")
@click.argument("list_name", metavar="LIST")
@common
@pass_door
def list_(door: Door, list_name: str) -> None:
    """Show the topics of LIST in their order.

    Example: newsletter topics list readers
    """
    with door.reading() as tx:
        chosen = register.find_list(tx, list_name)
        known = topicbook.of_list(tx, chosen.id)
    rows = [(one.position, one.name, one.description) for one in known]
    door.answer(
        {"list": chosen.slug, "topics": [_document(one) for one in known]},
        shown.table(("#place", "topic", "description"), rows) if rows else shown.line(f"{chosen.name} has no topics."),
    )


@click.command("edit")
@click.argument("list_name", metavar="LIST")
@click.argument("topic")
@click.option("--name", help="What it is called.")
@click.option("--description", metavar="TEXT", help="What people read before they choose.")
@click.option("--order", type=PLACE, metavar="PLACE", help="Where it stands, from 1.")
@common
@pass_door
def edit(door: Door, list_name: str, topic: str, *, name: str | None, description: str | None, order: int | None) -> None:
    """Change a topic of LIST; whoever chose it keeps it under its new name. A new name is refused while a segment asks for it.

    Example: newsletter topics edit readers Jobs --name Vacancies --order 1
    """
    if name is None and description is None and order is None:
        raise click.UsageError("Nothing to change was given: --name, --description or --order.")
    with door.acting(PEOPLE) as acting:
        chosen = register.find_list(acting.tx, list_name)
        known = topicbook.find(acting.tx, chosen.id, topic)
        changed = segments.edit_topic(acting.tx, known, name=name, description=description, position=order)
        acting.record("topic.edit", f"list {chosen.name}", topic=changed.name)
    door.answer(_document(changed), shown.pairs(topic=changed.name, description=changed.description, place=changed.position))


@click.command("remove")
@click.argument("list_name", metavar="LIST")
@click.argument("topic")
@destructive
@common
@pass_door
def remove(door: Door, list_name: str, topic: str) -> None:
    """Offer a topic no more; it is refused while a segment asks for it.

    An issue that is for it stays for those who chose it, and for whoever takes all topics.

    Example: newsletter topics remove readers Jobs
    """
    with door.reading(PEOPLE) as tx:
        chosen = register.find_list(tx, list_name)
        known = topicbook.find(tx, chosen.id, topic)
    door.confirm(f"Offer {known.name} to nobody on {chosen.name} any more?")
    with door.acting(PEOPLE) as acting:
        segments.remove_topic(acting.tx, known, acting.now)
        acting.record("topic.remove", f"list {chosen.name}", topic=known.name)
    door.answer({"list": chosen.slug, "removed": known.name}, shown.line(f"{known.name} is offered no more."))


def _document(one: Topic) -> dict[str, object]:
    return {"topic": one.name, "description": one.description, "place": one.position}


topics = click.Group("topics", commands=[add, list_, edit, remove], help="The subjects of a list, to choose from.")
