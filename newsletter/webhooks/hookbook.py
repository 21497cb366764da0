"""Programs that are told what happens, in SQL; what they know us by is sealed."""

import secrets as chance
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.errors import AlreadyThere, BadValue
from newsletter.issues import alerts
from newsletter.outbound import FetchPolicy
from newsletter.strongbox import Strongbox
from newsletter.tables.webhooks import hook as table
from newsletter.webhooks import patience, place, signing
from newsletter.webhooks.model import Attempt, Hook, HookNotFound
from subscribers.sentence import say
from subscribers.slug import slug
from subscribers.transaction import Transaction

LONGEST_NAME = 100

# How long the secret before signs as well, so that a receiver can be given the new one meanwhile.
OVERLAP = timedelta(days=1)

# Each of them is told in turn; a house with more has a queue of its own.
MOST = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is said of a program."""

    name: str
    url: str
    newsletter_id: int | None
    kinds: tuple[str, ...]
    shows_addresses: bool


def add(
    tx: Transaction, wanted: Wanted, secret: bytes | None, policy: FetchPolicy, strongbox: Strongbox, now: datetime, by: str
) -> Hook:
    """Begin to tell a program what happens from now on; without a *secret* one is made.

    Raises:
        AlreadyThere: the name is taken.
        BadValue: the name is empty, nothing may be told to the address, or there are very many.

    """
    name = _name(wanted.name)
    if len(all_hooks(tx)) >= MOST:
        raise BadValue(say("webhook"), name, say("is one too many: there are %(most)s", most=MOST))
    sealed = strongbox.seal(secret if secret is not None else chance.token_bytes(signing.MADE), _about(name))
    values = _values(wanted, policy) | {"name": name, "secret_sealed": sealed, "former_sealed": ""}
    begun = {"is_enabled": True, "off_because": "", "failures": 0, "created_by": by, "created_at": now}
    made = insert(table).values(**values, **begun).on_conflict_do_nothing().returning(table.c.id)
    hook_id = tx.execute(made).scalar_one_or_none()
    if hook_id is None:
        raise AlreadyThere(say("webhook"), name)
    return by_id(tx, hook_id)


def change(tx: Transaction, hook_id: int, wanted: Wanted, policy: FetchPolicy) -> Hook:
    """Tell a program something else, or elsewhere; its name stays, because its secret is sealed with it.

    Raises:
        HookNotFound: there is none of this id.
        BadValue: nothing may be told to the address.

    """
    tx.execute(update(table).where(table.c.id == hook_id).values(_values(wanted, policy)))
    return by_id(tx, hook_id)


def all_hooks(tx: Transaction) -> tuple[Hook, ...]:
    """Give all programs, by name."""
    return tuple(_hook(row) for row in tx.execute(select(table).order_by(table.c.name)))


def find(tx: Transaction, name: str) -> Hook:
    """Give the program of this name.

    Raises:
        HookNotFound: there is none.

    """
    row = tx.execute(select(table).where(table.c.name == slug(name, ""))).one_or_none()
    if row is None:
        raise HookNotFound(name)
    return _hook(row)


def by_id(tx: Transaction, hook_id: int) -> Hook:
    """Give a program by its id.

    Raises:
        HookNotFound: there is none.

    """
    row = tx.execute(select(table).where(table.c.id == hook_id)).one_or_none()
    if row is None:
        raise HookNotFound(hook_id)
    return _hook(row)


def secrets_of(tx: Transaction, hook_id: int, strongbox: Strongbox, now: datetime) -> tuple[bytes, ...]:
    """Give what signs messages to a program, the present secret first.

    Raises:
        HookNotFound: there is none of this id.
        SealBroken: it was sealed with another key.

    """
    columns = (table.c.name, table.c.secret_sealed, table.c.former_sealed, table.c.former_until)
    row = tx.execute(select(*columns).where(table.c.id == hook_id)).one_or_none()
    if row is None:
        raise HookNotFound(hook_id)
    has_former = row.former_sealed and row.former_until is not None and now < row.former_until
    sealed = (row.secret_sealed, row.former_sealed) if has_former else (row.secret_sealed,)
    return tuple(strongbox.open(one, _about(row.name)) for one in sealed)


def rotate(tx: Transaction, hook_id: int, secret: bytes | None, strongbox: Strongbox, now: datetime, *, at_once: bool) -> Hook:
    """Give a program another secret; the one before signs as well for a day, unless it is void *at_once*.

    Raises:
        HookNotFound: there is none of this id.

    """
    known = by_id(tx, hook_id)
    anew = strongbox.seal(secret if secret is not None else chance.token_bytes(signing.MADE), _about(known.name))
    former = {"former_sealed": "", "former_until": None}
    if not at_once:
        former = {"former_sealed": table.c.secret_sealed, "former_until": now + OVERLAP}  # type: ignore[dict-item]
    tx.execute(update(table).where(table.c.id == hook_id).values(secret_sealed=anew, **former))
    return by_id(tx, hook_id)


def switch(tx: Transaction, hook_id: int, now: datetime, *, is_enabled: bool) -> Hook:
    """Tell a program what happens, or no more; what waits for it goes on waiting.

    Raises:
        HookNotFound: there is none of this id.

    """
    fresh = {"failures": 0, "failing_since": None, "rests_until": None, "off_because": ""}
    tx.execute(update(table).where(table.c.id == hook_id).values(is_enabled=is_enabled, **fresh))
    known = by_id(tx, hook_id)
    _settle_alerts(tx, known, now)
    return known


def remove(tx: Transaction, hook_id: int, now: datetime) -> None:
    """Forget a program, with all it was told."""
    known = by_id(tx, hook_id)
    tx.execute(delete(table).where(table.c.id == hook_id))
    _settle_alerts(tx, known, now)


def wake(tx: Transaction, hook_id: int) -> None:
    """Let a program that is left alone be tried at once."""
    tx.execute(update(table).where(table.c.id == hook_id).values(rests_until=None))


def note(tx: Transaction, hook_id: int, attempt: Attempt) -> None:
    """Write down how a program took what it was told last: one that takes nothing is left alone, told of, and switched off."""
    row = tx.execute(select(table).where(table.c.id == hook_id).with_for_update()).one_or_none()
    if row is None:
        # Forgotten meanwhile.
        return
    known, now = _hook(row), attempt.at
    mine = update(table).where(table.c.id == hook_id)
    if attempt.is_taken:
        tx.execute(mine.values(failures=0, failing_since=None, rests_until=None, took_at=now))
        if known.failures:
            _settle_alerts(tx, known, now)
        return
    failures, since = known.failures + 1, known.failing_since or now
    rests_until = patience.rest(failures, now, attempt.retry_after)
    tx.execute(mine.values(failures=failures, failing_since=since, rests_until=rests_until))
    if known.is_enabled and (attempt.status == patience.GONE or patience.is_dead(since, failures, now)):
        _give_up(tx, known, attempt, now)
    elif patience.is_troubled(since, now):
        text = say(
            "The webhook %(name)s takes nothing since %(since)s: %(trouble)s. What there is to tell waits.",
            name=known.name,
            since=f"{since:%Y-%m-%d %H:%M} UTC",
            trouble=attempt.trouble,
        )
        alerts.raise_alert(tx, _key(hook_id), text, now, newsletter_id=known.newsletter_id)


def reseal(tx: Transaction, strongbox: Strongbox) -> int:
    """Seal all secrets anew; gives how many.

    Raises:
        SealBroken: one of them does not open.

    """
    rows = tx.execute(select(table.c.id, table.c.name, table.c.secret_sealed, table.c.former_sealed)).all()
    for row in rows:
        anew = {
            column: strongbox.seal(strongbox.open(sealed, _about(row.name)), _about(row.name)) if sealed else ""
            for column, sealed in (("secret_sealed", row.secret_sealed), ("former_sealed", row.former_sealed))
        }
        tx.execute(update(table).where(table.c.id == row.id).values(anew))
    return len(rows)


def _give_up(tx: Transaction, known: Hook, attempt: Attempt, now: datetime) -> None:
    is_gone = attempt.status == patience.GONE
    reason = (
        say("it answered that it is gone for good (410)")
        if is_gone
        else say("it took nothing for %(days)s days: %(trouble)s", days=patience.DEAD.days, trouble=attempt.trouble)
    )
    tx.execute(update(table).where(table.c.id == known.id).values(is_enabled=False, off_because=reason))
    alerts.settle_alert(tx, _key(known.id), now)
    text = say(
        "The webhook %(name)s was switched off, because %(reason)s. What waits for it is kept for 30 days; switch it on again.",
        name=known.name,
        reason=reason,
    )
    alerts.raise_alert(tx, _off_key(known.id), text, now, newsletter_id=known.newsletter_id)


def _settle_alerts(tx: Transaction, known: Hook, now: datetime) -> None:
    for key in (_key(known.id), _off_key(known.id)):
        alerts.settle_alert(tx, key, now)


def _key(hook_id: int) -> str:
    return f"hook:{hook_id}"


def _off_key(hook_id: int) -> str:
    return f"hook-off:{hook_id}"


def _name(name: str) -> str:
    made = slug(name[:LONGEST_NAME], "")
    if not made:
        raise BadValue(say("name"), name[:LONGEST_NAME], say("has no letter and no digit"))
    return made


def _about(name: str) -> str:
    return f"webhook {name}"


def _values(wanted: Wanted, policy: FetchPolicy) -> dict[str, Any]:
    return {
        "url": place.checked(wanted.url, policy),
        "newsletter_id": wanted.newsletter_id,
        "kinds": list(wanted.kinds),
        "shows_addresses": wanted.shows_addresses,
    }


def _hook(row: Row[Any]) -> Hook:
    return Hook(
        id=row.id,
        name=row.name,
        url=row.url,
        newsletter_id=row.newsletter_id,
        kinds=tuple(row.kinds),
        shows_addresses=row.shows_addresses,
        is_enabled=row.is_enabled,
        off_because=row.off_because,
        failures=row.failures,
        failing_since=row.failing_since,
        rests_until=row.rests_until,
        took_at=row.took_at,
        former_until=row.former_until,
        created_by=row.created_by,
        created_at=row.created_at,
    )
