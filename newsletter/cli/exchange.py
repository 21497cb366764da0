"""`newsletter subscribers import` and `export`: people in and out as CSV."""

import csv
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.progress import reading_bar
from newsletter.errors import BadValue
from newsletter.staff.permissions import Permission
from newsletter.web import spelled
from subscribers import exchange, register
from subscribers.exchange import ImportReport

# Told one by one on a terminal; all of them stand in the JSON.
MOST_TOLD = 50

# A cell may hold a book; told on a terminal it would push all the others out of sight.
LONGEST_TOLD = 80


class CountedLines:
    """The lines of a file, and how many bytes of it were read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._file:
            self.read += len(line)
            yield line


@click.command("import")
@click.argument("list_name", metavar="LIST")
@click.argument("file")
@click.option("--basis", metavar="TEXT", required=True, help="Why we may write to these people; kept as evidence with each.")
@click.option("--confirmed", "is_confirmed", is_flag=True, help="They have consented already; else they must confirm first.")
@common
@pass_door
def import_(door: Door, list_name: str, file: str, *, basis: str, is_confirmed: bool) -> None:
    """Put the people of a CSV file on a list; FILE is "-" for stdin.

    The first line names the columns: email, and if there are any name and language. Rows that are no addresses are
    reported and left out, names that fit no line are cleaned, and nobody who left or was erased is brought back.

    Example: newsletter subscribers import readers people.csv --basis "Signed up at the congress, 2019" --confirmed
    """
    door.allow(Permission.MANAGE_PEOPLE)
    with door.reading() as tx:
        chosen = register.find_list(tx, list_name)
    with _opened(file) as opened, reading_bar(f"Importing to {chosen.name}", _size(opened)) as tell:
        lines = CountedLines(opened)
        report = exchange.import_csv(
            door.application.database.write,
            door.application.keyring,
            chosen.id,
            lines,
            door.now(),
            basis=basis,
            is_confirmed=is_confirmed,
            progress=lambda rows: tell(lines.read, rows),
        )
    with door.acting(Permission.MANAGE_PEOPLE) as acting:
        acting.record("subscribers.import", f"list {chosen.name}", rows=report.rows, added=report.added, basis=basis)
    _tell_rows(door, report)
    door.answer({"list": chosen.slug, **asdict(report)}, shown.line(_summary(report, chosen.name, is_confirmed=is_confirmed)))


@click.command("export")
@click.argument("list_name", metavar="LIST")
@click.option("--output", metavar="FILE", help="Write here and not to stdout.")
@common
@pass_door
def export(door: Door, list_name: str, output: str | None) -> None:
    """Write everybody who stands on a list as CSV, with how they stand to it.

    Example: newsletter subscribers export readers --output readers.csv
    """
    with door.reading(Permission.MANAGE_PEOPLE) as tx:
        chosen = register.find_list(tx, list_name)
        lines = exchange.export_csv(tx, chosen.id)
        if output is not None:
            written = _write(output, lines)
        elif door.as_json:
            people = list(csv.DictReader(lines))
        else:
            written = _print(lines)
    if door.as_json:
        door.answer({"list": chosen.slug, **({"file": output, "people": written} if output else {"people": people})})
    else:
        door.note(f"{spelled.people(written)} written.")


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(Path(file).open("rb"))
        except OSError as error:
            raise BadValue("file", file, f"cannot be read: {error.strerror}") from error
        yield opened


def _size(file: BinaryIO) -> int:
    try:
        return os.fstat(file.fileno()).st_size
    except OSError:
        # A stdin that is no file, as in tests.
        return 0


def _write(path: str, lines: Iterable[str]) -> int:
    try:
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            return sum(1 for line in lines if file.write(line)) - 1
    except OSError as error:
        raise BadValue("file", path, f"cannot be written: {error.strerror}") from error


def _print(lines: Iterable[str]) -> int:
    count = -1
    for line in lines:
        click.echo(line, nl=False)
        count += 1
    return count


def _tell_rows(door: Door, report: ImportReport) -> None:
    for refusal in report.refusals[:MOST_TOLD]:
        door.note(f"Row {refusal.row}: {_short(refusal.text)} is left out: {refusal.reason}")
    for cleaning in report.cleanings[:MOST_TOLD]:
        door.note(f"Row {cleaning.row}: the name {_short(cleaning.before)} was cleaned to {_short(cleaning.after)}")
    more = max(report.refused - MOST_TOLD, 0) + max(report.cleaned - MOST_TOLD, 0)
    if more:
        door.note(f"{spelled.number(more)} more rows were left out or cleaned; --json lists them.")


def _short(cell: str) -> str:
    return repr(cell if len(cell) <= LONGEST_TOLD else f"{cell[: LONGEST_TOLD - 1]}…")


def _summary(report: ImportReport, name: str, *, is_confirmed: bool) -> str:
    figures = {
        "confirmed by it": report.confirmed,
        "there before": report.there,
        "left out because they said no": report.said_no,
        "doubled": report.duplicates,
        "refused": report.refused,
    }
    others = "".join(f", {spelled.number(count)} {words}" for words, count in figures.items() if count)
    state = "" if is_confirmed else " They must confirm before they are written to."
    return f"{spelled.number(report.rows)} rows: {spelled.number(report.added)} added to {name}{others}.{state}"
