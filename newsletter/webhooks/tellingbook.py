"""What there is to tell, in SQL: claimed by one worker at a time, settled, told again, shown and forgotten."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, exists, func, insert, or_, select, update

from newsletter.outbox import WAITING, new_uid
from newsletter.tables.webhooks import hook, telling, telling_try, tiding
from newsletter.webhooks import patience
from newsletter.webhooks.model import TRIAL, Attempt, Telling, TellingState, Tiding, ToldOf
from subscribers.transaction import Transaction

# How long a worker has to say how it went; a try takes no longer than a quarter of a minute.
LEASE = timedelta(minutes=2)

# How long it stays known what was told, and can be told again.
KEPT = timedelta(days=30)

# Of one transaction of forgetting.
BATCH = 500


def due_hooks(tx: Transaction, now: datetime) -> tuple[int, ...]:
    """Give the programs that something is to be told now, by their ids."""
    waiting = exists().where(telling.c.hook_id == hook.c.id, *_claimable(now))
    awake = or_(hook.c.rests_until.is_(None), hook.c.rests_until <= now)
    return tuple(tx.execute(select(hook.c.id).where(hook.c.is_enabled == 1, awake, waiting).order_by(hook.c.id)).scalars())


def claim(tx: Transaction, hook_id: int, lease: str, now: datetime, limit: int) -> tuple[Telling, ...]:
    """Give up to *limit* of what is to be told a program now; nobody else gets it while the lease lasts.

    The oldest comes first, and before it what was tried less: something that a program never takes holds up nothing else.
    """
    oldest = (
        select(telling.c.id)
        .where(telling.c.hook_id == hook_id, *_claimable(now))
        .order_by(telling.c.tries, telling.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = update(telling).where(telling.c.id.in_(oldest)).values(lease=lease, leased_until=now + LEASE)
    found = tx.execute(claimed.returning(telling.c.id)).scalars().all()
    rows = tx.execute(_told().where(telling.c.id.in_(found)).order_by(telling.c.id)) if found else ()
    return tuple(_telling(row) for row in rows)


def claim_one(tx: Transaction, telling_id: int, lease: str, now: datetime) -> Telling:
    """Give one, for whoever tells it by hand."""
    tx.execute(update(telling).where(telling.c.id == telling_id).values(lease=lease, leased_until=now + LEASE))
    return _telling(tx.execute(_told().where(telling.c.id == telling_id)).one())


def told_of(tx: Transaction, subscriber_id: int) -> tuple[ToldOf, ...]:
    """Give what programs were told of a person, as far as it is kept, the oldest first."""
    columns = (hook.c.name, tiding.c.kind, tiding.c.at, telling.c.state, telling.c.tried_at)
    of_person = (
        select(*columns)
        .join_from(telling, tiding, telling.c.tiding_id == tiding.c.id)
        .join(hook, telling.c.hook_id == hook.c.id)
        .where(tiding.c.subscriber_id == subscriber_id)
        .order_by(telling.c.id)
    )
    return tuple(ToldOf(*row) for row in tx.execute(of_person))


def settle(tx: Transaction, known: Telling, lease: str, attempt: Attempt) -> bool:
    """Write down how a try went; False: the lease was over, and somebody else tells it."""
    tries = known.tries + 1
    again = None if attempt.is_taken else patience.next_try(tries, attempt.at, attempt.retry_after)
    state = TellingState.TAKEN if attempt.is_taken else TellingState.WAITING if again else TellingState.GIVEN_UP
    written = tx.execute(
        update(telling)
        .where(telling.c.id == known.id, telling.c.lease == lease)
        .values(
            state=state,
            tries=tries,
            due_at=again or known.due_at,
            lease=None,
            leased_until=None,
            tried_at=attempt.at,
            status=attempt.status,
            trouble=attempt.trouble,
            took_ms=attempt.took_ms,
        )
    )
    if not written.rowcount:
        return False
    tx.execute(
        insert(telling_try).values(
            telling_id=known.id, at=attempt.at, status=attempt.status, trouble=attempt.trouble, took_ms=attempt.took_ms
        )
    )
    return True


def release(tx: Transaction, lease: str) -> None:
    """Give back what was claimed and not told."""
    tx.execute(update(telling).where(telling.c.lease == lease).values(lease=None, leased_until=None))


def trial(tx: Transaction, hook_id: int, now: datetime) -> int:
    """Write down something to tell one program by which it is tried; gives its id."""
    values = {"uid": new_uid(), "kind": TRIAL, "at": now, "document": {}}
    tiding_id = tx.execute(insert(tiding).values(values).returning(tiding.c.id)).scalar_one()
    made = {"hook_id": hook_id, "tiding_id": tiding_id, "state": WAITING, "tries": 0, "due_at": now}
    number: int = tx.execute(insert(telling).values(made).returning(telling.c.id)).scalar_one()
    return number


def tell_again(tx: Transaction, hook_id: int, now: datetime, telling_ids: Collection[int]) -> int:
    """Let these be told a program again, under the ids that they have; gives how many there are."""
    return _again(tx, hook_id, now, telling.c.id.in_(telling_ids))


def tell_again_since(tx: Transaction, hook_id: int, now: datetime, since: datetime) -> int:
    """Let all that happened since a moment be told a program again; gives how many there are."""
    return _again(tx, hook_id, now, telling.c.tiding_id.in_(select(tiding.c.id).where(tiding.c.at >= since)))


def tell_failed_again(tx: Transaction, hook_id: int, now: datetime) -> int:
    """Let all be told a program again that was given up; gives how many there are."""
    return _again(tx, hook_id, now, telling.c.state == TellingState.GIVEN_UP)


def page(
    tx: Transaction, hook_id: int, before: int | None, limit: int, state: TellingState | None = None
) -> tuple[Telling, ...]:
    """Give what one program was told, the latest first, from behind the one of the id *before*."""
    wanted = [telling.c.hook_id == hook_id]
    if before is not None:
        wanted.append(telling.c.id < before)
    if state is not None:
        wanted.append(telling.c.state == state)
    return tuple(_telling(row) for row in tx.execute(_told().where(*wanted).order_by(telling.c.id.desc()).limit(limit)))


def find(tx: Transaction, hook_id: int, telling_id: int) -> Telling | None:
    """Give one event for one program; None where there is none of this id."""
    row = tx.execute(_told().where(telling.c.id == telling_id, telling.c.hook_id == hook_id)).one_or_none()
    return _telling(row) if row is not None else None


def by_uid(tx: Transaction, hook_id: int, uid: str) -> Telling | None:
    """Give one event for one program by what it is called outside; None where there is none."""
    row = tx.execute(_told().where(tiding.c.uid == uid, telling.c.hook_id == hook_id)).one_or_none()
    return _telling(row) if row is not None else None


def attempts(tx: Transaction, telling_id: int) -> tuple[Attempt, ...]:
    """Give every try of one, the first first."""
    rows = tx.execute(select(telling_try).where(telling_try.c.telling_id == telling_id).order_by(telling_try.c.id))
    return tuple(Attempt(row.at, row.status, row.trouble, row.took_ms) for row in rows)


def counts(tx: Transaction) -> Mapping[int, Counter[TellingState]]:
    """Count what waits for each program and what was given up, by their ids."""
    query = select(telling.c.hook_id, telling.c.state, func.count().label("number"))
    found: dict[int, Counter[TellingState]] = {}
    for row in tx.execute(query.where(telling.c.state != TellingState.TAKEN).group_by(telling.c.hook_id, telling.c.state)):
        found.setdefault(row.hook_id, Counter())[TellingState(row.state)] = row.number
    return found


def has_old(tx: Transaction, now: datetime) -> bool:
    """Whether there is something to be forgotten."""
    oldest = select(tiding.c.at).order_by(tiding.c.id).limit(1)
    found = tx.execute(oldest).scalar_one_or_none()
    return found is not None and found < now - KEPT


def forget(tx: Transaction, now: datetime) -> int:
    """Forget some of what happened long ago, told or not; gives how much."""
    oldest = select(tiding.c.id).where(tiding.c.at < now - KEPT).order_by(tiding.c.id).limit(BATCH)
    return tx.execute(delete(tiding).where(tiding.c.id.in_(oldest))).rowcount


def _again(tx: Transaction, hook_id: int, now: datetime, which: ColumnElement[bool]) -> int:
    fresh = {"state": WAITING, "tries": 0, "due_at": now, "lease": None, "leased_until": None}
    return tx.execute(update(telling).where(telling.c.hook_id == hook_id, which).values(fresh)).rowcount


def _claimable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(telling.c.leased_until.is_(None), telling.c.leased_until <= now)
    return telling.c.state == WAITING, telling.c.due_at <= now, free


def _told() -> Select[Any]:
    columns = (tiding.c.uid, tiding.c.kind, tiding.c.at, tiding.c.subscriber_id, tiding.c.document)
    return select(telling, *columns).join(tiding, tiding.c.id == telling.c.tiding_id)


def _telling(row: Row[Any]) -> Telling:
    return Telling(
        id=row.id,
        hook_id=row.hook_id,
        tiding=Tiding(row.uid, row.kind, row.at, row.subscriber_id, row.document),
        state=TellingState(row.state),
        tries=row.tries,
        due_at=row.due_at,
        tried_at=row.tried_at,
        status=row.status,
        trouble=row.trouble,
        took_ms=row.took_ms,
    )
