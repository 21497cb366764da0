"""People in and out of files: written while they are read, and taken in behind the pages."""

import csv
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from newsletter.errors import BadValue
from newsletter.people import importwork
from newsletter.people.importwork import NotNow, State, Work
from newsletter.staff.permissions import Permission
from newsletter.web.api import objects, paging
from newsletter.web.api.calls import Brought, Call, Calling
from newsletter.web.api.fields import NO_NUL, Answer, Given, Line, Number, Words
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.api.scope import require_list
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Of
from subscribers import register
from subscribers.exchange import asking, imports
from subscribers.exchange.exporting import export_csv
from subscribers.exchange.model import Import, ImportOrder, ImportState
from subscribers.sentence import say
from subscribers.transaction import Transaction

PEOPLE = Permission.MANAGE_PEOPLE
UPLOAD = "/imports/uploads/{work_id:int}"
NDJSON = "application/x-ndjson"

# Lines sent at a time: each is a step to another thread and back.
CHUNK = 500

routes = Routes("imports and exports", "People in and out of files.")

# What is read as a file, whatever it says it is: the bodies of these addresses.
FILE = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("text/csv", NDJSON, "*/*")},
    }
}


def _file(kind: str, about: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": about, "content": {kind: {"schema": {"type": "string"}}}}}


class ImportAnswer(Answer):
    """An import as it is remembered."""

    id: int
    list_id: int
    source: str
    kind: str
    basis: str
    is_confirmed: bool
    state: ImportState
    begun_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    rows: int
    added: int
    refused: int
    said_no: int


class Upload(Answer):
    """A file in hand: it is tried first, and run then. What it says stands in `report`."""

    id: int
    list_id: int
    source: str
    state: State
    done: int = Field(description="Rows so far.")
    trouble: str
    import_id: int | None
    ends_at: datetime = Field(description="Then it is deleted, if nobody took it in.")
    report: dict[str, Any] | None


class Trying(Given):
    """How a file is to be read, and why these people may be written to."""

    basis: Words = Field(description="Kept as evidence with each of them.")
    is_confirmed: bool = Field(False, description="They have consented already; else they must confirm first.")
    updates: bool = Field(False, description="Names and languages of people known already change to the file's.")
    columns: Annotated[dict[Line, Line], Field(max_length=200)] = Field({}, description="What a column holds, by its title.")
    encoding: Line = ""
    is_raw: bool = False


class Asking(Given):
    """How fast people of an import are asked for their yes."""

    per_hour: Annotated[int, Field(ge=1, le=asking.FASTEST)] | None = Field(description="Null: nobody is asked any more.")


class Waiting(Answer):
    """How many wait to be asked."""

    people: int


@routes.get(
    "/lists/{list_id:int}/people.csv",
    PEOPLE,
    Of.LIST,
    response_class=StreamingResponse,
    responses=_file("text/csv", "A line for each person, a title above them."),
)
def export_list(call: Calling, list_id: int, *, raw: bool = False) -> StreamingResponse:
    """Give everybody who stands on a list as CSV, written while it is read.

    `raw`: for programs, without an apostrophe before what a spreadsheet would run.
    """
    lines = _exported(call, list_id, is_raw=raw)
    return StreamingResponse(_pieces(lines), media_type="text/csv; charset=utf-8")


@routes.get(
    "/lists/{list_id:int}/people.ndjson",
    PEOPLE,
    Of.LIST,
    response_class=StreamingResponse,
    responses=_file(NDJSON, "A JSON object on each line."),
)
def export_list_as_objects(call: Calling, list_id: int) -> StreamingResponse:
    """Give everybody who stands on a list, a JSON object on each line, written while it is read."""
    people = csv.DictReader(_exported(call, list_id, is_raw=True))
    return StreamingResponse(_pieces(json.dumps(one) + "\n" for one in people), media_type=NDJSON)


@routes.post("/files/imports", PEOPLE, Of.ANY_NEWSLETTER, status_code=201, openapi_extra=FILE)
def bring_file(
    call: Calling,
    request: Request,
    brought: Brought,
    list_id: Annotated[Number, Query(description="Which list they are for.")],
    name: Annotated[str, Query(max_length=200, pattern=NO_NUL, description="What the file is called.")] = "a file",
) -> Upload:
    """Bring a file of people, as the body: CSV, XLSX, vCard, NDJSON, or another program's export. Nobody is taken in yet."""
    with call.reading() as tx:
        require_list(tx, call, list_id)
        register.require_open(tx, list_id)
    if not brought.size:
        raise BadValue(say("file"), "", say("is empty"))
    is_objects = request.headers.get("content-type", "").partition(";")[0].strip().lower() == NDJSON
    order = ImportOrder(list_id, "", is_confirmed=False, source=name, is_raw=is_objects)
    with ExitStack() as held:
        folder = call.application.settings.data_dir
        file = held.enter_context(objects.as_table(brought.file, folder)) if is_objects else brought.file
        acting = held.enter_context(call.acting())
        return _upload(call.site.porter.carrier.take_in(acting.tx, order, call.actor.name, file))


@routes.get(UPLOAD, PEOPLE, Of.ANY_NEWSLETTER)
def show_upload(call: Calling, work_id: int) -> Upload:
    """Show a file in hand: how far it is, and what would become or became of its rows."""
    with call.reading() as tx:
        return _upload(_work(tx, call, work_id))


@routes.post(f"{UPLOAD}/try", PEOPLE, Of.ANY_NEWSLETTER)
def try_upload(call: Calling, work_id: int, given: Trying) -> Upload:
    """Say how a file is to be read and on which basis, and have it tried behind the pages; nothing is changed by that."""
    if not given.basis.strip():
        raise BadValue(say("basis"), "", say("is empty"))
    with call.acting() as acting:
        work = _work(acting.tx, call, work_id)
        order = ImportOrder(
            work.order.list_id,
            given.basis.strip(),
            given.is_confirmed,
            updates=given.updates,
            columns=given.columns,
            encoding=given.encoding,
            is_raw=given.is_raw or work.order.is_raw,
            source=work.order.source,
        )
        if not importwork.map_(acting.tx, work, order):
            raise NotNow(work)
        work = _work(acting.tx, call, work_id)
    call.site.porter.call()
    return _upload(work)


@routes.post(f"{UPLOAD}/run", PEOPLE, Of.ANY_NEWSLETTER)
def run_upload(call: Calling, work_id: int) -> Upload:
    """Take the people of a file in that was tried, behind the pages."""
    with call.acting() as acting:
        work = _work(acting.tx, call, work_id)
        if not importwork.move(acting.tx, work, State.RUNNING, before=State.TRIED, done=0):
            raise NotNow(work)
        acting.record("subscribers.import-begin", f"list {work.order.list_id}", upload=work.id)
        work = _work(acting.tx, call, work_id)
    call.site.porter.call()
    return _upload(work)


@routes.delete(UPLOAD, PEOPLE, Of.ANY_NEWSLETTER)
def drop_upload(call: Calling, work_id: int) -> Response:
    """Delete a file of which nobody is taken in."""
    with call.reading() as tx:
        work = _work(tx, call, work_id)
    if not call.site.porter.carrier.drop(work):
        raise NotNow(work)
    return Response(status_code=204)


@routes.get("/imports", PEOPLE, Of.ANY_NEWSLETTER)
def list_imports(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[ImportAnswer]:
    """List imports, the newest first."""
    with call.reading() as tx:
        seen = call.lists(tx)
        found = imports.newest(tx, limit + 1, before=paging.read_number(cursor), lists=seen)
    shown = found[:limit]
    more = paging.written(shown[-1].id) if len(found) > limit else None
    return Page(items=[_import(one) for one in shown], next=more)


@routes.get("/imports/{import_id:int}", PEOPLE, Of.IMPORT)
def show_import(call: Calling, import_id: int) -> ImportAnswer:
    """Show one import."""
    with call.reading() as tx:
        return _import(imports.by_id(tx, import_id))


@routes.post("/imports/{import_id:int}/ask", PEOPLE, Of.IMPORT)
def ask_imported(call: Calling, import_id: int, given: Asking) -> Waiting:
    """Have the people of an import who must confirm asked by mail, so many an hour."""
    with call.acting() as acting:
        waiting = asking.set_pace(acting.tx, import_id, given.per_hour, acting.now)
        acting.record("subscribers.ask", f"import {import_id}", per_hour=given.per_hour)
    return Waiting(people=waiting)


@routes.post("/imports/{import_id:int}/undo", PEOPLE, Of.IMPORT, status_code=202)
def undo_import(call: Calling, import_id: int) -> Upload:
    """Take an import back as one, behind the pages; a no stays a no. The answer is an upload, which tells how far it is."""
    with call.acting() as acting:
        known = imports.by_id(acting.tx, import_id)
        work = importwork.begin_undoing(acting.tx, known.order, acting.actor.name, known.id, acting.now)
    call.site.porter.call()
    return _upload(work)


def _exported(call: Call, list_id: int, *, is_raw: bool) -> Iterator[str]:
    with call.acting() as acting:
        chosen = register.list_by_id(acting.tx, list_id)
        acting.record("subscribers.export", f"list {chosen.name}", raw=is_raw)
    return export_csv(call.application.database.read, list_id, is_raw=is_raw)


def _pieces(lines: Iterator[str]) -> Iterator[str]:
    while piece := "".join(islice(lines, CHUNK)):
        yield piece


def _work(tx: Transaction, call: Call, work_id: int) -> Work:
    work = importwork.by_id(tx, work_id)
    if work.reason is not None:
        raise PageNotFound
    require_list(tx, call, work.order.list_id)
    return work


def _upload(work: Work) -> Upload:
    return Upload(
        id=work.id,
        list_id=work.order.list_id,
        source=work.order.source,
        state=work.state,
        done=work.done,
        trouble=str(work.trouble),
        import_id=work.import_id,
        ends_at=work.ends_at,
        report=dict(work.report) if work.report is not None else None,
    )


def _import(one: Import) -> ImportAnswer:
    return ImportAnswer(
        id=one.id,
        list_id=one.order.list_id,
        source=one.order.source,
        kind=one.kind,
        basis=one.order.basis,
        is_confirmed=one.order.is_confirmed,
        state=one.state,
        begun_at=one.begun_at,
        finished_at=one.finished_at,
        undone_at=one.undone_at,
        rows=one.seen.rows,
        added=one.taken.added,
        refused=one.seen.refused,
        said_no=one.taken.said_no,
    )
