"""`newsletter newsletters pack` and `unpack`: one newsletter in one file, and into another instance."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from newsletter.backups import packing, unpacking
from newsletter.backups.unpacking import Bundle, Sight, Unpacked
from newsletter.cli import locks, shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.progress import reading_bar
from newsletter.staff.permissions import Permission
from newsletter.web import spelled


@click.command("pack")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@locks.given
@common
@pass_door
def pack(door: Door, name: str, file: Path, *, asks: bool, passphrase_file: str | None, recipients: Sequence[str]) -> None:
    """Write one newsletter into one new file: its people and what they said, its issues, its archive with the pictures.

    Figures come along. Deliveries stay behind, and with them its calendar, guests, segments and what issues were before.
    Whoever unpacks it under another key is asked for the digest that is told here.

    Example: newsletter newsletters pack cpdwl cpdwl.bundle
    """
    lock = locks.lock(door, recipients, passphrase_file, asks=asks)
    door.allow(Permission.MANAGE_INSTANCE)
    application = door.application
    with reading_bar("Writing", 0) as tell:
        packed = packing.pack(application.database, application.keyring, name, file, lock, door.now(), tell)
    with door.acting(Permission.MANAGE_INSTANCE) as acting:
        acting.record("newsletter.pack", f"newsletter {packed.newsletter}", bundle=packed.digest, encrypted=lock is not None)
    door.answer(
        {"file": str(file), "bytes": packed.size, "newsletter": packed.newsletter, "rows": packed.rows}
        | {"digest": packed.digest, "faults": packed.faults, "encrypted": lock is not None},
        shown.line(
            f"{_count(packed.rows.get('subscription', 0), 'people')} and {_count(packed.rows.get('issue', 0), 'issues')} "
            f"of {packed.newsletter}, {spelled.number(packed.size)} bytes: {file}"
        ),
        shown.line(f"Digest: {packed.digest}"),
    )
    if packed.faults:
        door.note(f"The evidence of its people does not hold together in {packed.faults} places: newsletter consent verify")
    if lock is None:
        door.note("It is not encrypted, and has the addresses of its readers in it.")


class _Rehearsed(Exception):  # noqa: N818 -- named for what happened
    """It was only to be tried, and is rolled back."""


@click.command("unpack")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--digest", default="", metavar="HEX", help="What `pack` told there; asked for where the key was another one.")
@click.option("--name", "called", default="", metavar="TEXT", help="What newsletter and list are called here instead.")
@click.option("--passphrase-file", metavar="FILE", help="The passphrase is on the first line of this file.")
@click.option("--identity", metavar="FILE", help="A file with the secret half of the key it was encrypted for.")
@click.option("--dry-run", "is_rehearsal", is_flag=True, help="Try all of it, say what would come of it, and change nothing.")
@common
@pass_door
def unpack(
    door: Door,
    file: Path,
    *,
    digest: str,
    called: str,
    passphrase_file: str | None,
    identity: str | None,
    is_rehearsal: bool,
) -> None:
    """Bring a newsletter that was packed elsewhere into this instance, beside those that are here; nothing is mailed.

    Whoever is known here by address is the same person, and a no is never undone: not one that was said there, nor one that
    was said here. Issues that were not mailed yet arrive as drafts. A second time changes nothing.

    Example: newsletter newsletters unpack cpdwl.bundle --dry-run
    """
    key = locks.key(door, file, passphrase_file, identity)
    door.allow(Permission.MANAGE_INSTANCE)
    application = door.application
    size = file.stat().st_size if file.is_file() else 0
    with reading_bar("Reading", size) as tell:
        seen = unpacking.look(file, key, application.keyring, tell)
    if digest or not is_rehearsal:
        unpacking.require_trust(seen, digest)
    with door.reading(Permission.MANAGE_INSTANCE) as tx:
        before = unpacking.earlier(tx, seen)
    if before is not None:
        told = shown.line(f"It was unpacked before, {spelled.moment(before, 'UTC')}. Nothing was changed.")
        door.answer(_document(seen) | {"unpacked": False, "before": before}, told)
        return
    beside = application.settings.data_dir
    beside.mkdir(0o700, parents=True, exist_ok=True)
    with unpacking.opened(file, key, seen, beside) as bundle:
        unpacked = _bring(door, seen, bundle, called, is_rehearsal=is_rehearsal)
    _tell(door, seen, unpacked, is_rehearsal=is_rehearsal)


def _bring(door: Door, seen: Sight, bundle: Bundle, called: str, *, is_rehearsal: bool) -> Unpacked:
    application = door.application
    with suppress(_Rehearsed), door.acting(Permission.MANAGE_INSTANCE) as acting:
        unpacked = unpacking.bring(acting.tx, bundle, application.keyring, application.templates, acting.now, called=called)
        known = {"bundle": seen.digest, "instance": seen.about.instance}
        acting.record(unpacking.ACT, f"newsletter {unpacked.newsletter.name}", **known, **unpacked.people)
        if is_rehearsal:
            raise _Rehearsed
    return unpacked


def _document(seen: Sight) -> dict[str, object]:
    about = seen.about
    return {
        "digest": seen.digest,
        "is_proved": seen.is_proved,
        "made_at": about.made_at,
        "made_by": about.made_by,
        "instance": about.instance,
        "faults": about.told["faults"],
    }


def _tell(door: Door, seen: Sight, unpacked: Unpacked, *, is_rehearsal: bool) -> None:
    people, known = unpacked.people, unpacked.newsletter
    door.answer(
        _document(seen)
        | {"unpacked": not is_rehearsal, "before": None, "newsletter": known.slug}
        | {"people": dict(people), "issues": dict(unpacked.issues)},
        shown.line(f"{known.name}{' would be' if is_rehearsal else ' is'} here as {known.slug}. Nothing is mailed."),
        shown.line(
            f"People: {spelled.number(people['new'])} new, {spelled.number(people['known'])} known here before; left out: "
            f"{spelled.number(people['erased'])} erased here, {spelled.number(people['refused'])} without a usable address."
        ),
        shown.line(
            f"Noes: {spelled.number(people['noes'])} came along, {spelled.number(people['left_here'])} had said no to every "
            f"list here, {spelled.number(people['noes_lost'])} cannot be carried."
        ),
        shown.line(f"Issues: {', '.join(f'{count} {state}' for state, count in sorted(unpacked.issues.items())) or 'none'}."),
        shown.line(f"Digest: {seen.digest}"),
    )
    _note(door, seen, unpacked)


def _note(door: Door, seen: Sight, unpacked: Unpacked) -> None:
    if unpacked.people["noes_lost"]:
        door.note(
            "Noes of addresses that nobody there knows any more are kept by a hash of the other key, and come along only where "
            "the key is the same."
        )
    if unpacked.has_lost_theme:
        door.note("Its theme is none of this instance: its letters look as usual.")
    if seen.about.told["faults"]:
        door.note(f"The evidence of its people did not hold together there in {seen.about.told['faults']} places.")


def _count(number: int, what: str) -> str:
    return f"{spelled.number(number)} {what}"
