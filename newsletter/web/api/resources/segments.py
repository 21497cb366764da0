"""Rules about people, kept under a name, and whom they are true of."""

from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field

from newsletter.people import segments as people
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import NO_NUL, Answer, Given, Line, Number, Words
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import LARGEST_NUMBER, Of
from subscribers.segments import store, writing
from subscribers.segments.store import Segment
from subscribers.transaction import Transaction

PEOPLE = Permission.MANAGE_PEOPLE
SEGMENT = "/segments/{segment_id:int}"

# Seconds that whoever counts waits.
LONGEST_LOOK = 20.0

routes = Routes("segments", "Rules about people, to include in the audience of an issue or exclude from it.")


class SegmentAnswer(Answer):
    """A rule under a name; whom it is true of is asked anew each time."""

    id: int
    name: str
    rule: str
    made_by: str
    created_at: datetime
    changed_at: datetime


class SegmentGiven(Given):
    """A rule, as people write it, and its name."""

    name: Line
    rule: Words = Field(description="`language = fr and joined before 2020-01-01`.")


class RuleGiven(Given):
    """Another rule."""

    rule: Words


class Counted(Answer):
    """Of how many people a rule is true now."""

    rule: str
    people: int


@routes.get("/segments", PEOPLE, Of.ANY_NEWSLETTER)
def list_segments(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[SegmentAnswer]:
    """List all segments; they are the instance's, and issues of any newsletter may be for them."""
    with call.reading() as tx:
        known = store.all_segments(tx)
    shown, more = paging.page_of(known, lambda one: one.id, cursor, limit)
    return Page(items=[_answer(one) for one in shown], next=more)


@routes.post("/segments", PEOPLE, status_code=201)
def create_segment(call: Calling, given: SegmentGiven) -> SegmentAnswer:
    """Keep a rule under a name."""
    with call.acting() as acting:
        made = people.create(acting.tx, given.name, given.rule, acting.actor.name, acting.now)
        acting.record("segment.create", f"segment {made.name}", rule=writing.text(made.rule))
    return _answer(made)


@routes.get("/segments/count", PEOPLE)
def count_rule(
    call: Calling,
    rule: Annotated[str, Query(max_length=10_000, pattern=NO_NUL)],
    list_id: Annotated[Number | None, Query(description="Only who may be written to on this list.")] = None,
) -> Counted:
    """Count of whom a rule is true that need not be kept."""
    with call.reading(LONGEST_LOOK) as tx:
        asked = people.read(tx, rule)
        seen = people.look(tx, asked, list_id, 0, call.now)
    return Counted(rule=writing.text(asked), people=seen.people)


@routes.get(SEGMENT, PEOPLE)
def show_segment(call: Calling, segment_id: int) -> SegmentAnswer:
    """Show one segment."""
    with call.reading() as tx:
        return _answer(known_segment(tx, segment_id))


@routes.patch(SEGMENT, PEOPLE)
def change_segment(call: Calling, segment_id: int, given: RuleGiven) -> SegmentAnswer:
    """Keep another rule under the name; issues that were approved keep the rule they were approved with."""
    with call.acting() as acting:
        changed = people.edit(acting.tx, known_segment(acting.tx, segment_id).name, given.rule, acting.now)
        acting.record("segment.edit", f"segment {changed.name}", rule=writing.text(changed.rule))
    return _answer(changed)


@routes.delete(SEGMENT, PEOPLE)
def remove_segment(call: Calling, segment_id: int) -> Response:
    """Let a segment go; it is refused while an issue that is still to be sent is for it."""
    with call.acting() as acting:
        gone = people.remove(acting.tx, known_segment(acting.tx, segment_id).name, acting.now)
        acting.record("segment.remove", f"segment {gone.name}", rule=writing.text(gone.rule))
    return Response(status_code=204)


def known_segment(tx: Transaction, segment_id: int) -> Segment:
    """Give a segment.

    Raises:
        PageNotFound: there is none, or it was let go.

    """
    found = store.by_ids(tx, [segment_id]) if segment_id <= LARGEST_NUMBER else ()
    if not found or found[0].removed_at is not None:
        raise PageNotFound
    return found[0]


def _answer(one: Segment) -> SegmentAnswer:
    return SegmentAnswer(
        id=one.id,
        name=one.name,
        rule=writing.text(one.rule),
        made_by=one.made_by,
        created_at=one.created_at,
        changed_at=one.changed_at,
    )
