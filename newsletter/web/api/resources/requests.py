"""What people ask about their data by letter or telephone: noted, listed with the day it is due, and called answered."""

from datetime import datetime

from pydantic import Field

from newsletter.people import datarequests
from newsletter.people.datarequests import Kind
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Words
from newsletter.web.api.paging import Cursor, Limit, Page, read_number, written
from newsletter.web.api.routing import Routes
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import LARGEST_NUMBER, Of

PEOPLE = Permission.MANAGE_PEOPLE
PERSON = "/subscribers/{subscriber_id:int}/requests"

routes = Routes("requests", "What people ask about their data.")


class RequestAnswer(Answer):
    """A request that waits."""

    id: int
    subscriber_id: int
    kind: Kind
    note: str
    noted_by: str
    asked_at: datetime
    due_at: datetime


class Asked(Given):
    """What somebody asked."""

    kind: Kind
    note: Words = Field("", description="In what words, or where the letter lies.")


class Noted(Answer):
    """A request that was written down."""

    id: int
    kind: Kind
    due_at: datetime


@routes.get("/requests", PEOPLE, Of.ANY_NEWSLETTER)
def list_requests(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[RequestAnswer]:
    """List what is still to be answered, the most urgent first."""
    begin = read_number(cursor) or 0
    with call.reading() as tx:
        found = datarequests.open_ones(tx, call.lists(tx), limit + 1, begin)
    shown = found[:limit]
    items = [RequestAnswer.model_validate(one) for one in shown]
    return Page(items=items, next=written(shown[-1].id) if len(found) > limit else None)


@routes.post(PERSON, PEOPLE, Of.SUBSCRIBER, status_code=201)
def note_request(call: Calling, subscriber_id: int, given: Asked) -> Noted:
    """Write down that a person asked; it is due within a month."""
    with call.acting() as acting:
        datarequests.note(acting.tx, subscriber_id, given.kind, given.note, acting.actor.name, acting.now)
        acting.record("privacy.request", f"subscriber {subscriber_id}", kind=given.kind.value)
        noted = max(datarequests.of_person(acting.tx, subscriber_id), key=lambda one: one.id)
    # What is answered to a POST is kept, and a note may name people.
    return Noted.model_validate(noted)


@routes.post(f"{PERSON}/{{request_id:int}}/answered", PEOPLE, Of.SUBSCRIBER, status_code=204)
def close_request(call: Calling, subscriber_id: int, request_id: int) -> None:
    """Write down that a request is answered."""
    number = min(request_id, LARGEST_NUMBER)
    with call.acting() as acting:
        if all(one.id != number for one in datarequests.all_of(acting.tx, subscriber_id)):
            raise PageNotFound
        closed = datarequests.close(acting.tx, subscriber_id, number, acting.actor.name, acting.now)
        acting.record("privacy.answered", f"subscriber {subscriber_id}", was_open=closed)
