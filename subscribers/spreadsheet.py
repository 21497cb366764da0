"""Lists of people as spreadsheets write them: CSV of any encoding, delimiter and state of repair."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from subscribers.errors import FileUnreadable

# A note may have line breaks in it; a cell of more lines is a quotation mark that was never closed.
MOST_LINES_OF_A_ROW = 100

DELIMITERS = ",;\t"

# What a column may be called, in lower case; of several that fit, the first one named here counts.
EMAIL_NAMES = ("email", "e-mail", "email address", "e-mail address", "address")
NAME_NAMES = ("name", "full name")
LANGUAGE_NAMES = ("language", "lang")
STATE_NAMES = ("state", "status")

# Spreadsheets run a cell that starts with one of these as a formula, the fullwidth ones in Japanese and Chinese versions.
# An apostrophe before it makes it text. One more before such an apostrophe lets every cell come back as it went.
_FORMULA = re.compile("'*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")

_FOREIGN_FORMS = (
    (b"PK\x03\x04", "It is the spreadsheet program's own format. Save it as CSV."),
    (b"\xff\xfe", "Its encoding is UTF-16. Save it as CSV in UTF-8."),
    (b"\xfe\xff", "Its encoding is UTF-16. Save it as CSV in UTF-8."),
)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What a row says of a person, as it stands there."""

    # As an editor counts lines; the header is 1.
    number: int
    email: str
    name: str
    language: str
    state: str
    # Why the row could not be read as it stands; empty for nearly all.
    damage: str = ""


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns stand; None for those that are missing."""

    email: int
    name: int | None
    language: int | None
    state: int | None


class _UnclosedQuoteError(Exception):
    """A row goes on for more lines than any row does."""


class _Lines:
    """The lines of a file, of which the last ones can be put back and read again."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._fresh = _decoded(chunks)
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


def read_people(chunks: Iterable[bytes]) -> Iterator[PersonRow]:
    """Read the rows of a CSV file, given as a binary file or any chunks that end where lines end.

    The first line names the columns, in any order and letter case; others than those known here are ignored. UTF-8 with
    or without a byte order mark, else Windows-1252, decided for each line; comma, semicolon or tab, as the header has it.

    Raises:
        FileUnreadable: with a sentence on what to do; only before the first row is given.

    """
    lines = _Lines(chunks)
    header = next((line for line in lines if line.strip()), "")
    if not header:
        raise FileUnreadable("It is empty.")
    # A header quotes no delimiter in practice, so the one it has most of is the one.
    delimiter = max(DELIMITERS, key=header.count)
    columns = _columns(_split(header, delimiter))
    return _people(lines, delimiter, columns)


def write_row(cells: Sequence[str]) -> str:
    """Give one line of CSV, in which no spreadsheet finds a formula."""
    line = io.StringIO()
    csv.writer(line).writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
    return line.getvalue()


def _people(lines: _Lines, delimiter: str, columns: _Columns) -> Iterator[PersonRow]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin_row()
        number = lines.number + 1
        damage = ""
        try:
            cells = next(reader, None)
        except (csv.Error, _UnclosedQuoteError):
            damage = "A quotation mark is out of place."
            cells = _split(lines.keep_first_line(), delimiter)
        if cells is None:
            return
        if any(cells):
            yield PersonRow(
                number,
                _cell(cells, columns.email),
                _cell(cells, columns.name),
                _cell(cells, columns.language),
                _cell(cells, columns.state),
                damage,
            )


def _columns(header: Sequence[str]) -> _Columns:
    titles = [title.strip().casefold() for title in header]

    def place(names: Sequence[str]) -> int | None:
        return next((titles.index(name) for name in names if name in titles), None)

    email = place(EMAIL_NAMES)
    if email is None:
        raise FileUnreadable('Its first line names no column "email".')
    return _Columns(email, place(NAME_NAMES), place(LANGUAGE_NAMES), place(STATE_NAMES))


def _cell(cells: Sequence[str], place: int | None) -> str:
    if place is None or place >= len(cells):
        return ""
    cell = cells[place]
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell


def _split(line: str, delimiter: str) -> list[str]:
    """Split one line at its delimiters; quotation marks around a cell go, and no others mean anything."""
    return [cell.strip().removeprefix('"').removesuffix('"') for cell in line.split(delimiter)]


def _decoded(chunks: Iterable[bytes]) -> Iterator[str]:
    is_first = True
    for chunk in chunks:
        if is_first:
            _refuse_foreign(chunk)
        text = _text(chunk)
        if is_first:
            text = text.removeprefix("\ufeff")
            is_first = False
        if "\r" in text:
            # Lone ones end lines in files of old Macs; the csv module wants one line at a time.
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            yield from io.StringIO(text)
        else:
            yield text


def _refuse_foreign(chunk: bytes) -> None:
    for beginning, reason in _FOREIGN_FORMS:
        if chunk.startswith(beginning):
            raise FileUnreadable(reason)


def _text(chunk: bytes) -> str:
    try:
        return chunk.decode()
    except UnicodeDecodeError:
        return chunk.decode("cp1252", "replace")
