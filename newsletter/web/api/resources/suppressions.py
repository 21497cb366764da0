"""Suppressions: addresses that are never written to."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field

from newsletter.errors import BadValue
from newsletter.people import keepout
from newsletter.people.keepout import KeepOut
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Count, Given, Line, Number
from newsletter.web.api.paging import Cursor, Limit, Page, read_number, written
from newsletter.web.api.routing import Routes
from newsletter.web.api.scope import require_scope
from newsletter.web.visits import Of
from subscribers import recognition, suppressionbook
from subscribers.address import parse
from subscribers.model import EVERY_LIST, Reason
from subscribers.sentence import say
from subscribers.suppressionbook import Asked

PEOPLE = Permission.MANAGE_PEOPLE
LONGEST_WHY = 300

routes = Routes("suppressions", "Addresses that are never written to, remembered by hash.")


class SuppressionAnswer(Answer):
    """Somebody who is kept out."""

    id: int
    list_id: int = Field(description="0: of every list.")
    reason: Reason
    at: datetime
    email: str = Field(description="Known only of people who are on a list; else empty.")


class Address(Given):
    """An address, in the body and not in the address of the request, where logs keep it."""

    email: Line


class KeepingOut(Given):
    """Who is to be kept out."""

    email: Line
    reason: Reason = Reason.MANUAL
    list_id: Count = Field(EVERY_LIST, description="0: of every list.")


class Lifting(Given):
    """Who is to be written to again."""

    email: Line
    why: Annotated[str, Field(min_length=1, max_length=LONGEST_WHY)] = Field(description="Stands in the audit.")
    list_id: Count = Field(EVERY_LIST, description="0: of every list.")


class Kept(Answer):
    """What became of keeping somebody out."""

    is_news: bool = Field(description="False: they were kept out before, for this reason or a stronger one.")


class Lifted(Answer):
    """What became of letting somebody in."""

    lifted: Reason


@routes.get("/suppressions", PEOPLE, Of.ANY_NEWSLETTER)
def list_suppressions(
    call: Calling,
    reason: Reason | None = None,
    list_id: Annotated[Number | None, Query(description="Of this list alone.")] = None,
    cursor: Cursor = None,
    limit: Limit = paging.USUAL,
) -> Page[SuppressionAnswer]:
    """List who is kept out, the latest first; a page may hold fewer, or none, and still have a next one."""
    before = read_number(cursor)
    with call.reading() as tx:
        asked = Asked(reason, list_id, call.lists(tx))
        found = suppressionbook.newest(tx, asked, before, limit)
    items = [SuppressionAnswer.model_validate(one) for one in found.suppressed]
    return Page(items=items, next=written(found.more) if found.more is not None else None)


@routes.post("/suppressions/look", PEOPLE, Of.ANY_NEWSLETTER)
def look_up_suppression(call: Calling, given: Address) -> list[Reason]:
    """Tell why an address is kept out, on lists that the key reaches and everywhere; nothing: it is not."""
    address = parse(given.email)
    with call.reading() as tx:
        seen = call.lists(tx)
        found = suppressionbook.of_address(tx, recognition.look_up(tx, call.application.keyring, address.key))
    return [one.reason for one in found if seen is None or one.list_id == EVERY_LIST or one.list_id in seen]


@routes.post("/suppressions", PEOPLE, Of.ANY_NEWSLETTER)
def add_suppression(call: Calling, given: KeepingOut) -> Kept:
    """Never write to an address again, whether somebody is known by it or not."""
    address = parse(given.email)
    if given.reason is Reason.ERASED:
        raise BadValue(say("reason"), given.reason.value, say("an erasure is more than that; erase the person"))
    with call.acting() as acting:
        require_scope(acting.tx, call, given.list_id)
        terms = KeepOut(given.reason, given.list_id, acting.now)
        is_news = keepout.keep_out(acting.tx, call.application.keyring, address, terms)
        acting.record("suppression.add", keepout.about(given.list_id), reason=given.reason.value, news=is_news)
    return Kept(is_news=is_news)


@routes.post("/suppressions/lift", PEOPLE, Of.ANY_NEWSLETTER)
def lift_suppression(call: Calling, given: Lifting) -> Lifted:
    """Let an address be written to again that others kept out; what a person said themselves only they take back."""
    address = parse(given.email)
    with call.acting() as acting:
        require_scope(acting.tx, call, given.list_id)
        email_hash = recognition.hash_of(acting.tx, call.application.keyring, address.key)
        lifted = keepout.lift(acting.tx, acting.actor, email_hash, acting.now, list_id=given.list_id)
        acting.record("suppression.lift", keepout.about(given.list_id), reason=lifted.value, why=given.why)
    return Lifted(lifted=lifted)
