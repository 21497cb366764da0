"""Spreadsheets in the format of Excel and LibreOffice (XLSX, ECMA-376), read as they come, without a library.

Of an archive that anybody may have made, only the parts needed are opened, none larger than its limit whatever it claims,
and no part may declare a document type: entities are how a file of a kilobyte becomes one of a gigabyte.
"""

import lzma
import posixpath
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, BinaryIO
from xml.etree import ElementTree as ET

from subscribers.errors import FileUnreadable
from subscribers.sentence import say
from subscribers.spreadsheet import Row, Table

KIND = "XLSX"
BEGINNING = b"PK\x03\x04"

# A sheet of 1,048,576 rows, which is the most there may be, has about 200 bytes of XML for each.
LARGEST_SHEET = 1_000_000_000
# All different texts of the workbook are held in memory while the sheet is read.
LARGEST_TEXTS = 60_000_000
LARGEST_PART = 5_000_000
# Of XML that says little, a byte of the archive is this many: more is a bomb.
MOST_INFLATED = 200
# Below this size nothing is suspicious: a short sheet of equal rows compresses well.
NOT_WORTH_A_BOMB = 20_000_000
# ECMA-376: XFD is the last column.
MOST_COLUMNS = 16_384
# A row of as many cells has three elements for each; no text is in so many pieces. More of them fill the memory.
MOST_ELEMENTS = 200_000
# The last cell there may be; a column of a million letters would be reckoned out for hours.
LONGEST_REFERENCE = len("XFD1048576")

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_TEXTS = "xl/sharedStrings.xml"
_STYLES = "xl/styles.xml"
_BOOK = "xl/workbook.xml"
_LINKS = "xl/_rels/workbook.xml.rels"

# ECMA-376 part 1, 18.8.30: these built-in formats show a number as a date.
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
# Day 60 is 29 February 1900, which never was; from 61 on the days count from here.
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 -- a spreadsheet's dates have no zone
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 -- likewise

_LETTERS = 26
_CHUNK = 65_536
_BROKEN = say("It is a damaged workbook. Open it in the spreadsheet program and save it again, or save it as CSV.")

# What the readers of archives and of XML raise when bytes or numbers are not what they should be.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    ET.ParseError,
    LookupError,
    ValueError,
    EOFError,
    OSError,
)


class _TooLargeError(Exception):
    """A part of the archive goes on beyond its limit."""


@dataclass(frozen=True, slots=True)
class _Book:
    """What the cells of a sheet refer to."""

    texts: tuple[str, ...]
    # Which styles show a number as a date.
    dates: frozenset[int]
    epoch: datetime


