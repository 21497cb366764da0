"""People as the staff looks them up, among a million: by the beginning of address or name, filtered, a page at a time.

Every page costs the same. A walk goes through the people in one order by an index, looks at no more than a window of them,
and says where it stopped; whoever wants more goes on from there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, false, func, or_, select, true, union_all

from subscribers import batches, names, narrowing
from subscribers.model import EVERY_LIST, Reason, SubscriptionState
from subscribers.narrowing import Wanted, Way
from subscribers.tables.evidence import suppression
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction

# A query for the ids of people.
Ids = Select[Any]

# People of one page.
PAGE = 50
# Whom one look takes into consideration where filters leave some of them out; the far look is for whoever waits for it.
WINDOW = 2_000
FAR_WINDOW = 20_000
# Nobody types more of an address or a name, and an index has no longer entries.
LONGEST_TEXT = 254
# A walk by lists is a branch for each list and state; SQLite joins 500 of them at most.
MOST_BRANCHES = 60
# Ids read at a time where all of them are wanted.
CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk goes on: behind this person."""

    way: Way
    id: int

    def __str__(self) -> str:
        return f"{self.way}-{self.id}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands to a list."""

    list_id: int
    state: SubscriptionState


@dataclass(frozen=True, slots=True)
class Line:
    """A person in the list."""

    id: int
    email: str
    name: str
    language: str
    created_at: datetime
    # On the lists the asker may see.
    standings: tuple[Standing, ...]
    # For which reasons they are kept out of which of these lists (EVERY_LIST: of all).
    kept_out: tuple[tuple[int, Reason], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of people."""

    people: tuple[Line, ...]
    # Where the next page begins; None: everybody was looked at.
    more: Place | None
    # The window ended before the page was full: there may be more people, or none.
    has_stopped: bool


def look(tx: Transaction, wanted: Wanted, after: Place | None = None, window: int = WINDOW) -> Found:
    """Give the next people of whom everything wanted is true."""
    if wanted.scope == frozenset():
        return Found((), None, has_stopped=False)
    ways = narrowing.ways(wanted)
    if after is not None and after.way in ways:
        ways = ways[ways.index(after.way) :]
    rows: list[Row[Any]] = []
    for way in ways:
        begins = after if after is not None and after.way is way else None
        within = _within(wanted, way, window)
        walk = _Walk(tx, wanted, way, begins, within, _ids_by_lists(tx, wanted, way, begins, within))
        rows += walk.found(PAGE + 1 - len(rows))
        if len(rows) > PAGE:
            last = _place(wanted, rows[PAGE - 1])
            return Found(_lines(tx, wanted.lists, rows[:PAGE]), last, has_stopped=False)
        looked = walk.looked()
        if len(looked) == within:
            return Found(_lines(tx, wanted.lists, rows), Place(way, looked[-1]), has_stopped=True)
    return Found(_lines(tx, wanted.lists, rows), None, has_stopped=False)


def count(tx: Transaction, wanted: Wanted, most: int | None = None) -> int:
    """Count everybody of whom it is true, or up to *most* of them."""
    people = everybody(wanted)
    if most is not None:
        people = people.limit(most)
    return tx.execute(select(func.count()).select_from(people.subquery())).scalar_one()


def everybody(wanted: Wanted) -> Ids:
    """Give the query for the ids of everybody of whom it is true."""
    if wanted.scope == frozenset():
        return select(subscriber.c.id).where(false())
    conditions = [*narrowing.conditions(subscriber, wanted)]
    if wanted.text:
        conditions.append(or_(*(narrowing.begins(subscriber, way, wanted.text) for way in narrowing.ways(wanted))))
    return select(subscriber.c.id).where(*conditions)


def ids(tx: Transaction, people: Ids) -> Iterator[int]:
    """Give the ids of these people in the order they became known, a few at a time."""
    wanted = people.subquery("wanted")
    query = select(wanted.c.id).order_by(wanted.c.id)
    yield from tx.execute(query.execution_options(yield_per=CHUNK)).scalars()


def lines(tx: Transaction, people: Sequence[int], lists: frozenset[int] | None) -> Sequence[Line]:
    """Give the people of these ids in the order they became known, as somebody sees them who may see *lists* (None: all).

    Whoever was erased meanwhile is not among them.
    """
    query = select(subscriber).where(subscriber.c.id.in_(batches.numbers(tx, people))).order_by(subscriber.c.id)
    return _lines(tx, lists, tx.execute(query).all())


def is_seen(tx: Transaction, subscriber_id: int, lists: frozenset[int] | None) -> bool:
    """Whether somebody who may see the people of these lists may see this one."""
    if lists is None:
        return True
    on = select(subscription.c.id).where(subscription.c.subscriber_id == subscriber_id, subscription.c.list_id.in_(lists))
    return tx.execute(on.limit(1)).one_or_none() is not None


@dataclass(frozen=True, slots=True)
class _Walk:
    """One order, from one place on, no further than a window."""

    tx: Transaction
    wanted: Wanted
    way: Way
    after: Place | None
    window: int
    # Of the window, where it goes by lists; read apart, because PostgreSQL walks everybody where it thinks that they are many.
    ids: Sequence[int] | None = None

    def found(self, limit: int) -> Sequence[Row[Any]]:
        """Give the people of the window of whom everything wanted is true, without those another way gives before."""
        who = self._candidates().subquery("who")
        query = select(who).where(
            *narrowing.conditions(who, self.wanted, is_walked=self.ids is not None), *self._not_before(who)
        )
        rows = self.tx.execute(query.order_by(*self._order(who)).limit(limit))
        return list(rows)

    def looked(self) -> Sequence[int]:
        """Give the ids of the window, in its order."""
        if self.ids is not None:
            return self.ids
        who = self._candidates().subquery("who")
        return list(self.tx.execute(select(who.c.id).order_by(*self._order(who))).scalars())

    def _candidates(self) -> Select[Any]:
        if self.ids is not None:
            return select(subscriber).where(subscriber.c.id.in_(self.ids))
        query = select(subscriber).where(*self._within()).order_by(*self._order(subscriber))
        return query.limit(self.window)

    def _order(self, who: FromClause) -> tuple[ColumnElement[Any], ...]:
        return _ORDERS[self.way](who)

    def _within(self) -> Iterator[ColumnElement[bool]]:
        """Give between which places of its index the walk goes: one bound on each side, for SQLite uses no more."""
        if self.way in {Way.NEWEST, Way.OLDEST}:
            if self.after is not None:
                yield subscriber.c.id < self.after.id if self.way is Way.NEWEST else subscriber.c.id > self.after.id
            return
        key, first = subscriber.c[narrowing.KEYS[self.way]], narrowing.beginning(self.way, self.wanted.text)
        last = self._last_key()
        if last is not None and self.after is not None:
            yield and_(key >= last, or_(key > last, subscriber.c.id > self.after.id))
        elif first:
            yield key >= first
        if first:
            yield key < first + narrowing.LAST

    def _last_key(self) -> str | None:
        """Give where the walk goes on; None at its beginning, and where whoever was last is gone: it begins anew then."""
        if self.after is None:
            return None
        key = subscriber.c[narrowing.KEYS[self.way]]
        found: str | None = self.tx.execute(select(key).where(subscriber.c.id == self.after.id)).scalar_one_or_none()
        return found

    def _not_before(self, who: FromClause) -> Iterator[ColumnElement[bool]]:
        if not self.wanted.text:
            return
        ways = narrowing.ways(self.wanted)
        for way in ways[: ways.index(self.way)]:
            yield func.coalesce(~narrowing.begins(who, way, self.wanted.text), true())


def _goes_by_lists(wanted: Wanted, way: Way) -> bool:
    states = 1 if wanted.state is not None else len(SubscriptionState)
    return way in {Way.NEWEST, Way.OLDEST} and wanted.scope is not None and len(wanted.scope) * states <= MOST_BRANCHES


def _within(wanted: Wanted, way: Way, window: int) -> int:
    """Give how many are to be looked at: where nobody is left out, a page."""
    leaves_out = next(narrowing.conditions(subscriber, wanted, is_walked=_goes_by_lists(wanted, way)), None) is not None
    return window if leaves_out or way in {Way.NAME, Way.TURNED} else PAGE + 1


def _ids_by_lists(tx: Transaction, wanted: Wanted, way: Way, after: Place | None, window: int) -> Sequence[int] | None:
    """Give the next people of the lists and states that are wanted; None where a walk goes by something else."""
    states = [wanted.state] if wanted.state is not None else list(SubscriptionState)
    scope = wanted.scope
    if scope is None or not _goes_by_lists(wanted, way):
        return None
    person = subscription.c.subscriber_id
    behind = [] if after is None else [person < after.id if way is Way.NEWEST else person > after.id]
    branches = [
        select(person.label("id"))
        .where(subscription.c.list_id == list_id, subscription.c.state == state.value, *behind)
        .order_by(person.desc() if way is Way.NEWEST else person)
        .limit(window)
        .subquery()
        for list_id in sorted(scope)
        for state in states
    ]
    merged = union_all(*map(select, branches)).subquery("merged")
    order = merged.c.id.desc() if way is Way.NEWEST else merged.c.id
    return list(tx.execute(select(merged.c.id).group_by(merged.c.id).order_by(order).limit(window)).scalars())


# Nothing is ever ordered by anything else.
_ORDERS: Mapping[Way, Callable[[FromClause], tuple[ColumnElement[Any], ...]]] = {
    Way.NEWEST: lambda who: (who.c.id.desc(),),
    Way.OLDEST: lambda who: (who.c.id,),
    Way.ADDRESS: lambda who: (who.c.email_key, who.c.id),
    Way.NAME: lambda who: (who.c.name_key, who.c.id),
    Way.TURNED: lambda who: (who.c.name_turned, who.c.id),
}


def _place(wanted: Wanted, row: Row[Any]) -> Place:
    """Give where a person stands: in the first of the ways that finds them."""
    if not wanted.text:
        return Place(wanted.order, row.id)
    if row.email_key.startswith(wanted.text.lower()):
        return Place(Way.ADDRESS, row.id)
    key = names.folded(wanted.text)
    return Place(Way.NAME if (row.name_key or "").startswith(key) else Way.TURNED, row.id)


def _lines(tx: Transaction, lists: frozenset[int] | None, rows: Sequence[Row[Any]]) -> tuple[Line, ...]:
    if not rows:
        return ()
    standings = _standings(tx, [row.id for row in rows], lists)
    kept_out = _kept_out(tx, [row.email_hash for row in rows], lists)
    return tuple(
        Line(
            row.id,
            row.email,
            row.name,
            row.language,
            row.created_at,
            tuple(standings.get(row.id, ())),
            tuple(kept_out.get(row.email_hash, ())),
        )
        for row in rows
    )


def _standings(tx: Transaction, ids: Sequence[int], lists: frozenset[int] | None) -> Mapping[int, list[Standing]]:
    query = select(subscription.c.subscriber_id, subscription.c.list_id, subscription.c.state)
    query = query.where(subscription.c.subscriber_id.in_(ids)).order_by(subscription.c.list_id)
    found: dict[int, list[Standing]] = {}
    for row in tx.execute(query):
        if lists is None or row.list_id in lists:
            found.setdefault(row.subscriber_id, []).append(Standing(row.list_id, SubscriptionState(row.state)))
    return found


def _kept_out(tx: Transaction, hashes: Sequence[str], lists: frozenset[int] | None) -> Mapping[str, list[tuple[int, Reason]]]:
    query = select(suppression.c.email_hash, suppression.c.list_id, suppression.c.reason)
    query = query.where(suppression.c.email_hash.in_(hashes)).order_by(suppression.c.list_id)
    found: dict[str, list[tuple[int, Reason]]] = {}
    for row in tx.execute(query):
        if lists is None or row.list_id == EVERY_LIST or row.list_id in lists:
            found.setdefault(row.email_hash, []).append((row.list_id, Reason(row.reason)))
    return found
