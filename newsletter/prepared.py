"""Statements that run thousands of times a second: compiled once for each database, so that little but its own work is left.

Handing a statement of 20 rows to SQLAlchemy as an expression costs twice what SQLite needs to run it.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ClauseElement,
    ColumnElement,
    Connection,
    CursorResult,
    Dialect,
    Select,
    Subquery,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

_Processor = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as its driver takes it."""

    sql: str
    # The names of its values in the order of their places; empty where the driver takes them by name.
    places: tuple[str, ...]
    # Those that are always the same.
    constants: Mapping[str, Any]
    processors: Mapping[str, _Processor]

    def parameters(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- the driver's type
        """Give the values as the driver takes them."""
        processors = self.processors
        ready = {
            **self.constants,
            **{name: processors[name](value) if name in processors else value for name, value in values.items()},
        }
        return tuple([ready[name] for name in self.places]) if self.places else ready


class Prepared:
    """A statement whose only lists are given by `among` and `records`; built for each kind of database by *build*."""

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


def ids(numbers: Iterable[int]) -> str:
    """Give *numbers* as the value of a list named in `among`."""
    return json.dumps(list(numbers))


def among(dialect: str, name: str) -> Select[Any]:
    """Give the list of numbers handed over as the value *name*, for `column.in_(…)`: one place however many there are."""
    value: ColumnElement[Any] = bindparam(name)
    if dialect == "sqlite":
        return select(func.json_each(value).table_valued("value").c.value)
    return select(cast(func.jsonb_array_elements_text(cast(value, JSONB(none_as_null=True))), BigInteger))


def rows(values: Iterable[Sequence[object]]) -> str:
    """Give *values* as what is handed over for `records`."""
    return json.dumps(list(values))


def records(dialect: str, name: str, columns: Mapping[str, TypeEngine[Any]]) -> Subquery:
    """Give the rows handed over as the value *name*, for one statement about all of them.

    One for each gives the interpreter away and asks for it back so many times: with another thread at work that was most of
    what a ledger's turn took.
    """
    value: ColumnElement[Any] = bindparam(name)
    if dialect == "sqlite":
        each = func.json_each(value).table_valued("value")
        picked = [func.json_extract(each.c.value, f"$[{place}]").label(column) for place, column in enumerate(columns)]
    else:
        each = func.jsonb_array_elements(cast(value, JSONB(none_as_null=True))).table_valued("value")
        picked = [
            cast(each.c.value.op("->>")(literal_column(str(place))), kind).label(column)
            for place, (column, kind) in enumerate(columns.items())
        ]
    return select(*picked).select_from(each).subquery(f"given_{name}")


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
    return _Text(str(compiled), places, constants, processors)