class _Bounded:
    """A part of the archive, read no further than its limit."""

    def __init__(self, part: IO[bytes], limit: int) -> None:
        self._part = part
        self._left = limit

    def read(self, size: int = -1) -> bytes:
        data = self._part.read(size if size >= 0 else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise _TooLargeError
        return data


class _Careful(ET.TreeBuilder):
    """Builds what has no document type."""

    def doctype(self, name: str, _public: str | None, _system: str | None) -> None:
        """Refuse it: asked before any entity can be used."""
        raise ValueError(name)


class _Collector:
    """Builds the elements of one name, one after the other."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._builder: ET.TreeBuilder | None = None
        self._depth = 0
        self._inside = 0
        self.found: deque[ET.Element] = deque()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""
        if self._builder is None and tag.rpartition("}")[2] == self._name:
            self._builder = ET.TreeBuilder()
            self._inside = 0
        if self._builder is not None:
            self._builder.start(tag, attributes)
            self._depth += 1
            self._inside += 1
            if self._inside > MOST_ELEMENTS:
                # Seen while it grows: a row is looked at when it is whole.
                raise _TooLargeError

    def data(self, text: str) -> None:
        """Take text."""
        if self._builder is not None:
            self._builder.data(text)

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if self._builder is None:
            return
        self._builder.end(tag)
        self._depth -= 1
        if not self._depth:
            self.found.append(self._builder.close())
            self._builder = None

    def doctype(self, name: str, _public: str | None, _system: str | None) -> None:
        """Refuse it: asked before any entity can be used."""
        raise ValueError(name)

    def close(self) -> None:
        """Take the end of the document."""


def read_workbook(file: BinaryIO) -> Table:
    """Read the first sheet; its first row that is not empty has the titles.

    Raises:
        FileUnreadable: it is no workbook, is damaged, empty, or larger than any list of people.

    """
    rows = _guarded(_sheet(file))
    first = next(rows, None)
    if first is None:
        raise FileUnreadable(say("Its first sheet is empty."))
    return Table(tuple(title.strip() for title in first.cells), rows)


def _guarded(rows: Iterator[Row]) -> Iterator[Row]:
    try:
        yield from rows
    except _TooLargeError as error:
        raise FileUnreadable(say("It is larger unpacked than any list of people. Save it as CSV.")) from error
    except _DAMAGE as error:
        raise FileUnreadable(_BROKEN) from error
    except (NotImplementedError, RuntimeError, zipfile.LargeZipFile) as error:
        # zipfile's words for an unknown compression and for a password.
        raise FileUnreadable(say("It is protected by a password, or packed in an unusual way. Save it as CSV.")) from error


def _sheet(file: BinaryIO) -> Iterator[Row]:
    with zipfile.ZipFile(file) as archive:
        _refuse_bombs(archive)
        book_part = _small(archive, _BOOK)
        book = _Book(
            texts=tuple(_shared_texts(archive)),
            dates=_date_styles(archive),
            epoch=_EPOCH_1904 if _counts_from_1904(book_part) else _EPOCH,
        )
        with archive.open(_first_sheet(archive, book_part)) as part:
            yield from _rows(_Bounded(part, LARGEST_SHEET), book)


def _refuse_bombs(archive: zipfile.ZipFile) -> None:
    for part in archive.infolist():
        if part.file_size > max(NOT_WORTH_A_BOMB, part.compress_size * MOST_INFLATED):
            raise _TooLargeError


def _rows(part: _Bounded, book: _Book) -> Iterator[Row]:
    number = 0
    for row in _elements(part, "row"):
        number = int(row.get("r") or number + 1)
        cells: list[str] = []
        for cell in row:
            place = _place(cell.get("r", "")) if cell.get("r") else len(cells)
            if not len(cells) <= place < MOST_COLUMNS:
                raise ValueError(place)
            cells.extend([""] * (place - len(cells)))
            cells.append(_value(cell, book))
        if any(cells):
            yield Row(number, cells)


def _elements(part: _Bounded, name: str) -> Iterator[ET.Element]:
    """Give each element of this name when it is whole; nothing else is kept."""
    target = _Collector(name)
    parser = ET.XMLParser(target=target)  # noqa: S314 -- the collector refuses what could be expanded
    while data := part.read(_CHUNK):
        parser.feed(data)
        while target.found:
            yield target.found.popleft()
    parser.close()


def _value(cell: ET.Element, book: _Book) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(_texts_in(cell))
    written = next((child.text or "" for child in cell if _local(child) == "v"), "")
    match kind:
        case "s":
            return book.texts[_index(written)] if written else ""
        case "b":
            return "true" if written == "1" else "false"
        case "e":
            # #N/A and its like are no values.
            return ""
        case "n":
            return _number(written, int(cell.get("s", "0")), book)
        case _:
            return written


def _index(written: str) -> int:
    number = int(written)
    if number < 0:
        # It would count from the end, and give somebody else's text.
        raise ValueError(written)
    return number


def _number(written: str, style: int, book: _Book) -> str:
    if not written:
        return ""
    value = float(written)
    if style in book.dates:
        try:
            moment = book.epoch + timedelta(seconds=round(value * 86_400))
        except OverflowError:
            return written
        return moment.date().isoformat() if value == int(value) else moment.isoformat()
    # Excel writes 12 as 12 and LibreOffice sometimes as 12.0.
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else written  # noqa: PLR2004 -- exact in a float


def _place(reference: str) -> int:
    """Give the column of `AB12` as a number from 0."""
    if len(reference) > LONGEST_REFERENCE:
        raise ValueError(reference[:LONGEST_REFERENCE])
    column = 0
    for letter in reference.rstrip("0123456789"):
        column = column * _LETTERS + (ord(letter) - ord("A") + 1)
    return column - 1


def _shared_texts(archive: zipfile.ZipFile) -> Iterator[str]:
    if _TEXTS not in archive.namelist():
        return
    with archive.open(_TEXTS) as part:
        for element in _elements(_Bounded(part, LARGEST_TEXTS), "si"):
            yield "".join(_texts_in(element))


def _texts_in(element: ET.Element) -> Iterator[str]:
    """Give the pieces of a text; how it is to be pronounced (`rPh`) is none of them."""
    for child in element:
        if _local(child) == "t":
            yield child.text or ""
        elif _local(child) != "rPh":
            yield from _texts_in(child)


def _local(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    if _STYLES not in archive.namelist():
        return frozenset()
    styles = _small(archive, _STYLES)
    own = {int(one.get("numFmtId", "0")): one.get("formatCode", "") for one in styles.iter() if _local(one) == "numFmt"}
    formats = next((one for one in styles.iter() if _local(one) == "cellXfs"), ())
    return frozenset(style for style, one in enumerate(formats) if _is_date(int(one.get("numFmtId", "0")), own))


def _is_date(number: int, own: Mapping[int, str]) -> bool:
    if number in own:
        # `yyyy-mm-dd`, `[$-407]d. mmmm yyyy`; what stands in quotation marks or brackets is no pattern.
        pattern = "".join(own[number].split('"')[::2]).rpartition("]")[2].casefold()
        return any(letter in pattern for letter in "ymdh") and "0.0" not in pattern
    return number in _DATE_FORMATS


def _counts_from_1904(book: ET.Element) -> bool:
    return any(one.get("date1904") in {"1", "true"} for one in book.iter() if _local(one) == "workbookPr")


def _first_sheet(archive: zipfile.ZipFile, book: ET.Element) -> str:
    sheet = next(one for one in book.iter() if _local(one) == "sheet")
    wanted = sheet.get(_RELATION) or sheet.get(_STRICT_RELATION)
    target = next(one.get("Target", "") for one in _small(archive, _LINKS).iter() if one.get("Id") == wanted)
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target))


def _small(archive: zipfile.ZipFile, name: str) -> ET.Element:
    with archive.open(name) as part:
        parser = ET.XMLParser(target=_Careful())  # noqa: S314 -- it refuses what could be expanded
        parser.feed(_Bounded(part, LARGEST_PART).read())
        root: ET.Element = parser.close()
        return root
