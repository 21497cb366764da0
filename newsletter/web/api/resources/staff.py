"""The staff and the audit: read, and somebody signed out or taken off; nobody is let in by a program."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from newsletter.staff import accounts, audit, losses
from newsletter.staff.audit import Asked
from newsletter.staff.permissions import Permission, Role
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Line, Moment
from newsletter.web.api.paging import Cursor, Limit, Page, read_number, written
from newsletter.web.api.routing import Routes
from newsletter.web.visits import LARGEST_NUMBER

STAFF = Permission.MANAGE_STAFF

routes = Routes("staff", "Who works here, and what was done by whom.")


class AccountAnswer(Answer):
    """Somebody on the staff."""

    id: int
    name: str
    address: str
    role: Role | None = Field(description="On the whole instance.")
    roles: dict[int, Role] = Field(description="In single newsletters, by their ids.")
    has_second_factor: bool
    has_passkeys: bool
    created_at: datetime


class ActAnswer(Answer):
    """Something that was done."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str
    detail: Mapping[str, Any]


@routes.get("/staff", STAFF)
def list_staff(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[AccountAnswer]:
    """List the staff, in the order they came."""
    with call.reading() as tx:
        known = sorted(accounts.all_accounts(tx), key=lambda one: one.id)
    shown, more = paging.page_of(known, lambda one: one.id, cursor, limit)
    return Page(items=[AccountAnswer.model_validate(one) for one in shown], next=more)


@routes.post("/staff/{account_id:int}/sign-out", STAFF, status_code=204)
def sign_out_account(call: Calling, account_id: int) -> None:
    """End every session of somebody."""
    with call.acting() as acting:
        known = accounts.by_id(acting.tx, min(account_id, LARGEST_NUMBER))
        ended = losses.sign_out(acting.tx, known.id).sessions
        acting.record("staff.sign_out", f"account {known.name}", ended=ended)


@routes.delete("/staff/{account_id:int}", STAFF)
def remove_account(call: Calling, account_id: int) -> None:
    """Take somebody off the staff, with their sessions and keys; never oneself, nor the last administrator."""
    with call.acting() as acting:
        known = accounts.by_id(acting.tx, min(account_id, LARGEST_NUMBER))
        accounts.remove(acting.tx, acting.actor, known)
        acting.record("staff.remove", f"account {known.name}")


@routes.get("/audit", STAFF)
def list_acts(  # what can be asked for
    call: Calling,
    actor: Annotated[Line, Query(description="How the name of who did it begins.")] = "",
    act: Annotated[Line, Query(description="How the act begins, as `issue.`.")] = "",
    subject: Annotated[Line, Query(description="How what it was about begins, as `issue 5`.")] = "",
    since: Annotated[Moment | None, Query()] = None,
    until: Annotated[Moment | None, Query(description="Without this moment.")] = None,
    cursor: Cursor = None,
    limit: Limit = paging.USUAL,
) -> Page[ActAnswer]:
    """List what was done, the latest first."""
    before = read_number(cursor)
    with call.reading() as tx:
        found = audit.page(tx, Asked(actor, act, subject, since, until), before, limit + 1)
    shown = found[:limit]
    more = written(shown[-1].id) if len(found) > limit else None
    return Page(items=[ActAnswer.model_validate(one) for one in shown], next=more)
