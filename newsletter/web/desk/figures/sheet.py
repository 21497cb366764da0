"""A table of figures: what a page shows, a chart is drawn from, and a file holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from newsletter.web.spelled import number
from subscribers.spreadsheet import write_row

# Below a tenth of a percent "0.0 %" would say that there was nothing.
_LEAST_SHOWN = 0.001


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure."""

    text: str
    # What a chart draws and a file holds; None: nobody knows, or there is nothing to draw.
    value: float | None = None
    # What it compares with, such as "+12".
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row."""

    name: str
    cells: tuple[Cell, ...]
    href: str = ""
    # A smaller sentence under the name.
    about: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """How a table is drawn."""

    # "lines" or "bars".
    kind: str
    # Which columns of figures, from 0.
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its title, and what it says in a sentence."""

    key: str
    title: str
    # The head of the first column, then of each column of figures.
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    # What a reader takes from it, for whoever sees no chart.
    summary: str = ""
    chart: Chart | None = None
    # Instead of the table, while there is nothing in it.
    empty: str = ""
    # The total, when it is not one of the lines.
    total: Line | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def all_lines(self) -> tuple[Line, ...]:
        """The lines with the total."""
        return self.lines if self.total is None else (*self.lines, self.total)


def count(people: int | None, before: int | None = None) -> Cell:
    """Give a number, and how it differs from the one *before*."""
    if people is None:
        return Cell("not known")
    # Two nothings need no comparison.
    return Cell(number(people), people, change(people - before) if before is not None and (people or before) else "")


def share(part: int, whole: int) -> Cell:
    """Give a part of a whole in percent; of nothing there is none."""
    if not whole:
        return Cell("")
    percent = part / whole
    text = f"{percent:.1%}" if not part or percent >= _LEAST_SHOWN else "under 0.1%"
    return Cell(text.replace("%", " %"), round(percent * 100, 2))


def change(difference: int) -> str:
    """Spell how two numbers differ: `+12`, `−3`, `±0`."""
    if not difference:
        return "±0"
    return f"+{number(difference)}" if difference > 0 else f"−{number(-difference)}"


def csv(sheet: Sheet) -> str:
    """Give a table as a file; figures as plain numbers."""
    return "".join([write_row(sheet.columns), *(write_row(_row(line)) for line in sheet.all_lines)])


def _row(line: Line) -> Sequence[str]:
    return [line.name, *(cell.text if cell.value is None else f"{cell.value:g}" for cell in line.cells)]
