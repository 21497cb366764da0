"""`newsletter subscribers import` and `export`: people in and out of files."""

import csv
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.imports import begin_asking
from newsletter.cli.progress import reading_bar
from newsletter.errors import BadValue
from newsletter.people import clicking
from newsletter.staff.permissions import Permission
from newsletter.web import spelled
from subscribers import register
from subscribers.exchange.asking import FASTEST
from subscribers.exchange.exporting import export_csv
from subscribers.exchange.importing import import_people, rehearse_import
from subscribers.exchange.model import ImportOrder, ImportReport

# Told one by one on a terminal; all of them stand in the JSON.
MOST_TOLD = 50

ASK_HELP = "Ask them by mail for their yes, N people an hour; the worker does it."

# A cell may hold a book; told on a terminal it would push all the others out of sight.
LONGEST_TOLD = 80


@click.command("import")
@click.argument("list_name", metavar="LIST")
@click.argument("file")
@click.option("--basis", metavar="TEXT", required=True, help="Why we may write to these people; kept as evidence with each.")
@click.option("--confirmed", "is_confirmed", is_flag=True, help="They have consented already; else they must confirm first.")
@click.option("--dry-run", "is_rehearsal", is_flag=True, help="Say what would become of each row, and change nothing.")
@click.option("--ask-to-confirm", "per_hour", metavar="N", type=click.IntRange(1, FASTEST), help=ASK_HELP)
@click.option("--map", "columns", metavar="TITLE=FIELD", multiple=True, help="What a column holds; `nothing` leaves it alone.")
@click.option("--update", "updates", is_flag=True, help="Names and languages of people known already change to the file's.")
@click.option("--encoding", default="", metavar="NAME", help="How the file is encoded, if it reads wrong: cp1251, gb18030, …")
@click.option("--raw", "is_raw", is_flag=True, help="The file was exported with --raw, or by no spreadsheet.")
@common
@pass_door
def import_(
    door: Door,
    list_name: str,
    file: str,
    *,
    basis: str,
    is_confirmed: bool,
    is_rehearsal: bool,
    per_hour: int | None,
    columns: tuple[str, ...],
    updates: bool,
    encoding: str,
    is_raw: bool,
) -> None:
    """Put the people of a file on a list; FILE is "-" for stdin.

    CSV of any encoding and delimiter, XLSX, vCard, lists of addresses, and the exports of listmonk, Mailchimp, Mailman,
    Substack, Ghost, Buttondown and phpList are understood. Rows that are no addresses are reported and left out, names that
    fit no line are cleaned, and nobody who left or was erased is brought back. An import that was interrupted goes on where
    it was when the same command is given again.

    Example: newsletter subscribers import readers people.csv --basis "Signed up at the congress, 2019" --confirmed
    """
    if per_hour is not None and is_confirmed:
        raise click.UsageError("--ask-to-confirm asks those who have not consented, and --confirmed says that they have.")
    door.allow(Permission.MANAGE_PEOPLE)
    with door.reading() as tx:
        chosen = register.find_list(tx, list_name)
    order = ImportOrder(
        chosen.id,
        basis,
        is_confirmed,
        updates=updates,
        columns=read_columns(columns),
        encoding=encoding,
        is_raw=is_raw,
        source="" if file == "-" else Path(file).name,
    )
    report = _done(door, file, order, chosen.name, is_rehearsal=is_rehearsal)
    _record(door, chosen.name, order, report)
    if per_hour is not None and report.id is not None:
        begin_asking(door, report.id, per_hour)
    _tell_rows(door, report)
    summary = _summary(report, chosen.name, is_confirmed=is_confirmed)
    door.answer({"list": chosen.slug, **asdict(report)}, shown.line(summary))


@click.command("export")
@click.argument("list_name", metavar="LIST")
@click.option("--output", metavar="FILE", help="Write here and not to stdout.")
@click.option("--raw", "is_raw", is_flag=True, help="For programs: no apostrophe before what a spreadsheet would run.")
@common
@pass_door
def export(door: Door, list_name: str, *, output: str | None, is_raw: bool) -> None:
    """Write everybody who stands on a list as CSV, with how they stand to it and how much of it they take.

    Example: newsletter subscribers export readers --output readers.csv
    """
    with door.reading(Permission.MANAGE_PEOPLE) as tx:
        chosen = register.find_list(tx, list_name)
    # What reads the lines may be slow, and holds nothing open.
    lines = export_csv(door.application.database.read, chosen.id, is_raw=is_raw)
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


