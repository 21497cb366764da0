"""A table of figures: what a page shows, a chart is drawn from, and a file holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from newsletter.languages.catalogue import Words
from newsletter.web.spelled import ENGLISH_WORDS
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
    # What a chart has room for; empty: the name.
    short: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """How a table is drawn."""

    # "lines" or "bars" over time, the latest in the first line; "across": a bar for each of the first lines, from the side.
    kind: str
    # Which columns of figures, from 0.
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its title, and what it says in a sentence; all in the language of whoever looks."""

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


def count(people: int | None, before: int | None = None, *, words: Words = ENGLISH_WORDS) -> Cell:
    """Give a number, and how it differs from the one *before*."""
    if people is None:
        return Cell(words.gettext("not known"))
    # Two nothings need no comparison.
    return Cell(
        words.number(people), people, change(people - before, words) if before is not None and (people or before) else ""
    )


def share(part: int, whole: int, *, words: Words = ENGLISH_WORDS, places: int = 1) -> Cell:
    """Give a part of a whole in percent, to so many *places*; of nothing there is none."""
    if not whole:
        return Cell("")
    percent = part / whole
    if places == 1 and part and percent < _LEAST_SHOWN:
        return Cell(words.gettext("under 0.1 %%"), round(percent * 100, 2))
    return Cell(f"{percent:.{places}%}".replace("%", " %"), round(percent * 100, 2))


def change(difference: int, words: Words = ENGLISH_WORDS) -> str:
    """Spell how two numbers differ: `+12`, `−3`, `±0`."""
    if not difference:
        return "±0"
    return f"+{words.number(difference)}" if difference > 0 else f"−{words.number(-difference)}"


def csv(sheet: Sheet) -> str:
    """Give a table as a file; figures as plain numbers."""
    return "".join([write_row(sheet.columns), *(write_row(_row(line)) for line in sheet.all_lines)])


def _row(line: Line) -> Sequence[str]:
    return [line.name, *(cell.text if cell.value is None else f"{cell.value:g}" for cell in line.cells)]
