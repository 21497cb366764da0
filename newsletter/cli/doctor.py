"""`newsletter doctor`: whether everything is as it must be for mail to arrive, and what to do where it is not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click
from rich.console import RenderableType

from newsletter import checkprocess, checkup, inspection
from newsletter.checkup import Sender
from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.exits import Exit
from newsletter.errors import DatabaseNotReady, InstanceMismatch, JournalUnwritable, SettingWrong
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.mail import relaybook
from newsletter.mail.relaybook import Entry
from newsletter.mail.senderlook import Asked
from newsletter.mail.senderproof import Point, Standing
from newsletter.nameserver import read_server
from newsletter.staff.permissions import Permission
from newsletter.strongbox import Strongbox

_MARKS = {Standing.RIGHT: "well   ", Standing.ADVICE: "advice ", Standing.WRONG: "wrong  ", Standing.UNKNOWN: "unknown"}


@dataclass(frozen=True, slots=True)
class _Patient:
    """What the database says of what is looked at."""

    points: tuple[Point, ...]
    senders: tuple[tuple[Newsletter, Asked], ...] = ()
    relays: tuple[Entry, ...] = ()


@click.command("doctor")
@click.argument("newsletter", required=False)
@click.option("--offline", "is_offline", is_flag=True, help="Ask neither the DNS nor the relays.")
@click.option("--nameserver", "server", metavar="IP", help="Ask this name server, and not the system's.")
@common
@pass_door
def doctor(door: Door, newsletter: str | None, *, is_offline: bool, server: str | None) -> int:
    """Look at what must be right for mail to arrive, and say what to publish and to do; exits 6 when something is wrong.

    The DNS is asked about the senders' domains (SPF, DKIM, DMARC, MX), the return domain (SPF, MX) and the names of the relays
    (PTR); relays are tried; feeds, key, files and who may read them, disk, clock, database and mailers are looked at. With
    NEWSLETTER only its sender is.

    Example: newsletter doctor cpdwl
    """
    nameserver = read_server(server) if server else None
    patient = _admit(door, newsletter)
    senders = () if is_offline else tuple(checkup.about_senders(patient.senders, nameserver))
    points = [
        *checkup.about_settings(door.settings),
        checkprocess.about_watching(door.settings),
        *patient.points,
        *checkup.about_programs(door.settings),
    ]
    if not is_offline:
        points += checkup.about_return_domain(door.settings, nameserver)
        strongbox = Strongbox.of(door.application.keyring) if patient.relays else None
        points += [checkup.about_relay(one, strongbox) for one in patient.relays if strongbox is not None]
    everything = [*points, *(point for sender in senders for point in sender.proof.points)]
    is_well = not any(point.standing is Standing.WRONG for point in everything)
    document = {
        "well": is_well,
        "points": [_document(one) for one in points],
        "senders": [_sender_document(one) for one in senders],
    }
    door.answer(document, *_shown(points, senders, is_offline=is_offline))
    return Exit.DONE if is_well else Exit.NOT_READY


def _admit(door: Door, newsletter: str | None) -> _Patient:
    """Read what the database says; one that cannot be used is told of like everything else."""
    try:
        with door.reading(Permission.MANAGE_RELAYS) as tx:
            chosen = (newsletters.find(tx, newsletter),) if newsletter else newsletters.all_newsletters(tx)
            senders = tuple(
                (one, inspection.sender_of(tx, one, door.settings.return_domain, door.settings.relay)) for one in chosen
            )
            relays = tuple(one for one in relaybook.entries(tx, door.settings.relay) if one.is_enabled)
            database = door.application.database
            points = (
                *checkup.about_database(tx, door.settings, door.now()),
                *checkprocess.about_processes(tx, database, door.settings, door.now()),
                *checkprocess.about_permissions(door.settings, database.path),
                *checkup.about_clock(door.application.ahead()),
            )
            return _Patient(points, senders, relays)
    except (DatabaseNotReady, InstanceMismatch, JournalUnwritable, SettingWrong) as error:
        return _Patient((Point("database", Standing.WRONG, str(error), "Do what it says, then ask the doctor again."),))


def _shown(points: Sequence[Point], senders: Sequence[Sender], *, is_offline: bool) -> Iterator[RenderableType]:
    yield shown.line("This instance")
    for point in points:
        yield from _lines(point)
    for sender in senders:
        yield shown.line(f"\nThe sender {sender.domain} ({', '.join(sender.newsletters)})")
        for point in sender.proof.points:
            yield from _lines(point)
        yield shown.line(sender.verdict)
    if is_offline:
        yield shown.line("\nNot looked at: what the DNS says of the senders, and whether relays take mail (--offline).")


def _lines(point: Point) -> Iterator[RenderableType]:
    yield shown.line(f"{_MARKS[point.standing]}  {point.what}: {point.text}")
    if point.mend:
        yield shown.line(f"         {point.mend}")
    if point.record is not None:
        # A plain text is never wrapped: it is there to be copied.
        facts = {"name": point.record.name, "type": point.record.kind, "value": point.record.value}
        yield "\n".join(["", *(f"           {name:<7} {fact}" for name, fact in facts.items()), ""])
    if point.command:
        yield f"         {point.command}"


def _document(point: Point) -> dict[str, object]:
    record = point.record
    return {
        "what": point.what,
        "standing": point.standing,
        "text": point.text,
        "mend": point.mend or None,
        "record": None if record is None else {"name": record.name, "type": record.kind, "value": record.value},
        "command": point.command or None,
    }


def _sender_document(sender: Sender) -> dict[str, object]:
    return {
        "domain": sender.domain,
        "newsletters": sender.newsletters,
        "spf_aligned": sender.proof.is_spf_aligned,
        "dkim_aligned": sender.proof.is_dkim_aligned,
        "dmarc_policy": sender.proof.policy or None,
        "points": [_document(point) for point in sender.proof.points],
    }
