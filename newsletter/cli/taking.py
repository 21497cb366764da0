"""`newsletter returns read`: takes in what comes back from a file, an mbox, or a mail server's pipe."""

import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.exits import Exit
from newsletter.errors import NewsletterError
from newsletter.returns import apply, classify, mbox
from newsletter.returns.apply import Returned, Taken
from newsletter.returns.model import CameBy, Reading
from newsletter.staff.permissions import Permission

STANDARD_INPUT = "-"


@click.command("read")
@click.argument("file", metavar="FILE")
@click.option("--recipient", default="", metavar="ADDRESS", help="Of the envelope, where the mail server tells it.")
@common
@pass_door
def read_(door: Door, file: str, *, recipient: str) -> int:
    """Take in the message in FILE, each message of an mbox, or the one on standard input (`-`), and do what follows.

    The same message a second time changes nothing. What is not ours is kept to be looked at (`returns list --unattributed`)
    and is no error. From a pipe, exit code 75 tells the mail server to keep the message and to try again: whatever goes
    wrong, nothing bounces.

    Example: newsletter returns read - --recipient b-abcdefghijklmnopqrstuvwxyz@returns.example.org
    """
    if file != STANDARD_INPUT:
        _read(door, file, recipient)
        return Exit.DONE
    try:
        _read(door, file, recipient)
    except NewsletterError as error:
        # One line: it is all that the mail server's log has room for.
        click.echo(f"Error: {error}", err=True)
        return Exit.TRY_LATER
    except Exception:  # noqa: BLE001 -- a pipe that ends in any other way makes the mail server bounce a bounce
        click.echo(traceback.format_exc(), err=True)
        return Exit.TRY_LATER
    return Exit.DONE


def _read(door: Door, file: str, recipient: str) -> None:
    door.allow(Permission.MANAGE_PEOPLE)
    fates = Counter[str]()
    last = ""
    for raw in _messages(file):
        # Outside of the transaction: nobody waits for a message that takes long to read.
        reading = classify.read(raw)
        with door.application.database.write() as tx:
            taken = apply.take(tx, door.application.keyring, Returned(raw, CameBy.FILE, recipient), reading, door.now())
        fates[taken.fate] += 1
        last = _told(reading, taken)
        if door.as_json:
            door.answer(_document(file, reading, taken))
    if not door.as_json:
        rows = [(fate, count) for fate, count in sorted(fates.items())]
        several = shown.table(("what became of them", "#messages"), rows)
        door.answer({}, several if fates.total() > 1 else shown.line(last or "There is no message."))


def _told(reading: Reading, taken: Taken) -> str:
    """Say of a single message what it is, what became of it, and where it is looked at."""
    what = f"{reading.kind}, {reading.cause}" if reading.cause else reading.kind.value
    if taken.message_id is None:
        return f"It was taken in before, and changes nothing ({what})."
    followed = f", {taken.followed}" if taken.followed else ""
    return f"{what}: {taken.fate}{followed}. All of it: newsletter returns show {taken.message_id}"


def _messages(file: str) -> Iterator[bytes]:
    if file == STANDARD_INPUT:
        yield from mbox.split(sys.stdin.buffer)
        return
    try:
        yield from mbox.of_file(Path(file))
    except OSError as error:
        why = (error.strerror or type(error).__name__).rstrip(".")
        raise click.UsageError(f"{file} cannot be read: {why}.") from error


def _document(file: str, reading: Reading, taken: Taken) -> dict[str, object]:
    return {
        "file": file,
        "id": taken.message_id,
        "fate": taken.fate.value,
        "kind": reading.kind.value,
        "class": reading.cause.value if reading.cause else None,
        "followed": taken.followed.value if taken.followed else None,
        "issue": taken.issue_id,
    }
