"""How webhooks and what they were told look on a terminal and as JSON; never with a secret."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.table import Table

from newsletter.cli import shown
from newsletter.issues import newsletters
from newsletter.webhooks.model import Attempt, Hook, Telling, TellingState
from subscribers.transaction import Transaction

_W, _G = TellingState.WAITING, TellingState.GIVEN_UP


def document(tx: Transaction, known: Hook) -> dict[str, object]:
    """Give a webhook as JSON."""
    return {
        "id": known.id,
        "name": known.name,
        "url": known.url,
        "newsletter": None if known.newsletter_id is None else newsletters.by_id(tx, known.newsletter_id).slug,
        # Null: all there are.
        "events": list(known.kinds) or None,
        "shows_addresses": known.shows_addresses,
        "is_enabled": known.is_enabled,
        "off_because": known.off_because or None,
        "failures": known.failures,
        "failing_since": known.failing_since,
        "took_at": known.took_at,
        "former_secret_until": known.former_until,
        "created_by": known.created_by,
        "created_at": known.created_at,
    }


def table(known: Sequence[Hook], counted: Mapping[int, Mapping[TellingState, int]], now: datetime) -> Table:
    """Give all webhooks one below the other."""
    rows = (
        (
            one.name,
            one.url,
            ", ".join(one.kinds) or "all",
            standing(one, now),
            shown.moment(one.took_at),
            counted.get(one.id, {}).get(_W, 0),
            counted.get(one.id, {}).get(_G, 0),
        )
        for one in known
    )
    return shown.table(("name", "address", "events", "state", "took last", "#waiting", "#given up"), rows)


def facts(known: Hook, newsletter: str, counted: Mapping[TellingState, int], now: datetime) -> Table:
    """Give everything about one webhook."""
    return shown.pairs(
        name=known.name,
        address=known.url,
        newsletter=newsletter,
        events=", ".join(known.kinds) or "all",
        addresses="told" if known.shows_addresses else "not told, only numbers",
        state=standing(known, now),
        switched_off=known.off_because,
        fails_since=shown.moment(known.failing_since),
        took_last=shown.moment(known.took_at),
        waiting=counted.get(_W, 0),
        given_up=counted.get(_G, 0),
        former_secret_until=shown.moment(known.former_until),
        made_by=f"{known.created_by}, {shown.moment(known.created_at)}",
    )


def standing(known: Hook, now: datetime) -> str:
    """Say how a webhook stands, in two words."""
    if not known.is_enabled:
        return "off"
    if known.rests_until is not None and known.rests_until > now:
        return "left alone"
    return "failing" if known.failures else "on"


def message(one: Telling) -> dict[str, object]:
    """Give one event for one webhook as JSON."""
    return {
        "id": one.tiding.uid,
        "event": one.tiding.kind,
        "at": one.tiding.at,
        "subscriber": one.tiding.subscriber_id,
        "data": dict(one.tiding.document),
        "state": one.state.value,
        "tries": one.tries,
        "next_at": one.due_at if one.state is _W else None,
        "tried_at": one.tried_at,
        "status": one.status,
        "trouble": one.trouble or None,
        "took_ms": one.took_ms,
    }


def messages(told: Sequence[Telling]) -> Table:
    """Give events one below the other."""
    rows = (
        (
            one.tiding.uid,
            one.tiding.kind,
            shown.moment(one.tiding.at),
            one.state.value,
            one.tries,
            one.status,
            one.trouble or (f"{one.took_ms} ms" if one.took_ms is not None else ""),
        )
        for one in told
    )
    return shown.table(("id", "event", "happened", "state", "#tries", "#status", "last answer"), rows)


def attempt(one: Attempt) -> dict[str, object]:
    """Give one try as JSON."""
    return {
        "at": one.at,
        "is_taken": one.is_taken,
        "status": one.status,
        "trouble": one.trouble or None,
        "took_ms": one.took_ms,
    }


def one_message(one: Telling, attempts: Sequence[Attempt]) -> Table:
    """Give one event with all tries."""
    tries = {f"try_{number}": f"{shown.moment(each.at)}: {_said(each)}" for number, each in enumerate(attempts, 1)}
    return shown.pairs(
        id=one.tiding.uid,
        event=one.tiding.kind,
        happened=shown.moment(one.tiding.at),
        subscriber=one.tiding.subscriber_id,
        state=one.state.value,
        next_try=shown.moment(one.due_at) if one.state is _W else "",
        **tries,
    )


def _said(one: Attempt) -> str:
    return f"{one.trouble or f'taken ({one.status})'}, {one.took_ms} ms"
