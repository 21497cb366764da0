"""JSON from strangers: read within bounds, with a clear no to what has another shape; pure."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

# An event of the deepest provider has six levels.
DEEPEST = 20

# Of one text, for what is kept beside the event as it came.
LONGEST_TEXT = 2000

Document = Mapping[str, Any]


class Misshapen(ValueError):  # noqa: N818 -- named for the outcome
    """A body or an event that is not what its provider describes; says why."""


def read(body: bytes) -> object:
    """Read a body as JSON.

    Raises:
        Misshapen: it is none, is too deep, names something twice, or holds a number that is none.

    """
    try:
        value = json.loads(body, object_pairs_hook=_object, parse_constant=_no_number)
    except Misshapen:
        raise
    # RecursionError: brackets in brackets, some thousand of them.
    except (ValueError, RecursionError) as error:
        raise Misshapen("is no JSON") from error
    _require_shallow(value)
    return value


def an_object(value: object) -> Document:
    """Give *value* as an object.

    Raises:
        Misshapen: it is something else.

    """
    if not isinstance(value, Mapping):
        raise Misshapen("is no object")
    return value


def part(document: Document, name: str) -> Document:
    """Give an object within another; an empty one where it is not there.

    Raises:
        Misshapen: something else has its name.

    """
    value = document.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Misshapen(f"{name} is no object")
    return value


def items(document: Document, name: str) -> list[Document]:
    """Give the objects of a list.

    Raises:
        Misshapen: it is no list, or holds something else.

    """
    value = document.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise Misshapen(f"{name} is no list of objects")
    return value


def text(document: Document, name: str) -> str:
    """Give a text; empty where there is none.

    Raises:
        Misshapen: something else has its name.

    """
    value = document.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Misshapen(f"{name} is no text")
    return _sound(value)


def mark(document: Document, name: str) -> str:
    """Give what something is known by, be it a text or a number; empty where there is nothing.

    Raises:
        Misshapen: something else has its name.

    """
    value = document.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Misshapen(f"{name} is neither text nor number")
    return _sound(str(value))


def flag(document: Document, name: str) -> bool:
    """Whether something is said to be so.

    Raises:
        Misshapen: something else has its name.

    """
    value = document.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Misshapen(f"{name} is neither true nor false")
    return value


def seconds(document: Document, name: str, now: datetime) -> datetime:
    """Give a moment that is told in seconds since 1970; *now* where none is told, or one that no calendar has."""
    value = document.get(name)
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
        return datetime.fromtimestamp(number, UTC)
    except (ValueError, OverflowError, OSError):
        return now


def moment(document: Document, name: str, now: datetime) -> datetime:
    """Give a moment that is told as ISO 8601; *now* where none is told that can be read."""
    value = document.get(name)
    return at(value, now) if isinstance(value, str) else now


def at(told: str, now: datetime) -> datetime:
    """Read a moment of ISO 8601; *now* where it is none."""
    try:
        read_at = datetime.fromisoformat(told[:40])
        return (read_at if read_at.tzinfo else read_at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return now


def dumped(document: object) -> bytes:
    """Write one event of a batch by itself, to be kept."""
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def _sound(text: str) -> str:
    # A lone surrogate and a NUL can be written in JSON, and in no database.
    return text[:LONGEST_TEXT].replace("\0", "").encode("utf-8", "replace").decode()


def _require_shallow(value: object) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [child for one in level for child in _children(one)]
        if not level:
            return
    raise Misshapen(f"is deeper than {DEEPEST} levels")


def _children(value: object) -> list[object]:
    among = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for one in among if isinstance(one, dict | list)]


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        # Which of two was meant, nobody knows: who checks might read the other one.
        raise Misshapen("names something twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise Misshapen(f"{name} is no number")
