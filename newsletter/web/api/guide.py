"""The description as a person reads it: from its document to the lines of a page."""

import re
from collections import Counter
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
    # What else is told of it: the name of an object that has fields of its own.
    object: str = ""


@dataclass(frozen=True, slots=True)
class Object:
    """Something that has fields, and stands within other things."""

    name: str
    about: str
    fields: tuple[Field, ...]


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
    where: str
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
    # By name.
    objects: tuple[Object, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Book:
    """The schemas of a document, and what each is called where people read it."""

    schemas: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, str]

    @classmethod
    def of(cls, schemas: Mapping[str, Mapping[str, Any]]) -> "_Book":
        """Call each by its last part, without what is ours alone, where no other is called so."""
        short = {name: _short(name) for name in schemas}
        many = Counter(short.values())
        return cls(schemas, {name: one if many[one] == 1 else _long(name) for name, one in short.items()})


def guide(document: Mapping[str, Any]) -> Guide:
    """Give the page of a description."""
    book = _Book.of(document["components"]["schemas"])
    found: dict[str, list[Operation]] = {}
    for path, lines in document["paths"].items():
        for method in openapi.METHODS:
            if method in lines:
                operation = lines[method]
                found.setdefault(operation["tags"][0], []).append(_operation(book, method, path, operation))
    rooms = (
        Room(_id(tag["name"]), tag["name"], tag["description"], tuple(found.get(tag["name"], ()))) for tag in document["tags"]
    )
    told = tuple(rooms)
    return Guide(told, tuple(_objects(book, told)), kinds())


def _objects(book: _Book, rooms: Sequence[Room]) -> Iterator[Object]:
    """Give what the fields of all operations lead to, and what the fields of that lead to."""
    operations = [one for room in rooms for one in room.operations]
    open_ = {field.object for one in operations for field in (*one.parameters, *one.body, *one.answers)} - {""}
    known = dict[str, Object]()
    by_name = {book.names[name]: schema for name, schema in book.schemas.items()}
    while open_:
        name = open_.pop()
        schema = by_name[name]
        known[name] = Object(name, schema.get("description", "").replace("\n", " "), _fields(book, schema))
        open_ |= {field.object for field in known[name].fields} - {""} - set(known)
    yield from (known[name] for name in sorted(known))


def _operation(book: _Book, method: str, path: str, operation: Mapping[str, Any]) -> Operation:
    text = operation["description"].partition("\n\nTakes the scope")[0]
    title, _, about = text.partition("\n\n")
    answer = _schema_of(next(iter(operation["responses"].values())))
    # Of a page its items are told: what is around them is the same everywhere.
    items = _named(book, answer).get("properties", {}).get("items", answer) if _is_page(answer) else answer
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        title=title.replace("\n", " "),
        about=about.replace("\n", " "),
        scope=operation.get("x-scope", ""),
        where=operation.get("x-where", ""),
        parameters=tuple(_parameters(book, operation)),
        body=_fields(book, _schema_of(operation.get("requestBody", {}))),
        answer=_kind(book, answer),
        answers=_fields(book, items),
    )


def _parameters(book: _Book, operation: Mapping[str, Any]) -> Iterator[Field]:
    for one in operation.get("parameters", ()):
        if one["name"].lower() != REPEAT:
            about = one.get("description", "") or _named(book, one["schema"]).get("description", "")
            yield _field(book, one["name"], one["schema"], about, is_required=one.get("required", False))


def _is_page(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("$ref", "").startswith(f"{_REFERENCE}Page_"))


def _schema_of(part: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = part.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _fields(book: _Book, schema: Mapping[str, Any]) -> tuple[Field, ...]:
    known = _named(book, schema.get("items", schema))
    needed: Sequence[str] = known.get("required", ())
    return tuple(
        _field(book, name, one, one.get("description", ""), is_required=name in needed)
        for name, one in known.get("properties", {}).items()
    )


def _field(book: _Book, name: str, schema: Mapping[str, Any], about: str, *, is_required: bool) -> Field:
    return Field(name, _kind(book, schema), " ".join(about.split()), is_required, _object(book, schema))


def _object(book: _Book, schema: Mapping[str, Any]) -> str:
    """Give the name of the object that a field holds, alone or as a list; empty: it holds none that has fields."""
    inner = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    reference = inner.get("items", inner).get("$ref", "")
    is_one = reference and "properties" in _named(book, {"$ref": reference})
    return book.names[reference.removeprefix(_REFERENCE)] if is_one else ""


def _named(book: _Book, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").removeprefix(_REFERENCE)
    found: Mapping[str, Any] = book.schemas[name] if name else schema
    return found


def _kind(book: _Book, schema: Mapping[str, Any]) -> str:
    """Say of which kind a value is."""
    if "$ref" in schema:
        known = _named(book, schema)
        return _kind(book, known) if "enum" in known else book.names[schema["$ref"].removeprefix(_REFERENCE)]
    if "anyOf" in schema:
        return " or ".join(_kind(book, one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if schema.get("format") == "date-time":
        return "moment"
    if schema.get("type") == "array":
        return f"list of {_kind(book, schema.get('items', {}))}"
    return _KINDS.get(schema.get("type", ""), "object" if schema else "")


def _short(name: str) -> str:
    page, is_page, item = name.rpartition("Page_")
    return ("page of " if is_page else page) + re.sub(r"(Answer|Given)?_?$", "", item.rpartition("__")[2])


def _long(name: str) -> str:
    """Call it by what it is about as well: the module it stands in."""
    *rest, last = name.strip("_").removeprefix("Page_").split("__")
    own = ("page of " if name.startswith("Page_") else "") + last.removesuffix("Answer" if rest else "")
    return f"{own} of {rest[-1]}" if rest else own


def _id(name: str) -> str:
    return name.replace(" ", "-")
