"""The description as a person reads it: from its document to the lines of a page."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newsletter.web.api import openapi
from newsletter.web.api.gate import REPEAT
from newsletter.web.api.problems import Problem, kinds

# A schema within a schema within a schema is told by its name.
_REFERENCE = "#/components/schemas/"
_KINDS = {"string": "text", "integer": "number", "boolean": "yes or no", "null": "null", "number": "number"}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked or told."""

    name: str
    kind: str
    about: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be asked at one address."""

    id: str
    method: str
    path: str
    title: str
    about: str
    # Empty: open to everybody.
    scope: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answer: str
    answers: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """The operations about one kind of thing."""

    id: str
    name: str
    about: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """Everything there is."""

    rooms: tuple[Room, ...]
    problems: tuple[Problem, ...]


def guide(document: Mapping[str, Any]) -> Guide:
    """Give the page of a description."""
    found: dict[str, list[Operation]] = {}
    for path, lines in document["paths"].items():
        for method in openapi.METHODS:
            if method in lines:
                operation = lines[method]
                found.setdefault(operation["tags"][0], []).append(_operation(document, method, path, operation))
    rooms = (
        Room(_id(tag["name"]), tag["name"], tag["description"], tuple(found.get(tag["name"], ()))) for tag in document["tags"]
    )
    return Guide(tuple(rooms), kinds())


def _operation(document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]) -> Operation:
    text = operation["description"].partition("\n\nTakes the scope")[0]
    title, _, about = text.partition("\n\n")
    answer = _schema_of(next(iter(operation["responses"].values())))
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        title=title.replace("\n", " "),
        about=about.replace("\n", " "),
        scope=operation.get("x-scope", ""),
        parameters=tuple(_parameters(document, operation)),
        body=_fields(document, _schema_of(operation.get("requestBody", {}))),
        answer=_kind(answer),
        answers=_fields(document, answer),
    )


def _parameters(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[Field]:
    for one in operation.get("parameters", ()):
        if one["name"].lower() != REPEAT:
            about = one.get("description", "") or _named(document, one["schema"]).get("description", "")
            yield Field(one["name"], _kind(one["schema"]), about, one.get("required", False))


def _schema_of(part: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = part.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[Field, ...]:
    known = _named(document, schema.get("items", schema))
    needed: Sequence[str] = known.get("required", ())
    return tuple(
        Field(name, _kind(one), one.get("description", ""), name in needed) for name, one in known.get("properties", {}).items()
    )


def _named(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").removeprefix(_REFERENCE)
    found: Mapping[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def _kind(schema: Mapping[str, Any]) -> str:
    """Say of which kind a value is."""
    if "$ref" in schema:
        return _spelled(schema["$ref"].removeprefix(_REFERENCE))
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if schema.get("format") == "date-time":
        return "moment"
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return _KINDS.get(schema.get("type", ""), "object" if schema else "")


def _spelled(name: str) -> str:
    return re.sub(r"(Answer|Given)?_?$", "", name.replace("Page_", "page of "))


def _id(name: str) -> str:
    return name.replace(" ", "-")
