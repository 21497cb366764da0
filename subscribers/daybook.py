"""How many acts of each kind there were on each day, list by list: counted behind the evidence, so that no page walks it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import and_, case, func, or_, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from subscribers import seals
from subscribers.consent import Act, Door
from subscribers.model import SubscriptionState
from subscribers.tables.evidence import consent, daybook, list_day
from subscribers.tables.lists import subscription
from subscribers.transaction import Transaction

# Acts counted in one transaction.
CHUNK = 5_000
# So many that are not counted yet are counted by whoever asks; more would make a page slow.
MOST_UNCOUNTED = 3_000

# The id of the only row.
_ONLY = 1
# So many characters of a day are its month.
_MONTH = len("2020-01")

Begin = Callable[[], AbstractContextManager[Transaction]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What was done, and by which door."""

    act: Act
    door: Door


@dataclass(frozen=True, slots=True)
class Months:
    """The acts about one list by month."""

    # By the month in UTC, as `2020-01`.
    by_month: Mapping[str, Counter[Kind]]
    # False: so much was said lately that the worker has still to count it.
    is_complete: bool


def of_list(tx: Transaction, list_id: int, since: date) -> Months:
    """Give the acts about a list since a day: what is counted, and the few that are not counted yet."""
    found: dict[str, Counter[Kind]] = {}
    month = func.substr(list_day.c.day, 1, _MONTH).label("month")
    kept = (
        select(month, list_day.c.act, list_day.c.door, func.sum(list_day.c.acts).label("acts"))
        .where(list_day.c.list_id == list_id, list_day.c.day >= since.isoformat())
        .group_by(month, list_day.c.act, list_day.c.door)
    )
    for row in tx.execute(kept):
        found.setdefault(row.month, Counter())[Kind(Act(row.act), Door(row.door))] += int(row.acts)
    after, newest = _mark(tx), _newest(tx)
    if newest - after > MOST_UNCOUNTED:
        return Months(found, is_complete=False)
    fresh = select(consent.c.at, consent.c.act, consent.c.door).where(consent.c.id > after, consent.c.list_id == list_id)
    for at, act, door in tx.execute(fresh):
        day = at.astimezone(UTC).date()
        if day >= since:
            found.setdefault(f"{day:%Y-%m}", Counter())[Kind(Act(act), Door(door))] += 1
    return Months(found, is_complete=True)


def sizes(tx: Transaction, list_id: int, ends: Sequence[datetime]) -> tuple[int, ...]:
    """Count who stood on a list as confirmed right before each of these moments, as far as they are still known.

    It walks everybody of the list, once. Whoever left and came back counts from when they came back.
    """
    standing = subscription.c
    stood = [
        and_(standing.confirmed_at < end, or_(standing.state == SubscriptionState.CONFIRMED, standing.withdrawn_at >= end))
        for end in ends
    ]
    counts = [func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in stood]
    return tuple(int(found) for found in tx.execute(select(*counts).where(standing.list_id == list_id)).one())


def is_due(tx: Transaction, least: int) -> bool:
    """Whether *least* acts or more are not counted yet."""
    return _newest(tx) - _mark(tx) >= least


def count(write: Begin, most_chunks: int) -> int:
    """Count what was said since it was last counted, as far as *most_chunks* go; gives how many acts.

    It may end at any chunk and be begun again, and two that count at once count nothing twice.
    """
    with write() as tx:
        last_id = seals.settled(tx)
    counted = 0
    for _ in range(most_chunks):
        with write() as tx:
            taken = _count_chunk(tx, last_id)
        counted += taken
        if not taken:
            break
    return counted


def _count_chunk(tx: Transaction, last_id: int) -> int:
    tx.execute(insert(daybook).values(id=_ONLY, last_id=0).on_conflict_do_nothing())
    after = _mark(tx, is_held=True)
    columns = (consent.c.id, consent.c.list_id, consent.c.at, consent.c.act, consent.c.door)
    following = select(*columns).where(consent.c.id > after, consent.c.id <= last_id).order_by(consent.c.id).limit(CHUNK)
    rows = tx.execute(following).all()
    if not rows:
        return 0
    found: Counter[tuple[int, str, str, str]] = Counter()
    for row in rows:
        if row.list_id is not None:
            found[row.list_id, row.at.astimezone(UTC).date().isoformat(), row.act, row.door] += 1
    if found:
        _add(tx, found)
    tx.execute(update(daybook).values(last_id=rows[-1].id))
    return len(rows)


def _add(tx: Transaction, found: Counter[tuple[int, str, str, str]]) -> None:
    statement = insert(list_day)
    adding = statement.on_conflict_do_update(
        index_elements=["list_id", "day", "act", "door"], set_={"acts": list_day.c.acts + statement.excluded.acts}
    )
    rows = [
        {"list_id": list_id, "day": day, "act": act, "door": door, "acts": acts}
        for (list_id, day, act, door), acts in sorted(found.items())
    ]
    tx.execute(adding, rows)


def _mark(tx: Transaction, *, is_held: bool = False) -> int:
    """Give the id of the last act that is counted; *is_held*: until this transaction ends nobody else counts."""
    mark = select(daybook.c.last_id)
    last_id: int | None = tx.execute(mark.with_for_update() if is_held else mark).scalar_one_or_none()
    return last_id or 0


def _newest(tx: Transaction) -> int:
    newest: int = tx.execute(select(func.coalesce(func.max(consent.c.id), 0))).scalar_one()
    return newest
