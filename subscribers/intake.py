"""Many people at once put on a list, in a few statements; the rows of `exchange` pass through here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, null, select, update
from sqlalchemy.dialects.postgresql import insert

from subscribers import acts, suppression
from subscribers.consent import Act, Evidence
from subscribers.model import SubscriptionState
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction

S = SubscriptionState


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to be put on a list."""

    email: str
    email_key: str
    email_hash: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch; the figures add up to its size."""

    added: int = 0
    # Had asked to join, and the stated basis confirms it.
    confirmed: int = 0
    there: int = 0
    # Withdrew, or must not be written to.
    said_no: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(
            added=self.added + other.added,
            confirmed=self.confirmed + other.confirmed,
            there=self.there + other.there,
            said_no=self.said_no + other.said_no,
        )


def take_in(
    tx: Transaction, list_id: int, people: Sequence[Newcomer], now: datetime, evidence: Evidence, *, is_confirmed: bool
) -> Taken:
    """Put people on a list; nobody who said no is brought back, and taking in the same people again changes nothing."""
    suppressed = suppression.among(tx, [person.email_hash for person in people], list_id)
    # Always in one order: two imports that met each other's people in different orders would wait for one another.
    welcome = sorted((person for person in people if person.email_hash not in suppressed), key=lambda person: person.email_key)
    if not welcome:
        return Taken(said_no=len(people))
    ids = _ids(tx, welcome, now)
    keys = acts.hold(tx, ids)
    added = _enlist(tx, list_id, ids, now, is_confirmed=is_confirmed)
    rest = ids.difference(added)
    promoted = _promote(tx, list_id, rest, now) if is_confirmed else frozenset[int]()
    acts.append_many(tx, {one: keys[one] for one in added | promoted}, list_id, Act.IMPORTED, now, evidence)
    withdrawn = _withdrawn(tx, list_id, rest)
    return Taken(
        added=len(added),
        confirmed=len(promoted),
        there=len(rest) - len(promoted) - withdrawn,
        said_no=withdrawn + len(suppressed),
    )


def _ids(tx: Transaction, people: Sequence[Newcomer], now: datetime) -> frozenset[int]:
    """Write down who is new, and give the ids of all."""
    new = insert(subscriber).on_conflict_do_nothing().returning(subscriber.c.id, subscriber.c.email_hash)
    made = {row.email_hash: row.id for row in tx.execute(new, [_row(person, now) for person in people])}
    known = [person.email_hash for person in people if person.email_hash not in made]
    if not known:
        return frozenset(made.values())
    found = tx.execute(select(subscriber.c.id).where(subscriber.c.email_hash.in_(known)))
    return frozenset(made.values()).union(found.scalars())


def _row(person: Newcomer, now: datetime) -> Mapping[str, Any]:
    return {
        "email": person.email,
        "email_key": person.email_key,
        "email_hash": person.email_hash,
        "name": person.name,
        "language": person.language,
        "created_at": now,
    }


def _enlist(tx: Transaction, list_id: int, ids: Collection[int], now: datetime, *, is_confirmed: bool) -> frozenset[int]:
    """Give those who had no subscription before."""
    moment = literal(now, subscription.c.requested_at.type)
    people = select(
        subscriber.c.id,
        literal(list_id),
        literal(S.CONFIRMED if is_confirmed else S.REQUESTED),
        null() if is_confirmed else moment,
        moment if is_confirmed else null(),
    ).where(subscriber.c.id.in_(ids))
    columns = ["subscriber_id", "list_id", "state", "requested_at", "confirmed_at"]
    statement = insert(subscription).from_select(columns, _in_order(people)).on_conflict_do_nothing()
    return frozenset(tx.execute(statement.returning(subscription.c.subscriber_id)).scalars())


def _promote(tx: Transaction, list_id: int, ids: Collection[int], now: datetime) -> frozenset[int]:
    """Confirm those who had asked; whoever withdrew meanwhile is not asked for in the condition, and stays out."""
    if not ids:
        return frozenset()
    asked = (subscription.c.list_id == list_id, subscription.c.subscriber_id.in_(ids), subscription.c.state == S.REQUESTED)
    statement = update(subscription).where(*asked).values(state=S.CONFIRMED, confirmed_at=now)
    return frozenset(tx.execute(statement.returning(subscription.c.subscriber_id)).scalars())


def _withdrawn(tx: Transaction, list_id: int, ids: Collection[int]) -> int:
    if not ids:
        return 0
    found = select(subscription.c.id).where(
        subscription.c.list_id == list_id, subscription.c.subscriber_id.in_(ids), subscription.c.state == S.WITHDRAWN
    )
    return len(tx.execute(found).all())


def _in_order(people: Select[Any]) -> Select[Any]:
    return people.order_by(subscriber.c.id)
