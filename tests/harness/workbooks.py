"""Workbooks made by hand, part by part, as spreadsheet programs and their enemies make them.

a_workbook([["email", "name"], ["ann@x.test", "Ann"]])      # cells with their texts in them
a_workbook(rows, shared=True)                                # texts kept apart, as Excel does
a_workbook(rows, parts={"xl/worksheets/sheet1.xml": b"…"})   # a part replaced
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from xml.sax.saxutils import escape

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
EPOCH = date(1899, 12, 30)

# The style that shows a number as a date.
DATE_STYLE = 1

Cell = str | float | date | None


def a_workbook(rows: Sequence[Sequence[Cell]], *, shared: bool = False, parts: Mapping[str, bytes] | None = None) -> bytes:
    """Make a workbook of one sheet; None is a cell that is not there."""
    texts: list[str] = []
    sheet = "".join(_row(number, cells, texts if shared else None) for number, cells in enumerate(rows, 1))
    made = {
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{RELATIONS}"><sheets><sheet name="A" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet {MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{sheet}</sheetData></worksheet>",
    }
    if shared:
        made["xl/sharedStrings.xml"] = f"<sst {MAIN}>{''.join(f'<si><t>{escape(one)}</t></si>' for one in texts)}</sst>"
    return packed({name: text.encode() for name, text in made.items()} | dict(parts or {}))


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Pack parts into an archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def _row(number: int, cells: Sequence[Cell], texts: list[str] | None) -> str:
    written = "".join(_cell(f"{chr(ord('A') + place)}{number}", cell, texts) for place, cell in enumerate(cells))
    return f'<row r="{number}">{written}</row>'


def _cell(place: str, cell: Cell, texts: list[str] | None) -> str:
    match cell:
        case None:
            return ""
        case date():
            return f'<c r="{place}" s="{DATE_STYLE}"><v>{(cell - EPOCH).days}</v></c>'
        case str() if texts is not None:
            if cell not in texts:
                texts.append(cell)
            return f'<c r="{place}" t="s"><v>{texts.index(cell)}</v></c>'
        case str():
            return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
        case _:
            return f'<c r="{place}"><v>{cell}</v></c>'
