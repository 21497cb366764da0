"""`newsletter lists`: what people consent to."""

from collections.abc import Sequence

import click
from rich.table import Table

from newsletter.cli import listforms, shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.parameters import Sender, SenderType
from newsletter.staff.permissions import Permission
from newsletter.web import spelled
from subscribers import attributebook, audience, listbook, questions, register
from subscribers.model import MailingList
from subscribers.questions import Question

PEOPLE = Permission.MANAGE_PEOPLE


@click.command("create")
@click.argument("name")
@click.option("--description", default="", metavar="TEXT", help="What people read before they join.")
@click.option("--private", "is_private", is_flag=True, help="No form on the web: people come by import and command only.")
@click.option("--language", default="", metavar="CODE", help="Of its pages and notices; the newsletter's if not said.")
@click.option(
    "--from", "sender", type=SenderType(), metavar="ADDR", help="Who its letters are from; the newsletter if not said."
)
@common
@pass_door
def create(door: Door, name: str, *, description: str, is_private: bool, language: str, sender: Sender | None) -> None:
    """Make a list that people can join.

    Example: newsletter lists create "CPDWL news" --description "Once a month, from the section."
    """
    with door.acting(PEOPLE) as acting:
        made = register.create_list(acting.tx, name, acting.now, description=description, is_public=not is_private)
        made = listbook.edit(
            acting.tx,
            made.id,
            language=language,
            sender_name=sender.name if sender else None,
            sender_address=sender.address if sender else None,
        )
        acting.record("list.create", f"list {made.name}")
    door.answer(
        {"list": made.slug, "id": made.id, "name": made.name},
        shown.line(f"List {made.name} is made. {_way_in(door, made)}"),
    )


@click.command("edit")
@click.argument("list_name", metavar="LIST")
@click.option("--name", help="What it is called; the address of its form stays.")
@click.option("--description", metavar="TEXT", help="What people read before they join.")
@click.option("--public/--private", "is_public", default=None, help="Whether it has a form on the web.")
@click.option("--language", metavar="CODE", help='Of its pages and notices; "" for the newsletter\'s.')
@click.option("--from", "sender", type=SenderType(), metavar="ADDR", help='Who its letters are from; "" for the newsletter.')
@common
@pass_door
def edit(
    door: Door,
    list_name: str,
    *,
    name: str | None,
    description: str | None,
    is_public: bool | None,
    language: str | None,
    sender: Sender | None,
) -> None:
    """Change what is said of a list; letters already approved stay as they are.

    Example: newsletter lists edit "CPDWL news" --language fr --from "CPDWL Paris <paris@example.org>"
    """
    if all(value is None for value in (name, description, is_public, language, sender)):
        raise click.UsageError("Nothing to change was given; see --help.")
    with door.acting(PEOPLE) as acting:
        changed = listbook.edit(
            acting.tx,
            register.find_list(acting.tx, list_name).id,
            name=name,
            description=description,
            is_public=is_public,
            language=language,
            sender_name=sender.name if sender else None,
            sender_address=sender.address if sender else None,
        )
        acting.record("list.edit", f"list {changed.name}")
    _answer(door, changed)