def _done(door: Door, file: str, order: ImportOrder, list_name: str, *, is_rehearsal: bool) -> ImportReport:
    verb, doing = (rehearse_import, "Trying") if is_rehearsal else (import_people, "Importing")
    application = door.application
    with (
        opened_file(file) as opened,
        application.database.bulk_writer() as writer,
        reading_bar(f"{doing} for {list_name}", size_of(opened)) as tell,
    ):
        return verb(
            writer.write,
            application.keyring,
            opened,
            order,
            door.now(),
            progress=lambda rows: tell(opened.tell(), rows),
            leaving=clicking.leave,
        )


def _record(door: Door, list_name: str, order: ImportOrder, report: ImportReport) -> None:
    if report.id is None:
        return
    with door.acting(Permission.MANAGE_PEOPLE) as acting:
        figures = {"import": report.id, "rows": report.rows, "added": report.added, "basis": order.basis}
        acting.record("subscribers.import", f"list {list_name}", **figures)


def read_columns(said: Iterable[str]) -> Mapping[str, str]:
    """Read what `--map` says of columns.

    Raises:
        click.UsageError: one of them is not understood.

    """
    columns = {}
    for one in said:
        title, equals, field = one.rpartition("=")
        if not equals or not title.strip():
            raise click.UsageError(f'--map {one!r} is not understood; write it as "E-Mail-Adresse=email".')
        columns[title.strip()] = field.strip()
    return columns


@contextmanager
def opened_file(file: str) -> Iterator[BinaryIO]:
    """Give a file that can be read from its beginning again; `-` is stdin.

    Raises:
        BadValue: it cannot be read.

    """
    if file == "-":
        with tempfile.TemporaryFile() as kept:
            shutil.copyfileobj(sys.stdin.buffer, kept)
            kept.seek(0)
            yield kept
        return
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(Path(file).open("rb"))
        except OSError as error:
            raise BadValue("file", file, f"cannot be read: {error.strerror}") from error
        yield opened


def size_of(file: BinaryIO) -> int:
    """Give the size of an open file in bytes."""
    return os.fstat(file.fileno()).st_size


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
    if report.kind:
        door.note(f"This is a file of {report.kind}.")
    taken = ", ".join(f"{title} as {field}" for title, field in report.columns.items())
    ignored = f"; not taken: {', '.join(report.ignored)}" if report.ignored else ""
    door.note(f"Columns: {taken}{ignored}.")
    if report.continued_at:
        door.note(f"Went on after row {spelled.number(report.continued_at)}, where an earlier run had stopped.")
    for refusal in report.refusals[:MOST_TOLD]:
        door.note(f"Row {refusal.row}: {_short(refusal.text)} is left out: {refusal.reason}")
    for cleaning in report.cleanings[:MOST_TOLD]:
        became = f"was cleaned to {_short(cleaning.after)}" if cleaning.after else "is left out"
        door.note(f"Row {cleaning.row}: the {cleaning.field} {_short(cleaning.before)} {became}")
    more = max(report.refused - MOST_TOLD, 0) + max(report.cleaned - MOST_TOLD, 0)
    if more:
        door.note(f"{spelled.number(more)} more rows were left out or cleaned; --json lists them.")


def _short(cell: str) -> str:
    return repr(cell if len(cell) <= LONGEST_TOLD else f"{cell[: LONGEST_TOLD - 1]}…")


def _summary(report: ImportReport, name: str, *, is_confirmed: bool) -> str:
    figures = {
        "confirmed by it": report.confirmed,
        "changed": report.updated,
        "there before": report.there,
        "left out because they said no": report.said_no,
        "doubled": report.duplicates,
        "refused": report.refused,
    }
    others = "".join(f", {spelled.number(count)} {words}" for words, count in figures.items() if count)
    added = "would be added" if report.id is None else "added"
    state = "" if is_confirmed else " They must confirm before they are written to."
    undo = "" if report.id is None else f" This was import {report.id}."
    nothing = " Nothing was changed." if report.id is None else ""
    return (
        f"{spelled.number(report.rows)} rows: {spelled.number(report.added)} {added} to {name}{others}.{state}{undo}{nothing}"
    )
