"""How answers look on a terminal: tables, pairs and moments."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from newsletter.clock import Clock
from newsletter.web import spelled

# Shown where a table would have no rows.
NOTHING = "—"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Give a table; a column whose name begins with `#` holds numbers and is set to the right."""
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        is_number = column.startswith("#")
        shown.add_column(column.removeprefix("#"), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        # As Text: what comes from outside is never read as markup.
        shown.add_row(*(Text(NOTHING if cell is None or cell == "" else str(cell)) for cell in row))
    return shown


def pairs(**facts: object) -> Table:
    """Give facts one below the other, each after its name."""
    shown = Table.grid(padding=(0, 2))
    shown.add_column(style="dim", no_wrap=True)
    shown.add_column(overflow="fold")
    for name, value in facts.items():
        shown.add_row(Text(name.replace("_", " ")), Text(NOTHING if value is None or value == "" else str(value)))
    return shown


def line(text: str) -> Text:
    """Give one line as it stands."""
    return Text(text)


def moment(at: datetime | None, zone: str = "UTC") -> str:
    """Spell a moment in a zone; nothing for none."""
    return "" if at is None else spelled.moment(at, zone)


def moment_and_distance(at: datetime, zone: str, clock: Clock) -> str:
    """Spell a moment and how far away it is."""
    return f"{spelled.moment(at, zone)} ({spelled.relative(at, clock())})"
