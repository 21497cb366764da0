"""Tables as spreadsheets write them: CSV of any encoding, delimiter and state of repair, in and out."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from subscribers.encodings import decoded
from subscribers.errors import FileUnreadable
from subscribers.sentence import say

# A note may have line breaks in it; a cell of more lines is a quotation mark that was never closed.
MOST_LINES_OF_A_ROW = 100

DELIMITERS = ",;\t|"

# Spreadsheets run a cell that starts with one of these as a formula, the fullwidth ones in Japanese and Chinese versions.
# An apostrophe before it makes it text. One more before such an apostrophe lets every cell come back as it went.
_FORMULA = re.compile("'*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in a table."""

    # As an editor counts lines; the header is 1.
    number: int
    cells: Sequence[str]
    # Why the row could not be read as it stands; empty for nearly all.
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below their titles; the rows are read as they are asked for, once."""

    titles: tuple[str, ...]
    rows: Iterator[Row]


class _UnclosedQuoteError(Exception):
    """A row goes on for more lines than any row does."""


class _Lines:
    """The lines of a file, of which the last ones can be put back and read again."""

    def __init__(self, fresh: Iterator[str]) -> None:
        self._fresh = fresh
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._row) == MOST_LINES_OF_A_ROW:
            raise _UnclosedQuoteError
        line = self._again.popleft() if self._again else next(self._fresh)
        self._row.append(line)
        self.number += 1
        return line

    def begin_row(self) -> None:
        """Forget what the row before was made of."""
        self._row.clear()

    def keep_first_line(self) -> str:
        """Put all lines of this row back but the first, and give that one."""
        self._again.extendleft(reversed(self._row[1:]))
        self.number -= len(self._row) - 1
        del self._row[1:]
        return self._row[0]


def read_table(chunks: Iterable[bytes], *, encoding: str = "", is_raw: bool = False) -> Table:
    """Read a CSV file, given as a binary file or any chunks that end where lines end.

    The first line that is not empty has the titles, and its delimiter (comma, semicolon, tab or bar) is that of all.
    *encoding* says what the bytes mean; empty: as `encodings.decoded` finds out. An apostrophe that was put before a cell
    so that no spreadsheet runs it is taken away, unless *is_raw*.

    Raises:
        FileUnreadable: it is empty, or *encoding* is none.

    """
    lines = _Lines(decoded(chunks, encoding))
    header = next((line for line in lines if line.strip()), "")
    if not header:
        raise FileUnreadable(say("It is empty."))
    # A header quotes no delimiter in practice, so the one it has most of is the one.
    delimiter = max(DELIMITERS, key=header.count)
    return Table(tuple(title.strip() for title in _split(header, delimiter)), _rows(lines, delimiter, is_raw=is_raw))


def write_row(cells: Sequence[str], *, is_raw: bool = False) -> str:
    """Give one line of CSV, in which no spreadsheet finds a formula unless *is_raw*."""
    line = io.StringIO()
    csv.writer(line).writerow(cells if is_raw else [f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
    return line.getvalue()


def _rows(lines: _Lines, delimiter: str, *, is_raw: bool) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin_row()
        number = lines.number + 1
        damage = ""
        try:
            cells = next(reader, None)
        except (csv.Error, _UnclosedQuoteError):
            damage = say("A quotation mark is out of place.")
            cells = _split(lines.keep_first_line(), delimiter)
        if cells is None:
            return
        if any(cells):
            yield Row(number, cells if is_raw else _plain(cells), damage)


def _plain(cells: list[str]) -> list[str]:
    """Take away the apostrophe before what a spreadsheet would run."""
    for place, cell in enumerate(cells):
        if cell[:1] == "'" and _FORMULA.match(cell):
            cells[place] = cell[1:]
    return cells


def _split(line: str, delimiter: str) -> list[str]:
    """Split one line at its delimiters; quotation marks around a cell go, and no others mean anything."""
    return [cell.strip().removeprefix('"').removesuffix('"') for cell in line.split(delimiter)]
