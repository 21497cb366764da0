"""How often the links of an issue were followed; and by whom, of those who allow it, for whoever looks after people."""

import json
from collections.abc import Iterator
from datetime import datetime

from fastapi.responses import StreamingResponse
from pydantic import Field

from newsletter.issues import store
from newsletter.mail import clickbook
from newsletter.mail.clickbook import Followed, LinkFigures, NamedClick
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Answer
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.problems import Invalid, Wrong
from newsletter.web.api.routing import Routes
from newsletter.web.visits import LARGEST_NUMBER, Of

HERE = "/issues/{issue_id:int}/clicks"

# Of a file that are read at a time.
PIECE = 500

routes = Routes("clicks", "How often the links of an issue were followed, and by whom of those who allow it.")


class LinkAnswer(Answer):
    """A link, and how often it was followed."""

    id: int
    url: str
    people: int = Field(description="Times that people followed it, as far as they can be told from programs.")
    programs: int
    named: int = Field(description="People who followed it and allow that it is known.")


class ClickAnswer(Answer):
    """That somebody followed a link, who allows that it is known."""

    subscriber_id: int
    email: str
    name: str
    url: str
    first_at: datetime
    clicks: int


@routes.get(HERE, Permission.VIEW, Of.ISSUE)
def list_clicks(call: Calling, issue_id: int, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[LinkAnswer]:
    """List the links of an issue, and how often each was followed; none where they are not counted."""
    with call.reading() as tx:
        letter_id = store.load(tx, issue_id).letter_id
        found = clickbook.of_letter(tx, letter_id) if letter_id is not None else ()
    known = sorted(found, key=lambda one: one.link.id)
    shown, more = paging.page_of(known, lambda one: one.link.id, cursor, limit)
    return Page(items=[_link(one) for one in shown], next=more)


@routes.get(f"{HERE}/people", Permission.MANAGE_PEOPLE, Of.ISSUE)
def list_clicks_of_people(
    call: Calling, issue_id: int, cursor: Cursor = None, limit: Limit = paging.USUAL
) -> Page[ClickAnswer]:
    """List who followed which links, of those who allow it; that somebody looked stands in the audit."""
    after = _place(cursor)
    with call.acting() as acting:
        letter_id = store.load(acting.tx, issue_id).letter_id
        found = clickbook.named_of_letter(acting.tx, letter_id, after, limit + 1) if letter_id is not None else ()
        shown = found[:limit]
        acting.record("clicks.people", f"issue {issue_id}", clicks=len(shown))
    more = paging.written(f"{shown[-1].link_id}-{shown[-1].subscription_id}") if len(found) > limit else None
    return Page(items=[ClickAnswer.model_validate(one) for one in shown], next=more)


@routes.get(
    f"{HERE}/people.ndjson",
    Permission.MANAGE_PEOPLE,
    Of.ISSUE,
    response_class=StreamingResponse,
    responses={
        200: {"description": "A JSON object on each line.", "content": {"application/x-ndjson": {"schema": {"type": "string"}}}}
    },
)
def export_clicks_of_people(call: Calling, issue_id: int) -> StreamingResponse:
    """Give all of them, a JSON object on each line, written while it is read; that it was taken stands in the audit."""
    with call.acting() as acting:
        letter_id = store.load(acting.tx, issue_id).letter_id
        acting.record("clicks.people", f"issue {issue_id}", file=True)
    return StreamingResponse(_pieces(call, letter_id), media_type="application/x-ndjson")


def _pieces(call: Call, letter_id: int | None) -> Iterator[str]:
    after = Followed(0, 0)
    while letter_id is not None:
        # A transaction each: whoever takes their yes back meanwhile is not among what is still to come.
        with call.reading() as tx:
            found = clickbook.named_of_letter(tx, letter_id, after, PIECE)
        yield "".join(f"{json.dumps(_told(one))}\n" for one in found)
        if len(found) < PIECE:
            return
        after = Followed(found[-1].subscription_id, found[-1].link_id)


def _told(one: NamedClick) -> dict[str, object]:
    return ClickAnswer.model_validate(one).model_dump(mode="json")


def _link(one: LinkFigures) -> LinkAnswer:
    return LinkAnswer(id=one.link.id, url=one.link.url, people=one.people, programs=one.machines, named=one.named)


def _place(cursor: str | None) -> Followed:
    """Read behind which click a page begins.

    Raises:
        Invalid: no page of ours names this.

    """
    known = paging.read(cursor)
    if known is None:
        return Followed(0, 0)
    link, _, subscription = str(known).partition("-")
    return Followed(_number(subscription), _number(link))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < len(str(LARGEST_NUMBER))):
        raise Invalid([Wrong("query/cursor", "is not the `next` of a page")])
    return int(text)