@click.command("show")
@click.argument("list_name", metavar="LIST")
@common
@pass_door
def show(door: Door, list_name: str) -> None:
    """Show one list.

    Example: newsletter lists show "CPDWL news"
    """
    with door.reading() as tx:
        known = register.find_list(tx, list_name)
    _answer(door, known)


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show all lists and how many people may be written to on each.

    Example: newsletter lists list --json
    """
    with door.reading() as tx:
        counted = [(one, audience.count(tx, one.id)) for one in register.all_lists(tx)]
    rows = [(one.name, one.slug, _form(one), one.language, f"{people:,}") for one, people in counted]
    door.answer(
        {"lists": [_document(one, people) for one, people in counted]},
        shown.table(("name", "slug", "form", "language", "#people"), rows),
    )


@click.command("archive")
@click.argument("list_name", metavar="LIST")
@destructive
@common
@pass_door
def archive(door: Door, list_name: str) -> None:
    """End a list: its form is closed, nobody is added by any door, and no issue is sent to it any more.

    What is on its way goes on. Its people and their consent are kept, and they may leave; `lists reopen` takes it up again.

    Example: newsletter lists archive "Congress 2019"
    """
    with door.reading(PEOPLE) as tx:
        known = register.find_list(tx, list_name)
        people = audience.count(tx, known.id)
    door.confirm(f"Archive {known.name}, on which {spelled.people(people)} may be written to?")
    with door.acting(PEOPLE) as acting:
        archived = listbook.archive(acting.tx, known.id, acting.now)
        acting.record("list.archive", f"list {archived.name}")
    _answer(door, archived)


@click.command("reopen")
@click.argument("list_name", metavar="LIST")
@common
@pass_door
def reopen(door: Door, list_name: str) -> None:
    """Take up an archived list again, with the people who stand on it.

    Example: newsletter lists reopen "Congress 2019"
    """
    with door.acting(PEOPLE) as acting:
        reopened = listbook.reopen(acting.tx, register.find_list(acting.tx, list_name).id)
        acting.record("list.reopen", f"list {reopened.name}")
    _answer(door, reopened)


@click.command("ask")
@click.argument("list_name", metavar="LIST")
@click.argument("key", metavar="ATTRIBUTE")
@click.option("--required", "is_required", is_flag=True, help="The form is not taken without an answer.")
@click.option("--drop", "is_dropped", is_flag=True, help="Ask for it no more; what was answered stays.")
@common
@pass_door
def ask(door: Door, list_name: str, key: str, *, is_required: bool, is_dropped: bool) -> None:
    """Let the form of LIST ask for an attribute, behind those it asks for already.

    Example: newsletter lists ask readers library --required
    """
    if is_required and is_dropped:
        raise click.UsageError("Say either --required or --drop.")
    with door.acting(PEOPLE) as acting:
        chosen = register.find_list(acting.tx, list_name)
        attribute = attributebook.find(acting.tx, key)
        if is_dropped:
            questions.drop(acting.tx, chosen.id, attribute.id)
        else:
            questions.ask(acting.tx, chosen.id, attribute.id, is_required=is_required)
        acting.record("list.ask", f"list {chosen.name}", attribute=attribute.key, asks=not is_dropped)
    _answer(door, chosen)


def _answer(door: Door, one: MailingList) -> None:
    with door.reading() as tx:
        people = audience.count(tx, one.id)
        asked = questions.questions_of(tx, one.id)
    asks = [{"key": question.attribute.key, "is_required": question.is_required} for question in asked]
    door.answer({**_document(one, people), "asks": asks}, _facts(door, one, people, asked))


def _facts(door: Door, one: MailingList, people: int, asked: Sequence[Question]) -> Table:
    return shown.pairs(
        name=one.name,
        slug=one.slug,
        description=one.description,
        form=door.application.links.subscribe(one.slug) if one.has_form else _form(one),
        language=one.language or "the newsletter's",
        sender=_sender(one) or "the newsletter's",
        asks=", ".join(f"{one.attribute.key}{' (required)' if one.is_required else ''}" for one in asked),
        people=spelled.number(people),
        archived=shown.moment(one.archived_at),
    )


def _form(one: MailingList) -> str:
    if one.is_archived:
        return "archived"
    return "public" if one.is_public else "private"


def _sender(one: MailingList) -> str:
    if one.sender_name and one.sender_address:
        return f"{one.sender_name} <{one.sender_address}>"
    return one.sender_name or one.sender_address


def _way_in(door: Door, made: MailingList) -> str:
    if not made.is_public:
        return "It has no form: people come by import and command."
    return f"Its form, once a newsletter goes to it: {door.application.links.subscribe(made.slug)}"


def _document(one: MailingList, people: int) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "slug": one.slug,
        "description": one.description,
        "is_public": one.is_public,
        "language": one.language,
        "from": _sender(one),
        "archived_at": one.archived_at,
        "people": people,
    }


lists = click.Group(
    "lists",
    commands=[create, edit, show, list_, archive, reopen, ask, listforms.form, listforms.domains],
    help="What people consent to.",
)
