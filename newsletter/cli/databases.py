"""`newsletter database`: the whole instance from one database into another."""

import click

from newsletter.backups import copying
from newsletter.backups.copying import Copied
from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.progress import growing_bar
from newsletter.errors import BadValue
from newsletter.staff.permissions import Permission
from newsletter.web import spelled


@click.command("copy")
@click.option("--to", "url", metavar="URL", required=True, help="Where to: `postgresql://user@host/name` or `sqlite:///path`.")
@click.option("--anew", is_flag=True, help="Begin again where an earlier copy was not finished, and not go on with it.")
@click.option("--dry-run", "is_rehearsal", is_flag=True, help="Say what would be copied, and change nothing.")
@common
@pass_door
def copy(door: Door, url: str, *, anew: bool, is_rehearsal: bool) -> None:
    """Copy everything into another database, SQLite or PostgreSQL, where nothing is yet; the copy is held until it is adopted.

    Stop every `serve` and `worker` first to move for good. A copy that was interrupted goes on when the same command is given
    again. At the end every table is counted and hashed on both sides. The original is not changed.

    Example: newsletter database copy --to postgresql://newsletter@localhost/newsletter
    """
    door.allow(Permission.MANAGE_INSTANCE)
    application = door.application
    data_dir = application.settings.data_dir
    try:
        if is_rehearsal:
            looked = copying.look(application.database, url, data_dir, door.now())
            _tell(door, looked, is_done=False)
            return
        with growing_bar("Copying") as tell:
            copied = copying.copy(application.database, url, data_dir, door.now(), tell, anew=anew)
    except OSError as error:
        raise BadValue("database", "the other one", f"cannot be written: {error.strerror or error}") from error
    with door.acting(Permission.MANAGE_INSTANCE) as acting:
        acting.record("instance.copy", "instance", rows=sum(copied.rows.values()))
    _tell(door, copied, is_done=True)


def _tell(door: Door, copied: Copied, *, is_done: bool) -> None:
    rows = spelled.number(sum(copied.rows.values()))
    document = {"copied": is_done, "rows": copied.rows, "found": copied.found, "was_running": copied.was_running}
    if copied.was_running:
        door.note(
            "A worker is mailing from the original. To move for good stop everything first; else whoever it mails meanwhile is "
            "uncertain in the copy."
        )
    if not is_done:
        there = f" {spelled.number(copied.found)} of them are there already." if copied.found else ""
        door.answer(document, shown.line(f"{rows} rows would be copied.{there} Nothing was changed."))
        return
    door.answer(
        document,
        shown.line(
            f"{rows} rows of {len(copied.rows)} tables are the same on both sides. The copy mails nothing until it is adopted."
        ),
        shown.line("Next: set NEWSLETTER_DATABASE_URL to the copy, and there:"),
        shown.line('  newsletter adopt --stopped "moved to another database"   (everything was stopped before it was copied)'),
        shown.line("  newsletter journal replay FILE… && newsletter adopt        (it was not)"),
    )


database = click.Group("database", commands=[copy], help="The whole instance from one database into another.")
