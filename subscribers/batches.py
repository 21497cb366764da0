"""Many rows handed to one statement as one value: as fast as either database takes them, and compiled once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, Text, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from subscribers.transaction import Transaction

Kind = TypeEngine[Any] | TypeDecorator[Any]


def numbers(tx: Transaction, values: Iterable[int]) -> Select[tuple[int]]:
    """Give *values* for `column.in_(…)`: one place in the statement however many there are."""
    return select(cast(_each(tx, json.dumps(list(values))), BigInteger))


def texts(tx: Transaction, values: Iterable[str]) -> Select[tuple[str]]:
    """Give *values* for `column.in_(…)`, likewise."""
    return select(cast(_each(tx, json.dumps(list(values))), Text))


def table(tx: Transaction, rows: Iterable[Sequence[object]], columns: Mapping[str, Kind]) -> Subquery:
    """Give *rows* as something to select from, in their order; *columns* names their values and says what they are.

    Moments are handed over as `spelled`: the text that SQLite keeps (`kinds.Instant`), which PostgreSQL reads as well.
    """
    value = json.dumps(list(rows), ensure_ascii=False, separators=(",", ":"))
    if tx.dialect.name == "sqlite":
        each = func.json_each(literal(value)).table_valued("value")
        picked = [func.json_extract(each.c.value, f"$[{place}]").label(name) for place, name in enumerate(columns)]
    else:
        each = func.jsonb_array_elements(cast(literal(value), JSONB)).table_valued("value")
        picked = [
            cast(each.c.value.op("->>")(literal_column(str(place))), kind).label(name)
            for place, (name, kind) in enumerate(columns.items())
        ]
    return select(*picked).select_from(each).subquery("given")


def spelled(moment: datetime) -> str:
    """Give a moment as it is handed over in `table`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _each(tx: Transaction, value: str) -> ColumnElement[object]:
    if tx.dialect.name == "sqlite":
        return func.json_each(literal(value)).table_valued("value").c.value
    return func.jsonb_array_elements_text(cast(literal(value), JSONB))
