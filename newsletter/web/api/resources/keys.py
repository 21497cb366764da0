"""The keys that programs come with: looked through, and taken back; none is made here."""

from datetime import datetime

from pydantic import Field

from newsletter.staff import apikeys
from newsletter.staff.apikeys import Key
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.visits import LARGEST_NUMBER

STAFF = Permission.MANAGE_STAFF

routes = Routes("keys", "The keys that programs come with; they are made at the desk alone.")


class ApiKeyAnswer(Answer):
    """A key, without its secret, which nobody knows but whoever was given it."""

    id: int
    account_id: int
    name: str
    scopes: list[Permission]
    newsletters: list[int] | None = Field(description="Null: wherever its account has a role.")
    made_at: datetime
    used_at: datetime | None = Field(description="Within five minutes; null: never.")
    ends_at: datetime | None = Field(description="Null: when it is revoked.")
    revoked_at: datetime | None


@routes.get("/keys", STAFF)
def list_api_keys(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[ApiKeyAnswer]:
    """List the keys of all accounts, in the order they were made."""
    with call.reading() as tx:
        known = sorted(apikeys.all_keys(tx), key=lambda one: one.id)
    shown, more = paging.page_of(known, lambda one: one.id, cursor, limit)
    return Page(items=[_answer(one) for one in shown], next=more)


@routes.post("/keys/{key_id:int}/revoke", STAFF)
def revoke_api_key(call: Calling, key_id: int) -> ApiKeyAnswer:
    """Let a key open nothing any more, also this one."""
    with call.acting() as acting:
        gone = apikeys.revoke(acting.tx, min(key_id, LARGEST_NUMBER), call.site.wall())
        acting.record("apikey.revoke", f"key {gone.id}", name=gone.name)
    return _answer(gone)


def _answer(one: Key) -> ApiKeyAnswer:
    own = one.terms.newsletters
    return ApiKeyAnswer(
        id=one.id,
        account_id=one.account_id,
        name=one.name,
        scopes=sorted(one.terms.scopes),
        newsletters=sorted(own) if own is not None else None,
        made_at=one.made_at,
        used_at=one.used_at,
        ends_at=one.terms.ends_at,
        revoked_at=one.revoked_at,
    )
