"""`newsletter backup` and `newsletter restore`: everything of an instance in one file, and back."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from newsletter.backups import making, restoring
from newsletter.backups.making import Origin
from newsletter.backups.restoring import Restored
from newsletter.cli import locks, shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.progress import reading_bar
from newsletter.errors import SettingWrong
from newsletter.people.replay import Fate
from newsletter.staff.permissions import Permission
from newsletter.web import spelled
from subscribers.tokens import Keyring


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@locks.given
@common
@pass_door
def backup(door: Door, file: Path, *, asks: bool, passphrase_file: str | None, recipients: Sequence[str]) -> None:
    """Write everything of this instance into one new file, as one moment had it; mailing and pages go on.

    In it are all tables with the images, this host's journal, templates of your own and the settings that are no secrets. The
    secret key is not: keep it elsewhere, and as safe. It is encrypted in the format of `age` where that is asked for. It can be
    restored into either kind of database (`newsletter restore`).

    Example: newsletter backup newsletter.backup
    """
    lock = locks.lock(door, recipients, passphrase_file, asks=asks)
    door.allow(Permission.MANAGE_INSTANCE)
    application = door.application
    origin = Origin(application.database, application.settings, application.keyring)
    with reading_bar("Writing", 0) as tell:
        made = making.make(origin, file, lock, door.now(), tell)
    with door.acting(Permission.MANAGE_INSTANCE) as acting:
        acting.record("instance.backup", "instance", rows=sum(made.rows.values()), encrypted=lock is not None)
    door.answer(
        {"file": str(file), "bytes": made.size, "rows": made.rows, "instance": made.instance, "shape": made.shape}
        | {"encrypted": lock is not None},
        shown.line(f"{_rows(made.rows)}, {spelled.number(made.size)} bytes: {file}"),
    )
    if lock is None:
        door.note("It is not encrypted, and has the addresses of all readers in it.")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--passphrase-file", metavar="FILE", help="The passphrase is on the first line of this file.")
@click.option("--identity", metavar="FILE", help="A file with the secret half of the key it was encrypted for.")
@click.option("--dry-run", "is_rehearsal", is_flag=True, help="Read it to its end, say what is in it, and change nothing.")
@common
@pass_door
def restore(door: Door, file: Path, *, passphrase_file: str | None, identity: str | None, is_rehearsal: bool) -> None:
    """Read a backup into the database of the settings, where there is none yet; it mails nothing until it is adopted.

    The key is to be the one it was made with. Journals of this host are obeyed at once: whoever left since stays away. It is
    there whole or not at all; a file that was cut off or changed is refused.

    Example: newsletter restore newsletter.backup
    """
    settings = door.settings
    if settings.secret_key is None:
        raise SettingWrong("NEWSLETTER_SECRET_KEY", "is missing; set the key that the backup was made with")
    key = locks.key(door, file, passphrase_file, identity)
    with reading_bar("Reading", file.stat().st_size if file.is_file() else 0) as tell:
        if is_rehearsal:
            keyring = Keyring(settings.secret_key, settings.former_secret_keys)
            restored = restoring.look_through(file, key, keyring, tell)
        else:
            restored = restoring.restore(settings, file, key, door.now_here(), tell)
    _tell(door, restored)


def _tell(door: Door, restored: Restored) -> None:
    about, laid, fates = restored.about, restored.laid, restored.fates
    rows = _rows(restored.rows)
    document = {
        "restored": fates is not None,
        "made_at": about.made_at,
        "made_by": about.made_by,
        "instance": about.instance,
        "shape": about.shape,
        "rows": restored.rows,
    }
    if fates is None:
        door.answer(
            document, shown.line(f"It is whole: {rows}, made {spelled.moment(about.made_at, 'UTC')}. Nothing was changed.")
        )
        return
    obeyed = {fate.value: count for fate, count in fates.items()}
    places = {"settings": laid.settings, "templates": laid.templates, "journals": laid.journals}
    door.answer(
        document | {"journal": obeyed, "replayed": restored.is_replayed} | _as_text(places),
        shown.line(f"{rows} are there as of {spelled.moment(about.made_at, 'UTC')}. Nothing is mailed until it is adopted."),
        shown.line(
            f"Journals: {spelled.number(sum(fates.values()))} lines, {spelled.number(fates[Fate.APPLIED])} obeyed again."
        ),
        *(shown.line(f"Laid aside, {name}: {path}") for name, path in places.items() if isinstance(path, Path)),
        shown.line("Next: stop the instance it comes from, read the journals of all its hosts, and adopt it:"),
        shown.line("  newsletter journal replay FILE…"),
        shown.line("  newsletter adopt"),
    )


def _rows(rows: Mapping[str, int]) -> str:
    return f"{spelled.number(sum(rows.values()))} rows of {len(rows)} tables"


def _as_text(places: Mapping[str, object]) -> dict[str, object]:
    return {
        name: [str(one) for one in path] if isinstance(path, tuple) else path and str(path) for name, path in places.items()
    }
