"""Writing a backup: every table as one moment had it, the journal, settings that are no secrets, and templates of one's own."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from newsletter import instance, shape
from newsletter.backups import carried, manifest, tables
from newsletter.backups.age import Locked, Passphrase, Recipient
from newsletter.backups.fresh import fresh
from newsletter.backups.manifest import About, Tally
from newsletter.backups.parts import PART, Part, PartWriter
from newsletter.backups.snapshot import snapshot
from newsletter.backups.tables import Layout, Row
from newsletter.database import Database
from newsletter.errors import BadValue
from newsletter.settings import Settings
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

Lock = Passphrase | Sequence[Recipient] | None
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written."""

    path: Path
    size: int
    rows: dict[str, int]
    instance: str
    shape: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What a backup is made of."""

    database: Database
    settings: Settings
    keyring: Keyring


def make(origin: Origin, path: Path, lock: Lock, now: datetime, tell: Tell) -> Made:
    """Write a backup to a new file; *tell* is told bytes and rows. It is there whole or not at all.

    Raises:
        AlreadyThere: there is a file of this name.
        BadValue: it cannot be written.

    """
    try:
        with fresh(path, "file") as unfinished, unfinished.open("wb") as file:
            return _write(origin, file, path, lock, now, tell)
    except OSError as error:
        raise BadValue("file", path, f"cannot be written: {error.strerror or error}") from error


def _write(origin: Origin, file: BinaryIO, path: Path, lock: Lock, now: datetime, tell: Tell) -> Made:
    target = file if lock is None else Locked(file, lock)
    writer, tally = PartWriter(target), Tally()
    with snapshot(origin.database, path.parent) as tx:
        about = _about(tx, now)
        _add(writer, tally, about.part())
        for layout in about.tables:
            for part, rows in _parts(layout, tables.rows(tx, layout)):
                _add(writer, tally, part, layout.name, rows)
                tell(file.tell(), sum(tally.rows.values()))
        numbers = tables.numbers(tx, about.tables)
    for part in carried.parts(origin.settings):
        _add(writer, tally, part)
    writer.add(manifest.manifest(tally, numbers, origin.keyring))
    writer.close()
    if isinstance(target, Locked):
        target.close()
    return Made(path, file.tell(), tally.rows, about.instance, about.shape)


def _about(tx: Transaction, now: datetime) -> About:
    known = instance.standing(tx)
    return About(
        shape=shape.current(tx) or "",
        instance=known.id,
        key_check=instance.key_check(tx),
        made_at=now,
        made_by=version("newsletter"),
        database=tx.dialect.name,
        tables=tables.layouts(),
    )


def _add(writer: PartWriter, tally: Tally, part: Part, table: str = "", rows: int = 0) -> None:
    tally.add(part, table, rows)
    writer.add(part)


def _parts(layout: Layout, rows: Iterator[Row]) -> Iterator[tuple[Part, int]]:
    """Cut a table into parts, an empty one into none."""
    number, size, lines = 1, 0, list[bytes]()
    for row in rows:
        lines.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode())
        size += len(lines[-1])
        if size >= PART:
            yield _part(layout, number, lines), len(lines)
            number, size, lines = number + 1, 0, []
    if lines:
        yield _part(layout, number, lines), len(lines)


def _part(layout: Layout, number: int, lines: Sequence[bytes]) -> Part:
    return Part(f"tables/{layout.name}/{number:06}.jsonl", b"\n".join(lines) + b"\n")
