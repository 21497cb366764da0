"""The store of imports: begun, moved on with each batch, finished, found again."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from subscribers.errors import ImportNotFound, ImportUnderWay
from subscribers.exchange.model import Import, ImportOrder, ImportState, Seen
from subscribers.intake import Taken
from subscribers.tables.imports import import_run
from subscribers.transaction import Transaction

_TAKEN = ("added", "confirmed", "updated", "there", "said_no")
_SEEN = ("rows", "duplicates", "refused", "cleaned")


def begin(tx: Transaction, order: ImportOrder, fingerprint: str, kind: str, now: datetime) -> Import:
    """Write down that a file is being imported."""
    statement = insert(import_run).values(
        list_id=order.list_id,
        source=order.source,
        fingerprint=fingerprint,
        kind=kind,
        basis=order.basis,
        is_confirmed=order.is_confirmed,
        updates=order.updates,
        reading=_reading(order),
        state=ImportState.RUNNING,
        begun_at=now,
        **dict.fromkeys((*_TAKEN, *_SEEN), 0),
    )
    return _import(tx.execute(statement.returning(import_run)).one())


def unfinished(tx: Transaction, order: ImportOrder, fingerprint: str) -> Import | None:
    """Give the import of the same file, asked for in the same way, that was stopped in the middle."""
    same = (
        import_run.c.list_id == order.list_id,
        import_run.c.fingerprint == fingerprint,
        import_run.c.basis == order.basis,
        import_run.c.is_confirmed == order.is_confirmed,
        import_run.c.updates == order.updates,
        import_run.c.state == ImportState.RUNNING,
    )
    found = tx.execute(select(import_run).where(*same).order_by(import_run.c.id.desc()))
    return next((_import(row) for row in found if row.reading == _reading(order)), None)


def move(tx: Transaction, import_id: int, before: int, seen: Seen, taken: Taken) -> None:
    """Write down how far an import is, in the transaction that did the rows after *before*.

    Raises:
        ImportUnderWay: somebody else goes on with it at this moment; nothing of this transaction may stay.

    """
    figures = {
        "rows": seen.rows,
        "duplicates": seen.duplicates,
        "refused": seen.refused,
        "cleaned": seen.cleaned,
        **{name: import_run.c[name] + getattr(taken, name) for name in _TAKEN},
    }
    at = (import_run.c.id == import_id, import_run.c.rows == before, import_run.c.state == ImportState.RUNNING)
    if tx.execute(update(import_run).where(*at).values(figures)).rowcount != 1:
        raise ImportUnderWay(import_id)


def finish(tx: Transaction, import_id: int, now: datetime) -> Import:
    """Write down that all rows are done; saying it twice is no error."""
    running = (import_run.c.id == import_id, import_run.c.state == ImportState.RUNNING)
    tx.execute(update(import_run).where(*running).values(state=ImportState.FINISHED, finished_at=now))
    return by_id(tx, import_id)


def call_off(tx: Transaction, import_id: int, now: datetime) -> Import:
    """Write down that an import is undone; whoever is still doing it is stopped by that. Saying it twice is no error.

    Raises:
        ImportNotFound: there is none of this id.

    """
    valid = (import_run.c.id == import_id, import_run.c.state != ImportState.UNDONE)
    tx.execute(update(import_run).where(*valid).values(state=ImportState.UNDONE, undone_at=now))
    return by_id(tx, import_id)


def by_id(tx: Transaction, import_id: int) -> Import:
    """Give an import.

    Raises:
        ImportNotFound: there is none of this id.

    """
    row = tx.execute(select(import_run).where(import_run.c.id == import_id)).one_or_none()
    if row is None:
        raise ImportNotFound(import_id)
    return _import(row)


def newest(
    tx: Transaction, limit: int, *, before: int | None = None, lists: Collection[int] | None = None
) -> tuple[Import, ...]:
    """Give the last imports, or those before one of them, the newest first; of some *lists*, or of all."""
    its = select(import_run).order_by(import_run.c.id.desc()).limit(limit)
    if before is not None:
        its = its.where(import_run.c.id < before)
    if lists is not None:
        its = its.where(import_run.c.list_id.in_(sorted(lists)))
    return tuple(_import(row) for row in tx.execute(its))


def _reading(order: ImportOrder) -> dict[str, Any]:
    return {"columns": dict(order.columns), "encoding": order.encoding, "is_raw": order.is_raw}


def _import(row: Row[Any]) -> Import:
    order = ImportOrder(
        list_id=row.list_id,
        basis=row.basis,
        is_confirmed=row.is_confirmed,
        updates=row.updates,
        source=row.source,
        **row.reading,
    )
    return Import(
        id=row.id,
        order=order,
        fingerprint=row.fingerprint,
        kind=row.kind,
        state=ImportState(row.state),
        begun_at=row.begun_at,
        finished_at=row.finished_at,
        undone_at=row.undone_at,
        seen=Seen(*(getattr(row, name) for name in _SEEN)),
        taken=Taken(*(getattr(row, name) for name in _TAKEN)),
    )
