"""Files of addresses that are kept out from then on: brought, tried, and run or taken back behind the pages."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field

from newsletter.errors import BadValue
from newsletter.people import importwork, keepout
from newsletter.people.importwork import NotNow, State, Work
from newsletter.staff.permissions import Permission, require
from newsletter.web.api import paging
from newsletter.web.api.calls import Brought, Call, Calling
from newsletter.web.api.fields import NO_NUL, Answer, Count, Given, Line
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.resources.exchange import FILE
from newsletter.web.api.routing import Routes
from newsletter.web.api.scope import require_scope
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import LARGEST_NUMBER, Of
from subscribers.exchange.model import ImportOrder
from subscribers.model import Reason
from subscribers.sentence import say
from subscribers.transaction import Transaction

PEOPLE = Permission.MANAGE_PEOPLE
ONE = "/suppressions/files/{work_id:int}"

# Of an order; more columns than any such file has.
MOST_COLUMNS = 200

routes = Routes("files of suppressions", "Files of addresses that are kept out from then on.")


class Why(StrEnum):
    """For which reason addresses are kept out whose rows do not say."""

    MANUAL = Reason.MANUAL
    UNSUBSCRIBED = Reason.UNSUBSCRIBED
    BOUNCED = Reason.BOUNCED
    COMPLAINED = Reason.COMPLAINED


class InHand(Answer):
    """A file in hand: it is tried first, and run then."""

    id: int
    list_id: int = Field(description="0: of every list.")
    reason: Why
    source: str
    state: State
    done: int = Field(description="Rows so far.")
    ends_at: datetime = Field(description="Then it is deleted, if nobody let it run.")


class InHandAnswer(InHand):
    """A file in hand, and what would become or became of its rows."""

    trouble: str
    report: dict[str, Any] | None


class Reading(Given):
    """How a file is to be read."""

    columns: Annotated[dict[Line, Line], Field(max_length=MOST_COLUMNS)] = Field(
        {}, description="What a column holds, by its title: `email` or `state`."
    )
    encoding: Line = ""
    is_raw: bool = False


@routes.post("/files/suppressions", PEOPLE, Of.ANY_NEWSLETTER, status_code=201, openapi_extra=FILE)
def bring_suppressions(
    call: Calling,
    brought: Brought,
    list_id: Annotated[Count, Query(description="0: of every list.")],
    reason: Annotated[Why, Query(description="Where a row does not say.")] = Why.MANUAL,
    name: Annotated[str, Query(max_length=200, pattern=NO_NUL, description="What the file is called.")] = "a file",
) -> InHand:
    """Bring a file of addresses, as the body: CSV, XLSX or one address on each line. Nobody is kept out yet."""
    with call.reading() as tx:
        require_scope(tx, call, list_id)
    if not brought.size:
        raise BadValue(say("file"), "", say("is empty"))
    order = ImportOrder(list_id, "", is_confirmed=False, source=name)
    with call.acting() as acting:
        carrier = call.site.porter.carrier
        return InHand(**_facts(carrier.take_in(acting.tx, order, call.actor.name, brought.file, reason=Reason(reason))))


@routes.get("/suppressions/files", PEOPLE, Of.ANY_NEWSLETTER)
def list_suppression_files(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[InHand]:
    """List the files in hand, the newest first."""
    before = paging.read_number(cursor)
    with call.reading() as tx:
        found = importwork.in_hand(tx, keeps_out=True, before=before, lists=call.lists(tx), limit=limit + 1)
    shown = found[:limit]
    more = paging.written(shown[-1].id) if len(found) > limit else None
    return Page(items=[InHand(**_facts(one)) for one in shown], next=more)


@routes.get(ONE, PEOPLE, Of.ANY_NEWSLETTER)
def show_suppression_file(call: Calling, work_id: int) -> InHandAnswer:
    """Show a file in hand: how far it is, and what would become or became of its rows."""
    with call.reading() as tx:
        work = _work(tx, call, work_id)
    report = dict(work.report) if work.report is not None else None
    return InHandAnswer(**_facts(work), trouble=str(work.trouble), report=report)


@routes.post(f"{ONE}/try", PEOPLE, Of.ANY_NEWSLETTER)
def try_suppression_file(call: Calling, work_id: int, given: Reading) -> InHand:
    """Say how a file is to be read, and have it tried behind the pages; nobody is kept out by that."""
    with call.acting() as acting:
        work = _work(acting.tx, call, work_id)
        order = ImportOrder(
            work.order.list_id,
            "",
            is_confirmed=False,
            columns=given.columns,
            encoding=given.encoding,
            is_raw=given.is_raw,
            source=work.order.source,
        )
        if not importwork.map_(acting.tx, work, order):
            raise NotNow(work)
        work = _work(acting.tx, call, work_id)
    call.site.porter.call()
    return InHand(**_facts(work))


@routes.post(f"{ONE}/run", PEOPLE, Of.ANY_NEWSLETTER)
def run_suppression_file(call: Calling, work_id: int) -> InHand:
    """Keep the addresses of a file out that was tried, behind the pages."""
    with call.acting() as acting:
        work = _work(acting.tx, call, work_id)
        if not importwork.move(acting.tx, work, State.RUNNING, before=State.TRIED, done=0):
            raise NotNow(work)
        acting.record("suppressions.import-begin", keepout.about(work.order.list_id), upload=work.id)
        work = _work(acting.tx, call, work_id)
    call.site.porter.call()
    return InHand(**_facts(work))


@routes.post(f"{ONE}/undo", PEOPLE, Of.ANY_NEWSLETTER, status_code=202)
def undo_suppression_file(call: Calling, work_id: int) -> InHand:
    """Take back what a file said, behind the pages; a complaint is lifted by those alone who may lift one."""
    with call.acting() as acting:
        work = _work(acting.tx, call, work_id)
        if importwork.count_kept_out(acting.tx, work.id, Reason.COMPLAINED):
            require(acting.actor, Permission.LIFT_COMPLAINTS)
        begun = {"done": 0, "trouble": "", "undone_by": acting.actor.name}
        if not importwork.move(acting.tx, work, State.UNDOING, before=State.DONE, **begun):
            raise NotNow(work)
        acting.record("suppressions.undo-begin", keepout.about(work.order.list_id), upload=work.id)
        work = _work(acting.tx, call, work_id)
    call.site.porter.call()
    return InHand(**_facts(work))


@routes.delete(ONE, PEOPLE, Of.ANY_NEWSLETTER)
def drop_suppression_file(call: Calling, work_id: int) -> Response:
    """Delete a file of which nobody is kept out."""
    with call.reading() as tx:
        work = _work(tx, call, work_id)
    if not call.site.porter.carrier.drop(work):
        raise NotNow(work)
    return Response(status_code=204)


def _work(tx: Transaction, call: Call, work_id: int) -> Work:
    work = importwork.by_id(tx, min(work_id, LARGEST_NUMBER))
    if work.reason is None:
        raise PageNotFound
    require_scope(tx, call, work.order.list_id)
    return work


def _facts(work: Work) -> Mapping[str, Any]:
    return {
        "id": work.id,
        "list_id": work.order.list_id,
        "reason": work.reason,
        "source": work.order.source,
        "state": work.state,
        "done": work.done,
        "ends_at": work.ends_at,
    }
