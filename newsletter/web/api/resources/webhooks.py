"""Webhooks: programs outside that are told what happens."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from newsletter.issues import newsletters
from newsletter.staff.permissions import Permission
from newsletter.strongbox import Strongbox
from newsletter.web.api import paging
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Answer, Given, Line, Number, Words
from newsletter.web.api.paging import Cursor, Limit, Page, read_number, written
from newsletter.web.api.routing import Routes
from newsletter.web.visits import LARGEST_NUMBER
from newsletter.webhooks import hookbook, signing, telling, tellingbook
from newsletter.webhooks.hookbook import Wanted
from newsletter.webhooks.model import EventKind, Hook, Telling, TellingState
from newsletter.webhooks.telling import Herald
from subscribers.transaction import Transaction

HOOKS = Permission.MANAGE_INSTANCE
ONE = "/webhooks/{hook_id:int}"

routes = Routes("webhooks", "Programs outside that are told what happens.")


class HookAnswer(Answer):
    """A webhook, without its secret."""

    id: int
    name: str
    url: str
    newsletter_id: int | None = Field(description="Null: it is told of all newsletters.")
    kinds: list[str] = Field(description="Empty: everything.")
    shows_addresses: bool
    is_enabled: bool
    off_because: str
    failures: int
    failing_since: datetime | None
    took_at: datetime | None
    former_until: datetime | None = Field(description="Until then the secret before signs as well.")
    created_at: datetime


class NewHook(Given):
    """A program that is to be told."""

    name: Line
    url: Words = Field(description="Public and encrypted.")
    kinds: list[EventKind] = Field([], max_length=100, description="Empty: everything.")
    newsletter_id: Number | None = None
    shows_addresses: bool = False
    secret: Line | None = Field(None, description="`whsec_…` of the receiver's; one is made if left out. No answer has it.")


class HookChange(Given):
    """What is to be different; what is left out stays."""

    url: Words | None = None
    kinds: list[EventKind] | None = Field(None, max_length=100)
    shows_addresses: bool | None = None


class MessageAnswer(Answer):
    """One event for one webhook."""

    id: str = Field(description="By which the receiver tells it from others.")
    event: str
    at: datetime
    subscriber_id: int | None
    data: Mapping[str, Any]
    state: TellingState
    tries: int
    next_at: datetime | None
    status: int | None
    trouble: str


class Trial(Answer):
    """How a program took a test."""

    is_taken: bool
    status: int | None
    trouble: str
    took_ms: int


class Again(Given):
    """What is to be told again."""

    messages: list[Line] = Field([], max_length=1_000, description="Their ids; empty: all that were given up.")


class Replayed(Answer):
    """How much is told again."""

    messages: int


@routes.get("/webhooks", HOOKS)
def list_webhooks(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[HookAnswer]:
    """List all webhooks by name."""
    with call.reading() as tx:
        known = hookbook.all_hooks(tx)
    shown, more = paging.part_of(known, cursor, limit)
    return Page(items=[HookAnswer.model_validate(one) for one in shown], next=more)


@routes.post("/webhooks", HOOKS, status_code=201)
def add_webhook(call: Calling, given: NewHook) -> HookAnswer:
    """Tell a program what happens from now on."""
    secret = None if given.secret is None else signing.read_secret(given.secret)
    with call.acting() as acting:
        wanted = Wanted(given.name, given.url, _newsletter(acting.tx, given), _kinds(given.kinds), given.shows_addresses)
        policy, strongbox = call.application.fetch_policy, _strongbox(call)
        made = hookbook.add(acting.tx, wanted, secret, policy, strongbox, acting.now, acting.actor.name)
        acting.record("hook.add", f"webhook {made.name}", url=made.url, events=list(made.kinds))
    return HookAnswer.model_validate(made)


@routes.get(ONE, HOOKS)
def show_webhook(call: Calling, hook_id: int) -> HookAnswer:
    """Show a webhook."""
    with call.reading() as tx:
        return HookAnswer.model_validate(_known(tx, hook_id))


@routes.patch(ONE, HOOKS)
def change_webhook(call: Calling, hook_id: int, given: HookChange) -> HookAnswer:
    """Tell a program something else, or elsewhere; what waits for it goes by that."""
    with call.acting() as acting:
        before = _known(acting.tx, hook_id)
        wanted = Wanted(
            name=before.name,
            url=before.url if given.url is None else given.url,
            newsletter_id=before.newsletter_id,
            kinds=before.kinds if given.kinds is None else _kinds(given.kinds),
            shows_addresses=before.shows_addresses if given.shows_addresses is None else given.shows_addresses,
        )
        changed = hookbook.change(acting.tx, before.id, wanted, call.application.fetch_policy)
        acting.record("hook.edit", f"webhook {changed.name}", url=changed.url, events=list(changed.kinds))
    return HookAnswer.model_validate(changed)


@routes.post(f"{ONE}/enable", HOOKS)
def enable_webhook(call: Calling, hook_id: int) -> HookAnswer:
    """Tell a program what happens again, beginning with what waits."""
    return _switch(call, hook_id, is_enabled=True)


@routes.post(f"{ONE}/disable", HOOKS)
def disable_webhook(call: Calling, hook_id: int) -> HookAnswer:
    """Tell a program nothing more; what waits for it is kept."""
    return _switch(call, hook_id, is_enabled=False)


@routes.post(f"{ONE}/rotate", HOOKS)
def rotate_webhook(call: Calling, hook_id: int) -> HookAnswer:
    """Give a webhook another secret, which the desk and the command line show; the one before signs as well for a day."""
    with call.acting() as acting:
        known = _known(acting.tx, hook_id)
        rotated = hookbook.rotate(acting.tx, known.id, None, _strongbox(call), acting.now, at_once=False)
        acting.record("hook.rotate", f"webhook {known.name}", at_once=False)
    return HookAnswer.model_validate(rotated)


@routes.post(f"{ONE}/test", HOOKS)
def test_webhook(call: Calling, hook_id: int) -> Trial:
    """Tell a program an event that says it is a test, and answer how it took it."""
    application = call.application
    with call.acting() as acting:
        known = _known(acting.tx, hook_id)
        number = tellingbook.trial(acting.tx, known.id, acting.now)
        acting.record("hook.test", f"webhook {known.name}")
    herald = Herald(application.database, _strongbox(call), application.fetch_policy, application.clock)
    return Trial.model_validate(asyncio.run(telling.tell_one(herald, number)))


@routes.get(f"{ONE}/messages", HOOKS)
def list_messages(
    call: Calling, hook_id: int, state: TellingState | None = None, cursor: Cursor = None, limit: Limit = paging.USUAL
) -> Page[MessageAnswer]:
    """List what a program was told, the latest first; it is kept for 30 days."""
    before = read_number(cursor)
    with call.reading() as tx:
        found = tellingbook.page(tx, _known(tx, hook_id).id, before, limit + 1, state)
    shown = found[:limit]
    more = written(shown[-1].id) if len(found) > limit else None
    return Page(items=[_message(one) for one in shown], next=more)


@routes.post(f"{ONE}/replay", HOOKS)
def replay_messages(call: Calling, hook_id: int, given: Again) -> Replayed:
    """Tell a program again what it was told, under the same ids; unknown ids are passed over."""
    with call.acting() as acting:
        known = _known(acting.tx, hook_id)
        found = [tellingbook.by_uid(acting.tx, known.id, uid) for uid in given.messages]
        if given.messages:
            wanted = [one.id for one in found if one is not None]
            told = tellingbook.tell_again(acting.tx, known.id, acting.now, wanted)
        else:
            told = tellingbook.tell_failed_again(acting.tx, known.id, acting.now)
        hookbook.wake(acting.tx, known.id)
        acting.record("hook.replay", f"webhook {known.name}", messages=told)
    return Replayed(messages=told)


@routes.delete(ONE, HOOKS)
def remove_webhook(call: Calling, hook_id: int) -> None:
    """Forget a webhook, its secret and its log."""
    with call.acting() as acting:
        known = _known(acting.tx, hook_id)
        hookbook.remove(acting.tx, known.id, acting.now)
        acting.record("hook.remove", f"webhook {known.name}")


def _switch(call: Call, hook_id: int, *, is_enabled: bool) -> HookAnswer:
    with call.acting() as acting:
        known = hookbook.switch(acting.tx, _known(acting.tx, hook_id).id, acting.now, is_enabled=is_enabled)
        acting.record("hook.enable" if is_enabled else "hook.disable", f"webhook {known.name}")
    return HookAnswer.model_validate(known)


def _newsletter(tx: Transaction, given: NewHook) -> int | None:
    return None if given.newsletter_id is None else newsletters.by_id(tx, given.newsletter_id).id


def _kinds(given: list[EventKind]) -> tuple[str, ...]:
    return tuple(kind.value for kind in EventKind if kind in given)


def _known(tx: Transaction, hook_id: int) -> Hook:
    return hookbook.by_id(tx, min(hook_id, LARGEST_NUMBER))


def _message(one: Telling) -> MessageAnswer:
    return MessageAnswer(
        id=one.tiding.uid,
        event=one.tiding.kind,
        at=one.tiding.at,
        subscriber_id=one.tiding.subscriber_id,
        data=one.tiding.document,
        state=one.state,
        tries=one.tries,
        next_at=one.due_at if one.state is TellingState.WAITING else None,
        status=one.status,
        trouble=one.trouble,
    )


def _strongbox(call: Call) -> Strongbox:
    return Strongbox.of(call.application.keyring)
