"""The figures that are kept: of one machine, each with the state of the code that it was measured of."""

from collections.abc import Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]

# What may differ between two goes on one machine.
_OF_THE_GO = frozenset({"revision", "date", "fdatasync_ms"})


class AnotherMachine(Exception):  # noqa: N818 -- named for what happened
    """Figures of two machines would stand in one table."""


def merged(kept: Sequence[Record], news: Sequence[Record], order: Sequence[str]) -> list[Record]:
    """Give what is kept with the runs in *news* put in the place of earlier ones; the machine's line is that of *kept*.

    Raises:
        AnotherMachine: they were measured on another one, or on another one's Python.

    """
    if _lasting(kept[0]) != _lasting(news[0]):
        raise AnotherMachine
    by_name = {record["name"]: record for record in (*_dated(kept), *_dated(news))}
    return [kept[0], *(by_name[name] for name in order if name in by_name)]


def states(records: Sequence[Record]) -> dict[str, list[str]]:
    """Give the names of the runs by the state of the code they were measured of, the machine's line first."""
    found: dict[str, list[str]] = {_state(records[0]): []}
    for record in _dated(records):
        found.setdefault(record["state"], []).append(record["name"])
    return found


def _dated(records: Sequence[Record]) -> list[Record]:
    # What was measured with the machine's line needs no state of its own.
    return [{"state": _state(records[0]), **record} for record in records[1:]]


def _state(first: Record) -> str:
    return f"{first['machine']['revision']}, {first['machine']['date']}"


def _lasting(first: Record) -> dict[str, Any]:
    told = {name: value for name, value in first["machine"].items() if name not in _OF_THE_GO}
    # A kernel is built anew more often than it changes: what stands behind its version is the build.
    kernel = str(told.get("kernel", "")).partition("-")[0]
    return told | {"kernel": kernel, "is_quick": first["is_quick"]}
