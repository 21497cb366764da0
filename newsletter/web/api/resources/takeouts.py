"""People as files by what is true of them: those somebody looks for, and those of a segment; written while they are read."""

import csv
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import StreamingResponse

from newsletter.people import segments as people
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Number
from newsletter.web.api.looking import Looking
from newsletter.web.api.resources.segments import known_segment
from newsletter.web.api.routing import Routes
from newsletter.web.visits import Of
from subscribers import directory, register
from subscribers.directory import Ids
from subscribers.exchange.exporting import export_people
from subscribers.segments import writing

PEOPLE = Permission.MANAGE_PEOPLE
SEGMENT = "/segments/{segment_id:int}"
CSV, NDJSON = "text/csv", "application/x-ndjson"

# Lines sent at a time: each is a step to another thread and back.
CHUNK = 500
# An audit is kept for ever: it says that somebody was looked for by an address or a name, and not by which.
TYPED = "…"

OfList = Annotated[Number | None, Query(description="Only who may be written to on this list.")]
Raw = Annotated[bool, Query(description="For programs, without an apostrophe before what a spreadsheet would run.")]

routes = Routes("people as files", "People as files: those somebody looks for, and those of a segment.")


def _file(kind: str, about: str) -> Mapping[str, Any]:
    answers = {200: {"description": about, "content": {kind: {"schema": {"type": "string"}}}}}
    return {"response_class": StreamingResponse, "responses": answers}


_TABLE = _file(CSV, "A line for each person, a title above them.")
_OBJECTS = _file(NDJSON, "A JSON object on each line.")


@routes.get("/subscribers.csv", PEOPLE, Of.ANY_NEWSLETTER, **_TABLE)
def export_people_found(call: Calling, looking: Looking, *, raw: Raw = False) -> StreamingResponse:
    """Give everybody it is true of as CSV, of the lists that the key reaches; that it was taken stands in the audit."""
    return _as_csv(_looked_for(call, looking, is_raw=raw))


@routes.get("/subscribers.ndjson", PEOPLE, Of.ANY_NEWSLETTER, **_OBJECTS)
def export_people_found_as_objects(call: Calling, looking: Looking) -> StreamingResponse:
    """Give everybody it is true of, a JSON object on each line; that it was taken stands in the audit."""
    return _as_objects(_looked_for(call, looking, is_raw=True))


@routes.get(f"{SEGMENT}/people.csv", PEOPLE, **_TABLE)
def export_segment(call: Calling, segment_id: int, list_id: OfList = None, *, raw: Raw = False) -> StreamingResponse:
    """Give everybody a segment is true of as CSV; that it was taken stands in the audit."""
    return _as_csv(_of_segment(call, segment_id, list_id, is_raw=raw))


@routes.get(f"{SEGMENT}/people.ndjson", PEOPLE, **_OBJECTS)
def export_segment_as_objects(call: Calling, segment_id: int, list_id: OfList = None) -> StreamingResponse:
    """Give everybody a segment is true of, a JSON object on each line; that it was taken stands in the audit."""
    return _as_objects(_of_segment(call, segment_id, list_id, is_raw=True))


def _looked_for(call: Call, looking: Looking, *, is_raw: bool) -> Iterator[str]:
    with call.acting() as acting:
        seen = call.lists(acting.tx)
        wanted = looking.wanted(acting.tx, seen)
        filters = {name: TYPED if name == "q" else text for name, text in looking.said.items()}
        acting.record("subscribers.export", "people", filters=filters, raw=is_raw)
    return _exported(call, directory.everybody(wanted), seen, is_raw=is_raw)


def _of_segment(call: Call, segment_id: int, list_id: int | None, *, is_raw: bool) -> Iterator[str]:
    with call.acting() as acting:
        known = known_segment(acting.tx, segment_id)
        of_list = register.list_by_id(acting.tx, list_id) if list_id is not None else None
        ids = people.everybody(acting.tx, known.rule, of_list.id if of_list is not None else None, acting.now)
        name = of_list.name if of_list is not None else None
        acting.record("subscribers.export", f"segment {known.name}", rule=writing.text(known.rule), list=name, raw=is_raw)
    return _exported(call, ids, None, is_raw=is_raw)


def _exported(call: Call, ids: Ids, lists: frozenset[int] | None, *, is_raw: bool) -> Iterator[str]:
    return export_people(call.application.database.read, ids, lists, is_raw=is_raw)


def _as_csv(lines: Iterator[str]) -> StreamingResponse:
    return StreamingResponse(_pieces(lines), media_type=f"{CSV}; charset=utf-8")


def _as_objects(lines: Iterator[str]) -> StreamingResponse:
    rows = csv.DictReader(lines)
    return StreamingResponse(_pieces(f"{json.dumps(one)}\n" for one in rows), media_type=NDJSON)


def _pieces(lines: Iterator[str]) -> Iterator[str]:
    while piece := "".join(islice(lines, CHUNK)):
        yield piece
