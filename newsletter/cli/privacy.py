"""`newsletter privacy` and `newsletter retention`: what a person may ask for, and what is forgotten without being asked."""

import json
from collections.abc import Mapping, Sequence

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import write_file
from newsletter.cli.progress import reading_bar
from newsletter.people import personfile, retention
from newsletter.people.personfile import PersonFile
from newsletter.people.retention import Rule
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Permission
from newsletter.web import spelled
from subscribers import register
from subscribers.address import EmailAddress, parse
from subscribers.errors import SubscriberNotFound

PEOPLE = Permission.MANAGE_PEOPLE


@click.command("export")
@click.argument("address")
@click.option("--output", metavar="FILE", help="Write here and not to stdout.")
@common
@pass_door
def export(door: Door, address: str, *, output: str | None) -> None:
    """Write everything that is held about a person as JSON: what to hand out to somebody who asks for their data.

    Lists, answers, every act of consent in its words, suppressions, every letter that was planned for them, and what they wrote
    or said as guests of the staff, subscribers or not. Each export stands in the audit. Make sure of who asks: send it to the
    address itself, and to no other.

    Example: newsletter privacy export ann@example.org --output ann.json
    """
    with door.acting(PEOPLE) as acting:
        found, number = _file_of(acting, parse(address))
        text = found.to_json()
        acting.record("privacy.export", f"subscriber {number}" if number else "guest")
    if output is not None:
        write_file(output, f"{text}\n".encode())
        door.answer({"subscriber": number, "file": output}, shown.line(f"Written to {output}."))
        return
    document: Mapping[str, object] = json.loads(text)
    door.answer(document, text)


def _file_of(acting: Acting, address: EmailAddress) -> tuple[PersonFile, int | None]:
    """Give what is held about whoever has an address, and their number where they are a subscriber."""
    try:
        number = register.find(acting.tx, address).id
    except SubscriberNotFound:
        as_guest = personfile.gather_guest(acting.tx, address)
        if as_guest is None:
            raise
        return as_guest, None
    return personfile.gather(acting.tx, number), number


@click.command("show")
@common
@pass_door
def show(door: Door) -> None:
    """Show how long what is kept, and how much of it is kept too long at this moment.

    Example: newsletter retention show
    """
    followed = _rules(door)
    with door.reading() as tx:
        found = retention.due(tx, followed, door.now())
    _tell(door, followed, found, "would be forgotten")


@click.command("run")
@click.option("--dry-run", "is_rehearsal", is_flag=True, help="Say what would be forgotten, and forget nothing.")
@common
@pass_door
def run(door: Door, *, is_rehearsal: bool) -> None:
    """Forget what is kept no longer, as the worker does each night; what stays is in the settings.

    Example: newsletter retention run --dry-run
    """
    followed = _rules(door)
    now = door.now()
    with door.reading(PEOPLE) as tx:
        found = retention.due(tx, followed, now)
    if is_rehearsal:
        _tell(door, followed, found, "would be forgotten")
        return
    total = sum(found.values())
    forgotten: Mapping[str, int] = dict.fromkeys(found, 0)
    database = door.application.database
    with reading_bar("Forgetting", total) as tell:
        for forgotten in retention.forget(database, followed, now):
            done = sum(forgotten.values())
            tell(done, done)
    database.scrub()
    with door.acting(PEOPLE) as acting:
        acting.record("retention.run", "instance", **forgotten)
    _tell(door, followed, forgotten, "forgotten")


def _rules(door: Door) -> tuple[Rule, ...]:
    with door.reading() as tx:
        keep = door.application.keep(tx)
    return retention.rules(keep, door.application.keyring, door.now())


def _tell(door: Door, followed: Sequence[Rule], found: Mapping[str, int], words: str) -> None:
    rows = [
        (rule.name, "for ever" if rule.keep is None else f"{rule.keep.days} days", spelled.number(found[rule.name]), rule.words)
        for rule in followed
    ]
    document = {rule.name: {"days": rule.keep.days if rule.keep else None, "found": found[rule.name]} for rule in followed}
    door.answer({"rules": document}, shown.table(("what", "kept", f"#{words}", "meaning"), rows))


privacy = click.Group("privacy", commands=[export], help="What a person may ask for.")
retention_ = click.Group("retention", commands=[show, run], help="How long what is kept of people.")
