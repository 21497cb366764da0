"""Whole tables in SQL: read row by row as one moment had them, and written into an empty database, on SQLite and PostgreSQL."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Column, Double, Float, Integer, LargeBinary, Table, inspect, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.exc import DBAPIError

from newsletter.archive import shelf
from newsletter.backups.refusal import BackupUnusable
from subscribers.tables.kinds import Instant, metadata
from subscribers.transaction import Transaction

# What a cell may be; bytes are base64, moments as SQLite keeps them (2020-02-01T08:00:00.000000Z).
Cell = int | float | str | None
Row = Sequence[Cell]

# As we name tables and columns; nothing else comes into a statement.
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z", re.ASCII)
_AS_TEXT = 'to_char("{}" AT TIME ZONE \'UTC\', \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\')'

# Rows that PostgreSQL hands over at a time.
_AT_A_TIME = 1_000


class Kind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    REAL = "real"
    TEXT = "text"
    MOMENT = "moment"
    BYTES = "bytes"


_HOLDS: Mapping[Kind, tuple[type, ...]] = {
    Kind.NUMBER: (int,),
    Kind.REAL: (int, float),
    Kind.TEXT: (str,),
    Kind.MOMENT: (str,),
    Kind.BYTES: (str,),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """A table as it is carried."""

    name: str
    columns: Mapping[str, Kind]
    # By what its rows are told from each other, and in what order they stand.
    key: tuple[str, ...]

    def __post_init__(self) -> None:
        """Let nothing into a statement that is no name."""
        for name in (self.name, *self.columns, *self.key):
            if not _NAME.fullmatch(name):
                raise BackupUnusable(f"{name[:80]!r} is no name of a table or column")
        if not self.key or not set(self.key) <= set(self.columns):
            raise BackupUnusable(f"the table {self.name} has no key")


def layouts() -> tuple[Layout, ...]:
    """Give the tables of this version, each behind those it refers to."""
    return tuple(_layout(table) for table in metadata.sorted_tables)


def rows(tx: Transaction, layout: Layout, behind: Row | None = None, which: str = "") -> Iterator[Row]:
    """Read a table in the order of its key, all of it or what stands *behind* a key; little is held in memory.

    *which* is a condition of ours for those that are wanted, and holds nothing that anybody wrote.
    """
    is_sqlite = tx.dialect.name == "sqlite"
    names = ", ".join(_read_as(name, kind, is_sqlite=is_sqlite) for name, kind in layout.columns.items())
    key = ", ".join(_ordered(name, layout.columns[name], is_sqlite=is_sqlite) for name in layout.key)
    asked = [f"({which})"] if which else []
    if behind is not None:
        asked.append(f"({key}) > ({', '.join([_mark(tx)] * len(layout.key))})")
    where = f"WHERE {' AND '.join(asked)}" if asked else ""
    found = tx.exec_driver_sql(
        f'SELECT {names} FROM "{layout.name}" {where} ORDER BY {key}',  # noqa: S608 -- names of ours, checked above
        tuple(behind) if behind is not None else None,
        execution_options={"stream_results": True, "yield_per": _AT_A_TIME},
    )
    packed = [number for number, kind in enumerate(layout.columns.values()) if kind is Kind.BYTES]
    for row in found:
        yield _packed(row, packed) if packed else tuple(row)


def write(tx: Transaction, layout: Layout, some: Sequence[Row]) -> None:
    """Write rows into a table.

    Raises:
        BackupUnusable: the database takes one of them not, or one is none of this table.

    """
    kinds = tuple(layout.columns.values())
    ready = [_ready(row, kinds, layout.name) for row in some]
    names = ", ".join(f'"{name}"' for name in layout.columns)
    # OverflowError: a number that no column takes.
    faults = (DBAPIError, tx.dialect.loaded_dbapi.Error, OverflowError)
    try:
        if tx.dialect.name == "sqlite":
            marks = ", ".join(["?"] * len(kinds))
            tx.exec_driver_sql(f'INSERT INTO "{layout.name}" ({names}) VALUES ({marks})', ready)  # noqa: S608 -- as above
        else:
            _copy_in(tx, f'COPY "{layout.name}" ({names}) FROM STDIN', ready)
    except faults as error:
        if _is_away(error):
            raise
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise BackupUnusable(f"the table {layout.name} does not take what stands there: {reason}") from error


def last_key(tx: Transaction, layout: Layout) -> Row | None:
    """Give the key of the last row there is, None in an empty table."""
    is_sqlite = tx.dialect.name == "sqlite"
    names = ", ".join(f'"{name}"' for name in layout.key)
    key = ", ".join(f"{_ordered(name, layout.columns[name], is_sqlite=is_sqlite)} DESC" for name in layout.key)
    query = f'SELECT {names} FROM "{layout.name}" ORDER BY {key} LIMIT 1'  # noqa: S608 -- as above
    found = tx.exec_driver_sql(query).one_or_none()
    return None if found is None else tuple(found)


def count(tx: Transaction, layout: Layout) -> int:
    """Count the rows of a table."""
    found: int = tx.exec_driver_sql(f'SELECT count(*) FROM "{layout.name}"').scalar_one()  # noqa: S608 -- as above
    return found


def clear(tx: Transaction, some: Sequence[Layout]) -> None:
    """Take out what migrations put into new tables, the last first."""
    for layout in reversed(some):
        tx.exec_driver_sql(f'DELETE FROM "{layout.name}"')  # noqa: S608 -- as above


def require(tx: Transaction, some: Sequence[Layout]) -> None:
    """Ask that a database has these tables with these columns.

    Raises:
        BackupUnusable: it has not.

    """
    looked = inspect(tx)
    there = frozenset(looked.get_table_names())
    for layout in some:
        known = {one["name"] for one in looked.get_columns(layout.name)} if layout.name in there else set()
        if missing := set(layout.columns) - known:
            raise BackupUnusable(f"the table {layout.name} has no {', '.join(sorted(missing))} in this shape")


def put_off_references(tx: Transaction) -> None:
    """Let SQLite ask for what rows refer to at the end; PostgreSQL is given tables in the order they refer to each other."""
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("PRAGMA defer_foreign_keys=ON")


def numbers(tx: Transaction, some: Sequence[Layout]) -> dict[str, int]:
    """Give the highest number each table ever gave; those of rows that are gone are not to be given again."""
    if tx.dialect.name == "sqlite":
        names = {layout.name for layout in some}
        found = tx.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
        return {name: seq for name, seq in found if name in names and seq}
    given: dict[str, int] = {}
    for layout, sequence in _sequences(tx, some):
        last = tx.execute(text("SELECT pg_sequence_last_value(CAST(:one AS regclass))"), {"one": sequence}).scalar_one()
        if last:
            given[layout.name] = last
    return given


def set_numbers(tx: Transaction, some: Sequence[Layout], given: Mapping[str, int]) -> None:
    """Let each table count on from there."""
    if tx.dialect.name == "sqlite":
        for name, number in given.items():
            tx.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            tx.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, number))
        return
    for layout, sequence in _sequences(tx, some):
        last = given.get(layout.name, 0)
        if last:
            tx.execute(text("SELECT setval(CAST(:one AS regclass), :last)"), {"one": sequence, "last": last})


def fill_search(tx: Transaction) -> None:
    """Let PostgreSQL find words in published issues, which each database does in its own way; SQLite's triggers did so."""
    if tx.dialect.name == "postgresql":
        for (issue_id,) in tx.exec_driver_sql("SELECT issue_id FROM archive_issue").all():
            shelf.fill_search(tx, issue_id)


