"""Makes tables readable on a phone: what is no table is unwrapped, what is too wide is told row by row."""

from selectolax.lexbor import LexborNode

from newsletter.letters.dom import copy_children, element, inner_first, words_of

# A phone has room for four short columns.
MOST_COLUMNS = 4
_CELLS = "td, th"


def settle(root: LexborNode) -> list[str]:
    """Settle every table in the tree; gives the warnings."""
    warnings = []
    for table in inner_first(root, "table"):
        if table.attributes.get("role") == "presentation" and table.css_first("th") is None:
            # A gallery of ours, or a layout that says so.
            if table.css_first("img") is None or table.css_first("p, ul, ol, h1, h2, h3, h4") is not None:
                _unwrap(table)
            continue
        rows = [[cell for cell in row.css(_CELLS) if cell.parent == row] for row in table.css("tr")]
        rows = [row for row in rows if row]
        columns = max(map(len, rows), default=0)
        if columns <= 1 or _is_layout(table, rows):
            _unwrap(table)
        elif columns > MOST_COLUMNS:
            warnings.append(f"a table of {columns} columns is told row by row, because phones have no room for it")
            table.replace_with(_told(table, rows))
        else:
            _say_scopes(table)
    return warnings


def _is_layout(table: LexborNode, rows: list[list[LexborNode]]) -> bool:
    if any(other != table for other in table.css("table")):
        return True
    return len(rows) == 1 and table.css_first("th") is None


def _unwrap(table: LexborNode) -> None:
    """Put what stands in the cells of a layout one below the other."""
    column = element("div")
    for cell in table.css("td, th, caption"):
        if _table_of(cell) == table:
            block = element("div")
            copy_children(cell, block)
            column.insert_child(block)
    table.replace_with(column)


def _table_of(cell: LexborNode) -> LexborNode | None:
    around = cell.parent
    while around is not None and around.tag != "table":
        around = around.parent
    return around


def _told(table: LexborNode, rows: list[list[LexborNode]]) -> LexborNode:
    told = element("div")
    caption = table.css_first("caption")
    if caption is not None and words_of(caption):
        told.insert_child(element("p", element("em", words_of(caption))))
    head = rows[0] if all(cell.tag == "th" for cell in rows[0]) or table.css_first("thead tr") is not None else []
    # Cells that span others: which name belongs to which cell is anybody's guess.
    is_even = all(len(row) == len(rows[0]) for row in rows) and table.css_first("[colspan], [rowspan]") is None
    names = [words_of(cell) for cell in head] if is_even else []
    for row in rows[1:] if names else rows:
        told.insert_child(_row(row, names))
    return told


def _row(row: list[LexborNode], names: list[str]) -> LexborNode:
    block = element("div", element("p", element("strong", words_of(row[0]) or "–")))
    items = element("ul")
    for place, cell in enumerate(row[1:], 1):
        if not words_of(cell) and cell.css_first("img") is None:
            continue
        item = element("li", f"{names[place]}: ") if names and names[place] else element("li")
        copy_children(cell, item)
        items.insert_child(item)
    block.insert_child(items)
    return block


def _say_scopes(table: LexborNode) -> None:
    """Tell screen readers what a header cell is the header of."""
    first_row = table.css_first("tr")
    for cell in table.css("th"):
        cell.attrs["scope"] = "col" if cell.parent == first_row else "row"
