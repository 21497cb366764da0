"""Copying an instance into another database, of either kind: gone on with after a kill, and compared at the end."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from newsletter import adoption, failpoints, instance, shape
from newsletter.backups import tables
from newsletter.backups.refusal import BackupUnusable
from newsletter.backups.snapshot import snapshot
from newsletter.backups.tables import Layout, Row
from newsletter.backups.uploads import Moment
from newsletter.bootstrap import bare_database, place_of
from newsletter.database import Database
from newsletter.errors import AlreadyThere, BadValue
from newsletter.mail import workers
from subscribers.transaction import Transaction

Tell = Callable[[int, int], None]

# Rows, and bytes of them, in one transaction: what a kill can undo, and what is held in memory.
_ROWS, _BYTES = 5_000, 4 * 2**20

_HELD = "it was copied from another database, %s"
_MODULUS = 2**256


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied, or would be."""

    rows: Mapping[str, int]
    # Rows that an earlier run had brought there.
    found: int
    # Whether a worker was mailing from the original meanwhile.
    was_running: bool


@dataclass(frozen=True, slots=True)
class _Sum:
    """A table in two numbers, whatever the order of its rows."""

    rows: int
    digest: int


def look(source: Database, url: str, data_dir: Path, now: datetime) -> Copied:
    """Say what a copy would carry, and whether the other database takes it; nothing is changed.

    Raises:
        AlreadyThere, BadValue, BackupUnusable: as `copy` does.

    """
    target = _opened(source, url)
    layouts = tables.layouts()
    try:
        with snapshot(source, _beside(source, data_dir)) as tx:
            moment = Moment(tx, data_dir)
            rows = {one.name: moment.count(one) for one in layouts}
            known, was_running = instance.standing(tx), _is_mailing(tx, now)
        found = 0
        if target.path is None or target.path.exists():
            with target.read() as tx:
                is_begun = _is_begun(tx, target, known.id)
                found = sum(tables.count(tx, one) for one in layouts) if is_begun else 0
        return Copied(rows, found, was_running)
    finally:
        target.close()


def copy(source: Database, url: str, data_dir: Path, now: datetime, tell: Tell, *, anew: bool = False) -> Copied:
    """Bring everything into another database, where nothing is yet or a copy of this one was begun; it is held then.

    One moment of the original is copied, which goes on meanwhile. What an earlier run brought there is not brought again,
    unless it is to be done *anew*. At the end each table is counted and hashed on both sides.

    Raises:
        AlreadyThere: somebody uses the other database.
        BadValue: it is the same one.
        BackupUnusable: it does not take a row, or the tables differ at the end.

    """
    target = _opened(source, url)
    layouts = tables.layouts()
    try:
        with snapshot(source, _beside(source, data_dir)) as tx:
            moment = Moment(tx, data_dir)
            known, was_running = instance.standing(tx), _is_mailing(tx, now)
            _begin(target, known.id, layouts, anew=anew)
            counts = {one.name: moment.count(one) for one in layouts}
            found = _bring(moment, target, layouts, lambda done: tell(done, sum(counts.values())))
            _compare(moment, target, layouts)
            numbers = tables.numbers(tx, layouts)
        with target.write() as tx:
            tables.set_numbers(tx, layouts, numbers)
            tables.fill_search(tx)
            adoption.hold(tx, _HELD % place_of(source), now)
            shape.call(tx, shape.known()[-1])
        return Copied(counts, found, was_running)
    finally:
        target.close()


def _beside(source: Database, data_dir: Path) -> Path:
    """Give where a copy of an SQLite database has as much room as the database itself."""
    return source.path.parent if source.path is not None else data_dir


def _opened(source: Database, url: str) -> Database:
    target = bare_database(url)
    is_same_file = (
        source.path is not None and target.path is not None and target.path.exists() and source.path.samefile(target.path)
    )
    if is_same_file or target.url == source.url:
        raise BadValue("database", place_of(target), "is the one that would be copied")
    return target


def _is_mailing(tx: Transaction, now: datetime) -> bool:
    return bool(workers.alive(tx, now))


def _is_begun(tx: Transaction, target: Database, known: str) -> bool:
    """Whether a copy of this instance was begun there; False where there is nothing."""
    found = shape.current(tx)
    if found is not None and shape.is_unfinished(found):
        if found != shape.unfinished(known):
            raise BackupUnusable(
                f"{place_of(target)} holds what another copy, or another version of newsletter, did not finish. Empty it first"
            )
        return True
    if found is not None and (found != shape.known()[-1] or instance.key_check(tx)):
        raise AlreadyThere("database", place_of(target))
    return False


def _begin(target: Database, known: str, layouts: Sequence[Layout], *, anew: bool) -> None:
    if target.path is not None:
        target.path.parent.mkdir(0o700, parents=True, exist_ok=True)
        if not target.path.exists():
            target.path.touch(0o600)
    with target.write_alone() as tx:
        is_begun = _is_begun(tx, target, known)
        if is_begun and not anew:
            return
        if not is_begun:
            shape.upgrade(tx)
        tables.clear(tx, layouts)
        shape.call(tx, shape.unfinished(known))


def _bring(moment: Moment, target: Database, layouts: Sequence[Layout], tell: Callable[[int], None]) -> int:
    """Bring over what is not there yet; gives how much was there."""
    done = found = 0
    with target.bulk_writer() as writer:
        for layout in layouts:
            with writer.write() as there:
                behind = tables.last_key(there, layout)
                found += tables.count(there, layout) if behind is not None else 0
            done = max(done, found)
            for batch in _batches(moment.rows(layout, behind)):
                with writer.write() as there:
                    tables.write(there, layout, batch)
                failpoints.hit("rows.copied")
                done += len(batch)
                tell(done)
    return found


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch, size = list[Row](), 0
    for row in rows:
        batch.append(row)
        size += sum(len(cell) if isinstance(cell, str) else 8 for cell in row)
        if len(batch) >= _ROWS or size >= _BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _compare(moment: Moment, target: Database, layouts: Sequence[Layout]) -> None:
    with target.read() as there:
        for layout in layouts:
            ours, theirs = _sum(moment.rows(layout)), _sum(tables.rows(there, layout))
            if ours != theirs:
                raise BackupUnusable(
                    f"the table {layout.name} has {ours.rows} rows in the original and {theirs.rows} in the copy, or others. "
                    "The original was written to between two runs: stop it, and copy --anew"
                )


def _sum(rows: Iterator[Row]) -> _Sum:
    count = digest = 0
    for row in rows:
        count += 1
        line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
        digest = (digest + int.from_bytes(sha256(line).digest(), "big")) % _MODULUS
    return _Sum(count, digest)