def _layout(table: Table) -> Layout:
    columns = {column.name: kind for column in table.columns if (kind := _kind(column)) is not None}
    return Layout(table.name, columns, tuple(column.name for column in table.primary_key.columns))


def _kind(column: Column[object]) -> Kind | None:
    """Give what a column holds; None: each database fills it itself."""
    if isinstance(column.type, TSVECTOR):
        return None
    if isinstance(column.type, Instant):
        return Kind.MOMENT
    held = getattr(column.type, "impl_instance", column.type)
    if isinstance(held, LargeBinary):
        return Kind.BYTES
    if isinstance(held, Double | Float):
        return Kind.REAL
    return Kind.NUMBER if isinstance(held, Integer) else Kind.TEXT


def _read_as(name: str, kind: Kind, *, is_sqlite: bool) -> str:
    return _AS_TEXT.format(name) if kind is Kind.MOMENT and not is_sqlite else f'"{name}"'


def _ordered(name: str, kind: Kind, *, is_sqlite: bool) -> str:
    # By code points on both, wherever PostgreSQL was set up.
    return f'"{name}" COLLATE "C"' if kind is Kind.TEXT and not is_sqlite else f'"{name}"'


def _mark(tx: Transaction) -> str:
    return "?" if tx.dialect.name == "sqlite" else "%s"


def _packed(row: Sequence[object], which: Sequence[int]) -> Row:
    cells = list(row)
    for number in which:
        data = cells[number]
        cells[number] = base64.b64encode(data).decode() if isinstance(data, bytes) else None
    return tuple(cells)  # type: ignore[arg-type]  # what drivers give for our kinds


def _ready(row: Row, kinds: Sequence[Kind], table: str) -> tuple[object, ...]:
    """Give a row as the drivers want it, each cell of its kind."""
    if not isinstance(row, list | tuple) or len(row) != len(kinds):
        raise BackupUnusable(f"a row of the table {table} has not the columns that were announced")
    return tuple(None if cell is None else _cell(cell, kind, table) for cell, kind in zip(row, kinds, strict=True))


def _cell(cell: object, kind: Kind, table: str) -> object:
    if not isinstance(cell, _HOLDS[kind]) or isinstance(cell, bool):
        raise BackupUnusable(f"a {kind} in the table {table} is none")
    if kind is Kind.BYTES:
        try:
            return base64.b64decode(str(cell), validate=True)
        except (binascii.Error, ValueError) as error:
            raise BackupUnusable(f"bytes in the table {table} are none") from error
    if kind is Kind.MOMENT and not _MOMENT.fullmatch(str(cell)):
        raise BackupUnusable(f"a moment in the table {table} is none")
    return cell


def _copy_in(tx: Transaction, statement: str, some: Sequence[Sequence[object]]) -> None:
    # Many times as fast as statements with values.
    driver = tx.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in some:
            copy.write_row(row)


def _is_away(error: Exception) -> bool:
    # Not the row's fault: the database went away, or its disk is full.
    text_ = str(getattr(error, "orig", error)).lower()
    return any(words in text_ for words in ("disk is full", "no space left", "connection", "disk i/o", "locked"))


def _sequences(tx: Transaction, some: Sequence[Layout]) -> Iterator[tuple[Layout, str]]:
    ask = text("SELECT pg_get_serial_sequence(:name, :key)")
    for layout in some:
        if len(layout.key) == 1 and layout.columns[layout.key[0]] is Kind.NUMBER:
            found = tx.execute(ask, {"name": f'"{layout.name}"', "key": layout.key[0]}).scalar_one()
            if found is not None:
                yield layout, found
