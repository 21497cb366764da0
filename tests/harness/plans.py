"""How a database goes about a statement, and what of that would take for ever with a million people."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Executable, event

# What PostgreSQL calls walking a whole table.
_WALK = "Seq Scan"


def faults(tx: Connection, statement: Executable) -> list[str]:
    """Give the parts of the plan that walk a whole table once for each row of another; none: the time grows with the people."""
    if tx.dialect.name == "sqlite":
        return _sqlite_faults([row.detail for row in _explained(tx, statement, "EXPLAIN QUERY PLAN ")])
    [row] = _explained(tx, statement, "EXPLAIN (FORMAT JSON) ")
    document = row[0] if isinstance(row[0], list) else json.loads(row[0])
    return list(_postgres_faults(document[0]["Plan"], is_repeated=False))


def walks(tx: Connection, act: Callable[[], object], *, may_sort: bool = False) -> list[str]:
    """Give the parts of the plans of all that *act* asks that walk a table or an index from end to end, or sort.

    None: what it costs is bounded by what it takes. PostgreSQL walks small tables, and is told to do without where it can.
    *may_sort*: what is sorted is bounded otherwise.
    """
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, text: str, values: Any, _context: Any, _many: Any) -> None:  # noqa: ANN401 -- the event's types
        asked.append((text, values))

    event.listen(tx, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(tx, "before_cursor_execute", note)
    if tx.dialect.name == "sqlite":
        steps = [row.detail for text, values in asked for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
        return [step for step in steps if ("TEMP B-TREE" in step and not may_sort) or _is_walk(step)]
    for way in ("seqscan", "bitmapscan", *(() if may_sort else ("sort",))):
        tx.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    plans = [tx.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {text}", values).scalar_one()[0]["Plan"] for text, values in asked]
    return [walk for plan in plans for walk in _postgres_walks(plan) if not (may_sort and walk.startswith("Sort"))]


def _is_walk(step: str) -> bool:
    # What is handed over as one value is no table, and what a subquery gave was bounded by that.
    return step.startswith("SCAN") and not any(given in step for given in ("json_each", "subquery", "CONSTANT ROW"))


def _postgres_walks(plan: dict[str, Any]) -> Iterator[str]:
    kind = plan["Node Type"]
    if kind in {_WALK, "Sort"} or (kind.startswith("Index") and "Index Cond" not in plan):
        yield f"{kind} on {plan.get('Relation Name', 'what was found')}"
    for part in plan.get("Plans", []):
        yield from _postgres_walks(part)


def _explained(tx: Connection, statement: Executable, prefix: str) -> list[Any]:
    def explain(_c: Any, _cursor: Any, text: str, values: Any, _context: Any, _many: Any) -> tuple[str, Any]:  # noqa: ANN401 -- the event's types
        return prefix + text, values

    event.listen(tx, "before_cursor_execute", explain, retval=True)
    try:
        return list(tx.execute(statement).all())
    finally:
        event.remove(tx, "before_cursor_execute", explain)


def _sqlite_faults(steps: list[str]) -> list[str]:
    # The first walk is the one through the people; a subquery that stands alone is walked once, and says so.
    walks = [step for step in steps if step.startswith("SCAN") and "(subquery" not in step and "CONSTANT ROW" not in step]
    return [*walks[1:], *(step for step in steps if "AUTOMATIC" in step)]


def _postgres_faults(plan: dict[str, Any], *, is_repeated: bool) -> Iterator[str]:
    if is_repeated and plan["Node Type"] == _WALK:
        yield f"{_WALK} on {plan['Relation Name']} for each row"
    # A subplan that is hashed is walked once; the filter of its parent says which.
    filters = " ".join(str(plan.get(name, "")) for name in ("Filter", "Join Filter", "Index Cond", "Output"))
    for part in plan.get("Plans", []):
        relation = part.get("Parent Relationship")
        is_subplan = relation == "SubPlan" and f"hashed {part.get('Subplan Name')}" not in filters
        is_inner = plan["Node Type"] == "Nested Loop" and relation == "Inner" and part["Node Type"] != "Materialize"
        yield from _postgres_faults(part, is_repeated=is_repeated or is_subplan or is_inner)
