import io
import zipfile
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.errors import FileUnreadable
from subscribers.exchange import workbook
from subscribers.exchange.workbook import read_workbook
from tests.harness.workbooks import MAIN, a_workbook, packed

SHEET = "xl/worksheets/sheet1.xml"


def cells_of(content: bytes) -> list[list[str]]:
    """Read the rows of a workbook below its titles."""
    return [list(row.cells) for row in read_workbook(io.BytesIO(content)).rows]


def sheet(rows: str) -> bytes:
    """Give the part of the archive that has the cells."""
    return f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>".encode()


@pytest.mark.parametrize("shared", [False, True])
def test_rows_come_with_their_numbers(shared: bool) -> None:  # noqa: FBT001 -- a parameter
    """Texts in the cells or apart; what is not there is empty, and empty rows are left out."""
    content = a_workbook([["email", " Name "], ["ann@x.test", "Zoë & Co"], [], ["bob@x.test", None]], shared=shared)
    table = read_workbook(io.BytesIO(content))

    assert ("email", "Name") == table.titles
    assert [(2, ["ann@x.test", "Zoë & Co"]), (4, ["bob@x.test"])] == [(row.number, list(row.cells)) for row in table.rows]


def test_numbers_and_dates_are_as_shown() -> None:
    """A whole number has no decimals, a date is one, a truth value is a word and an error is nothing."""
    more = sheet('<row><c><v>12.0</v></c><c><v>1.5</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row>')

    assert [["x", "12", "2019-05-03"]] == cells_of(a_workbook([["a", "b", "c"], ["x", 12, date(2019, 5, 3)]]))
    assert ("12", "1.5", "true", "") == read_workbook(io.BytesIO(a_workbook([], parts={SHEET: more}))).titles


def test_cells_that_are_left_out_keep_the_others_in_their_columns() -> None:
    """Excel writes only what is there."""
    far = sheet('<row r="1"><c r="A1" t="str"><v>a</v></c><c r="AB1" t="str"><v>b</v></c></row>')
    titles = read_workbook(io.BytesIO(a_workbook([], parts={SHEET: far}))).titles

    assert ("a", "b") == (titles[0], titles[27])
    assert 28 == len(titles)


def test_how_a_text_is_pronounced_is_none_of_it() -> None:
    """Japanese workbooks have it beside; a text with two looks is in pieces."""
    texts = f"<sst {MAIN}><si><r><t>佐藤</t></r><r><t> さくら</t></r><rPh><t>サトウ</t></rPh></si></sst>"
    content = a_workbook([["x"]], shared=True, parts={"xl/sharedStrings.xml": texts.encode()})

    assert ("佐藤 さくら",) == read_workbook(io.BytesIO(content)).titles


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", SHEET, "xl/styles.xml"])
def test_no_part_may_declare_entities(part: str) -> None:
    """A kilobyte of them unfolds to gigabytes, and others fetch files."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><x>&b;</x>'

    with pytest.raises(FileUnreadable, match="damaged"):
        cells_of(a_workbook([["email"], ["ann@x.test"]], shared=True, parts={part: bomb}))


def test_archive_that_unfolds_is_not_unfolded() -> None:
    """A gigabyte of nothing packs into a megabyte; it is seen before it is unpacked."""
    blank = b" " * 30_000_000
    content = a_workbook([["email"]], parts={"xl/media/picture.png": blank})

    with pytest.raises(FileUnreadable, match="larger unpacked"):
        cells_of(content)


def test_part_that_goes_on_beyond_its_limit_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the archive says of its size."""
    monkeypatch.setattr(workbook, "LARGEST_SHEET", 1_000)
    with pytest.raises(FileUnreadable, match="larger unpacked"):
        cells_of(a_workbook([[f"p{number}@x.test"] for number in range(100)]))


def test_row_that_goes_on_beyond_all_columns_is_left_while_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Millions of cells are not built before they are counted."""
    monkeypatch.setattr(workbook, "MOST_ELEMENTS", 1_000)
    with pytest.raises(FileUnreadable, match="larger unpacked"):
        cells_of(a_workbook([], parts={SHEET: sheet(f"<row>{'<c/>' * 1_000}</row>")}))


def test_as_many_rows_as_there_may_be_are_each_counted_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is that of a row."""
    monkeypatch.setattr(workbook, "MOST_ELEMENTS", 10)
    content = a_workbook([["email", "name"], *([f"p{number}@x.test", "P"] for number in range(10))], shared=True)

    assert 10 == len(cells_of(content))


@pytest.mark.parametrize("index", ["-1", "7"])
def test_text_that_is_not_there_is_damage(index: str) -> None:
    """Counted from the end it would be another one, and nobody would know."""
    row = f'<row><c t="s"><v>{index}</v></c></row>'
    with pytest.raises(FileUnreadable, match="damaged"):
        cells_of(a_workbook([["email"], ["ann@x.test"]], shared=True, parts={SHEET: sheet(row)}))


def test_place_beyond_all_places_is_damage() -> None:
    """Of a million letters it is not reckoned out."""
    with pytest.raises(FileUnreadable, match="damaged"):
        cells_of(a_workbook([], parts={SHEET: sheet(f'<row><c r="A{"0" * 100_000}1"><v>1</v></c></row>')}))


def test_number_beyond_all_numbers_stays_as_written() -> None:
    """No program writes it, and it harms nobody."""
    assert ("1e999",) == read_workbook(
        io.BytesIO(a_workbook([], parts={SHEET: sheet("<row><c><v>1e999</v></c></row>")}))
    ).titles


def test_damaged_part_that_is_packed_in_another_way_is_damage() -> None:
    """The archive knows several ways to pack, and each breaks in its own words."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>" * 1_000)
    whole = file.getvalue()
    # Behind the local header and its name: the properties of the packing.
    start = 30 + len("xl/workbook.xml")
    with pytest.raises(FileUnreadable, match="damaged"):
        cells_of(whole[:start] + bytes([9, 4, 5, 0, 255, *[255] * 30]) + whole[start + 35 :])


@pytest.mark.parametrize("missing", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", SHEET])
def test_workbook_without_a_part_is_told_so(missing: str) -> None:
    """It is no bug of ours."""
    with zipfile.ZipFile(io.BytesIO(a_workbook([["email"]]))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != missing}

    with pytest.raises(FileUnreadable, match="damaged"):
        cells_of(packed(parts))


def test_empty_sheet_is_told_so() -> None:
    """Perhaps the list is on the second."""
    with pytest.raises(FileUnreadable, match="first sheet is empty"):
        cells_of(a_workbook([]))


@given(st.binary(max_size=300))
def test_any_bytes_behind_the_beginning_are_a_damaged_workbook(content: bytes) -> None:
    """Nothing else is raised."""
    with pytest.raises(FileUnreadable):
        cells_of(b"PK\x03\x04" + content)


@given(st.data())
def test_damage_anywhere_is_no_bug(data: st.DataObject) -> None:
    """A file that was cut, or lost some bytes on its way."""
    whole = bytearray(a_workbook([["email", "name"], ["ann@x.test", "Ann"]], shared=True))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    with suppress(FileUnreadable):
        cells_of(bytes(whole[: data.draw(st.integers(place, len(whole)))]))
