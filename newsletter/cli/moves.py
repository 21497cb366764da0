"""`newsletter subscribers move`: a person who told the staff of another address is asked there."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.errors import BadValue
from newsletter.languages.catalogue import words_for
from newsletter.letters.letter import LetterKind
from newsletter.people import moving
from newsletter.staff.permissions import Permission
from newsletter.web.faults import PageNotFound
from newsletter.web.subjects import subject_for
from subscribers import moves, register
from subscribers.address import parse


@click.command("move")
@click.argument("address")
@click.argument("new")
@common
@pass_door
def move(door: Door, address: str, new: str) -> None:
    """Ask at NEW whether a person's mail is to go there; by the button in that mail their lists, choices and evidence move.

    Nothing changes before. ADDRESS is told then, and can take it back for thirty days.

    Example: newsletter subscribers move ann@example.org ann@example.net
    """
    wanted = parse(new)
    application = door.application
    with door.reading(Permission.MANAGE_PEOPLE) as tx:
        person = register.find(tx, parse(address))
        try:
            subject = subject_for(tx, person)
        except PageNotFound as error:
            raise BadValue("address", address, "there is no newsletter to ask in the name of; make one first") from error
    words = words_for(person.language, subject.list.language, subject.newsletter.language)
    question = application.notice(LetterKind.MOVE, subject.newsletter, subject.list, words)
    with door.acting(Permission.MANAGE_PEOPLE) as acting:
        is_asked = moving.ask(acting.tx, application.keyring, question, subject.newsletter, person, wanted, acting.now)
        acting.record("subscriber.move", f"subscriber {person.id}", asked=is_asked)
    told = (
        f"is asked by mail; the link works for {moves.LIFE.days} days, and until then {person.address} stays as it is."
        if is_asked
        else "is not asked: it is theirs already, must not be written to, or was written to often enough today."
    )
    door.answer(
        {"email": person.address.text, "new": wanted.text, "asked": is_asked},
        shown.line(f"{wanted} {told}"),
    )
