"""`newsletter returns`: what comes back of what was sent."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import click

from newsletter.cli import fetching, shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.exits import Exit
from newsletter.cli.returned import list_, policy_, replay_, show_, stats_
from newsletter.cli.taking import read_
from newsletter.cli.webhooks import hooks_
from newsletter.returns import classify, mbox
from newsletter.returns.model import Reading

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class _Classified:
    """One message, where it stands, and what it is."""

    file: str
    reading: Reading
    # From 1, in an mbox of several; 0 for a message that has its file for itself.
    index: int = 0
    is_missing: bool = False

    def document(self) -> dict[str, object]:
        """Give it for machines."""
        reading = self.reading
        document: dict[str, object] = {
            "file": self.file,
            "kind": reading.kind.value,
            "class": reading.cause.value if reading.cause else None,
            "status": reading.status,
            "reason": reading.reason,
            "confidence": reading.confidence,
        }
        return document | ({"index": self.index} if self.index else {})

    def row(self) -> tuple[object, ...]:
        """Give it for people."""
        reading = self.reading
        name = f"{self.file} ({self.index})" if self.index else self.file
        return (name, reading.kind, reading.cause, reading.status, f"{reading.confidence:.2f}", reading.reason)


@click.command("classify")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@common
@pass_door
def classify_(door: Door, files: tuple[str, ...]) -> int:
    """Tell what the messages in FILE... are, and change nothing: no database and no setting is needed.

    A FILE is one message as it came (always, if its name ends in .eml), or an mbox of several; `-` is standard input. With
    --json there is a line for every message, also for one that cannot be read. A file that is not there has its line too,
    and ends the command with exit code 4.

    Example: newsletter returns classify bounce.eml --json
    """
    is_whole = True
    rows = []
    for one in _all_classified(files):
        is_whole = is_whole and not one.is_missing
        if door.as_json:
            door.answer(one.document())
        else:
            rows.append(one.row())
    if not door.as_json:
        door.answer({}, shown.table(("file", "kind", "class", "status", "#sure", "reason"), rows))
    return Exit.DONE if is_whole else Exit.NOT_FOUND


def _all_classified(files: Sequence[str]) -> Iterator[_Classified]:
    for file in files:
        try:
            yield from _classified(file)
        except OSError as error:
            why = (error.strerror or type(error).__name__).rstrip(".")
            yield _Classified(file, classify.unreadable(f"The file cannot be read: {why}."), is_missing=True)


def _classified(file: str) -> Iterator[_Classified]:
    if file == STANDARD_INPUT:
        yield from _each(file, mbox.split(sys.stdin.buffer))
        return
    yield from _each(file, mbox.of_file(Path(file)))


def _each(file: str, messages: Iterator[bytes]) -> Iterator[_Classified]:
    # Nothing is a message, too: every file has its line.
    first = next(messages, b"")
    second = next(messages, None)
    if second is None:
        yield _Classified(file, classify.read(first))
        return
    for index, raw in enumerate(chain((first, second), messages), start=1):
        yield _Classified(file, classify.read(raw), index)


@click.group("returns")
def returns() -> None:
    """Read what comes back: bounces, complaints, answers and those who leave by mail."""


for command in (classify_, fetching.fetch, fetching.check, read_, list_, show_, stats_, replay_, policy_, hooks_):
    returns.add_command(command)
