"""`newsletter returns fetch, check`: the mailbox that returned mail comes to."""

import smtplib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.progress import growing_bar
from newsletter.confined import Child
from newsletter.errors import SettingWrong
from newsletter.mail import mailings
from newsletter.returns import mailbox as wire
from newsletter.returns.collecting import Collected, collect
from newsletter.returns.intakes import Listen, Mailbox
from newsletter.returns.receiving import Reception
from newsletter.staff.permissions import Permission

# Somebody sits in front of it. In seconds.
HASTE = 20.0


@click.command("fetch")
@common
@pass_door
def fetch(door: Door) -> None:
    """Empty the mailbox of returned mail once: each mail is read, written down, acted on, and moved.

    The worker does so all the time; this is for whoever runs none, and for whoever does not want to wait. A copy that nobody
    has adopted reads nothing.

    Example: newsletter returns fetch
    """
    mailbox = _mailbox(door)
    door.allow(Permission.MANAGE_RELAYS)
    application = door.application
    with door.reading() as tx:
        # Before anything is touched there: the mailbox is the original's.
        mailings.require_adopted(tx)
    with growing_bar("Reading what came back") as tell, Child() as child, wire.opened(mailbox) as session:
        reception = Reception(application.database, application.keyring, application.clock, child)
        session.make_folders()
        there = session.count()

        def on_bar(done: Collected) -> None:
            read = done.processed + done.unparsed + done.left
            tell(read, max(there, read))

        done = collect(session, reception.from_mailbox, tell=on_bar)
    door.answer(asdict(done), *(shown.line(line) for line in _told(done, mailbox)))


@click.command("check")
@common
@pass_door
def check(door: Door) -> None:
    """Try the mailbox and the port of returned mail: login, folders, and what the server can; nothing is read.

    Missing folders for what was read are made.

    Example: newsletter returns check
    """
    place = door.settings.returns_listen
    mailbox = door.settings.returns_mailbox
    if place is None and mailbox is None:
        raise SettingWrong(
            "NEWSLETTER_RETURNS_URL",
            "it is not set, and neither is NEWSLETTER_RETURNS_LISTEN, so there is nothing to try; set one of them, or see"
            " newsletter returns hooks if a provider tells what comes back",
        )
    tried = [] if mailbox is None else [_tried(mailbox, door.settings.returns_seconds)]
    if place is not None:
        tried.append(_called(place))
    document = {one.name: one.found for one in tried}
    door.answer(document, *(shown.line(line) for one in tried for line in one.lines))


@dataclass(frozen=True, slots=True)
class _Tried:
    name: str
    found: Mapping[str, object]
    lines: tuple[str, ...]


def _mailbox(door: Door) -> Mailbox:
    if door.settings.returns_mailbox is None:
        raise SettingWrong("NEWSLETTER_RETURNS_URL", "it is not set, so there is no mailbox of returned mail to read")
    return door.settings.returns_mailbox


def _told(done: Collected, mailbox: Mailbox) -> list[str]:
    lines = [f"{done.processed} read, and moved to {mailbox.processed}."]
    if done.unparsed:
        lines.append(f"{done.unparsed} that nobody can read, moved to {mailbox.unparsed}.")
    if done.left:
        lines.append(f"{done.left} could not be written down, and stay where they are; the log says why.")
    return lines


def _tried(mailbox: Mailbox, seconds: int) -> _Tried:
    with wire.opened(mailbox, HASTE) as session:
        made, waiting, abilities = session.make_folders(), session.count(), session.abilities
    folders = f"Folders: {mailbox.processed} and {mailbox.unparsed}" + (f"; made now: {', '.join(made)}." if made else ".")
    idle = "yes" if abilities.idle else f"no; it is looked at every {seconds} seconds"
    lines = (
        f"The mailbox {mailbox} can be read; mails in it: {waiting}.",
        folders,
        f"Tells by itself that something came (IDLE): {idle}.",
        f"Moves mails in one step (MOVE): {'yes' if abilities.move else 'no; they are copied and deleted'}.",
    )
    return _Tried("mailbox", {"name": str(mailbox), "waiting": waiting, "made": made, **asdict(abilities)}, lines)


def _called(place: Listen) -> _Tried:
    try:
        with smtplib.SMTP(timeout=HASTE) as client:
            code, words = client.connect(place.host, place.port)
    except OSError:
        return _Tried(
            "port", {"name": str(place), "greeting": None}, (f"At {place} nobody answers; a worker does while it runs.",)
        )
    greeting = f"{code} {words.decode('ascii', 'replace')}"
    return _Tried("port", {"name": str(place), "greeting": greeting}, (f"{place} answers: {greeting}",))
