"""Statements that run thousands of times a second: compiled once for each database, so that little but its own work is left.

Handing a statement of 20 rows to SQLAlchemy as an expression costs twice what SQLite needs to run it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ClauseElement,
    ColumnElement,
    Connection,
    CursorResult,
    Dialect,
    FromClause,
    Text,
    TypeDecorator,
    any_,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.types import TypeEngine

_Processor = Callable[[Any], Any]

# Stands between the name of rows that are handed over and the place of one of their columns.
_COLUMN = "_column_"


class _Json(TypeDecorator[Any]):
    """A list as one text: SQLite has no lists."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ANN401, ARG002 -- the library's types
        """Write it down."""
        return json.dumps(value)


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as its driver takes it."""

    sql: str
    # The names of its values in the order of their places; empty where the driver takes them by name.
    places: tuple[str, ...]
    # Those that are always the same.
    constants: Mapping[str, Any]
    processors: Mapping[str, _Processor]
    # Of rows that are handed over as a list for each of their columns, the names of those.
    columns: Mapping[str, Sequence[str]]

    def parameters(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- the driver's type
        """Give the values as the driver takes them."""
        processors, columns = self.processors, self.columns
        ready = dict(self.constants)
        for name, value in values.items():
            if name in columns:
                ready.update(zip(columns[name], map(list, zip(*value, strict=True)), strict=True))
            else:
                ready[name] = processors[name](value) if name in processors else value
        return tuple([ready[name] for name in self.places]) if self.places else ready


class Prepared:
    """A statement whose only lists are given by `is_among` and `records`; built for each kind of database by *build*."""

    def __init__(self, build: Callable[[str], ClauseElement]) -> None:
        self._build = build
        self._texts: dict[str, _Text] = {}

    def run(self, tx: Connection, **values: object) -> CursorResult[Any]:
        """Run it once."""
        text = self._text(tx)
        return tx.exec_driver_sql(text.sql, text.parameters(values))

    def count(self, tx: Connection, **values: object) -> int:
        """Run it once; gives how many rows of the database it changed."""
        return self.run(tx, **values).rowcount

    def run_many(self, tx: Connection, rows: Sequence[Mapping[str, object]]) -> int:
        """Run it for each of *rows*; gives how many rows of the database it changed."""
        text = self._text(tx)
        return tx.exec_driver_sql(text.sql, [text.parameters(row) for row in rows]).rowcount

    def _text(self, tx: Connection) -> _Text:
        known = self._texts.get(tx.dialect.name)
        if known is None:
            known = self._texts[tx.dialect.name] = _compiled(self._build(tx.dialect.name), tx.dialect)
        return known


def is_among(dialect: str, column: ColumnElement[int], name: str) -> ColumnElement[bool]:
    """Give the condition that *column* is one of the numbers handed over as the list *name*: one place for all."""
    if dialect == "sqlite":
        return column.in_(select(func.json_each(bindparam(name, type_=_Json())).table_valued("value").c.value))
    return column == any_(bindparam(name, type_=ARRAY(BigInteger)))


def records(dialect: str, name: str, columns: Mapping[str, TypeEngine[Any]]) -> FromClause:
    """Give the rows handed over as the list *name*, at least one, for one statement about all of them.

    One statement for each gives the interpreter away and asks for it back so many times: with another thread at work that was
    most of what a ledger's turn took. PostgreSQL takes a list for each column: of rows in one text it reckons with a hundred,
    and walked an issue of ten thousand people instead of looking up twenty ids.
    """
    if dialect == "sqlite":
        each = func.json_each(bindparam(name, type_=_Json())).table_valued("value")
        picked = [func.json_extract(each.c.value, f"$[{place}]").label(one) for place, one in enumerate(columns)]
        return select(*picked).select_from(each).subquery(f"given_{name}")
    lists = [bindparam(f"{name}{_COLUMN}{place}", type_=ARRAY(kind)) for place, kind in enumerate(columns.values())]
    given = func.unnest(*lists).table_valued(*(column(one, kind) for one, kind in columns.items()))
    return given.render_derived(f"given_{name}")


def _compiled(statement: ClauseElement, dialect: Dialect) -> _Text:
    compiled = statement.compile(dialect=dialect)
    names: Mapping[BindParameter[Any], str] = compiled.bind_names  # type: ignore[attr-defined]  # every statement of SQL has them
    processors = {}
    constants = {}
    for bind, name in names.items():
        processor = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if processor is not None:
            processors[name] = processor
        if not bind.required:
            constants[name] = bind.value if processor is None else processor(bind.value)
    places = tuple(compiled.positiontup or ())  # type: ignore[attr-defined]  # likewise
    columns: dict[str, list[str]] = {}
    for name in sorted(name for name in names.values() if _COLUMN in name):
        columns.setdefault(name.partition(_COLUMN)[0], []).append(name)
    return _Text(str(compiled), places, constants, processors, columns)
