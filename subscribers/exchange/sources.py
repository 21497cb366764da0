"""A file of people, whatever it is: told apart by its first bytes, and read row by row."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO

from subscribers.attributes import Attribute
from subscribers.encodings import decoded
from subscribers.errors import FileUnreadable
from subscribers.exchange import memberlines, vcard, workbook
from subscribers.exchange.columns import Columns, arrange
from subscribers.exchange.model import PersonRow
from subscribers.sentence import say
from subscribers.spreadsheet import Table, read_table

# So many rows are looked at before it is decided which column holds what.
SAMPLE = 50

# A line may hold a long note; what is longer is no line of a list of people, and is cut so that it cannot fill the memory.
LONGEST_LINE = 1_000_000

_HEAD = 4_096

# What old Excel, PDF and pictures begin with: never text, whatever an encoding would make of it.
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", say("It is a workbook of an old Excel (XLS). Save it as XLSX or CSV.")),
    (b"%PDF", say("It is a PDF. Take the table out of it and save it as CSV.")),
    (b"\x1f\x8b", say("It is packed (gzip). Unpack it first.")),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was looked into: what its columns are, and its people, to be read once."""

    # The program that wrote it, or the kind of file.
    kind: str
    columns: Columns
    people: Iterator[PersonRow]


@dataclass(frozen=True, slots=True)
class Peek:
    """What stands at the top of a file, before anybody decided what it means."""

    # The kind of file, where it is no table of text.
    kind: str
    titles: tuple[str, ...]
    # The first rows, as they stand there.
    rows: tuple[Sequence[str], ...]


def peek(file: BinaryIO, rows: int, *, encoding: str = "", is_raw: bool = False) -> Peek:
    """Look at the titles and the first rows of a file.

    Raises:
        FileUnreadable: with a sentence on what to do.

    """
    kind, table = _table(file, encoding, is_raw=is_raw)
    return Peek(kind, table.titles, tuple(row.cells for row in islice(table.rows, rows)))


def open_source(
    file: BinaryIO,
    *,
    encoding: str = "",
    is_raw: bool = False,
    said: Mapping[str, str] | None = None,
    attributes: Sequence[Attribute] = (),
) -> Source:
    """Look into a file, which must be one that can be read from its beginning again.

    *said* tells what columns hold, where their titles do not; they may hold *attributes*, beside what every file has.

    Raises:
        FileUnreadable: with a sentence on what to do; also later, when a workbook turns out to be damaged.

    """
    kind, table = _table(file, encoding, is_raw=is_raw)
    sample = list(islice(table.rows, SAMPLE))
    columns = arrange(table.titles, sample, said or {}, attributes)
    return Source(columns.kind or kind, columns, map(columns.person, chain(sample, table.rows)))


def fingerprint(file: BinaryIO) -> str:
    """Give a digest of the whole file, by which it is known again; leaves the file at its beginning."""
    file.seek(0)
    digest = hashlib.sha256()
    while data := file.read(1 << 20):
        digest.update(data)
    file.seek(0)
    return digest.hexdigest()


def _table(file: BinaryIO, encoding: str, *, is_raw: bool) -> tuple[str, Table]:
    head = file.read(_HEAD)
    file.seek(0)
    if head.startswith(workbook.BEGINNING):
        return workbook.KIND, workbook.read_workbook(file)
    for beginning, reason in _FOREIGN:
        if head.startswith(beginning):
            raise FileUnreadable(reason)
    first = _first_line(head, encoding)
    if first.casefold() == vcard.BEGINNING:
        return vcard.KIND, vcard.read_cards(decoded(_lines(file), encoding))
    if memberlines.is_member(first):
        return memberlines.KIND, memberlines.read_members(decoded(_lines(file), encoding))
    return "", read_table(_lines(file), encoding=encoding, is_raw=is_raw)


def _first_line(head: bytes, encoding: str) -> str:
    lines = (line.strip() for line in decoded(head.splitlines(keepends=True), encoding))
    return next((line for line in lines if line), "")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(LONGEST_LINE):
        yield line
