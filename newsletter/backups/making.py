"""Writing a backup: every table as one moment had it, the journal, settings that are no secrets, and templates of one's own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from newsletter import instance, shape
from newsletter.backups import carried, tables
from newsletter.backups.fresh import fresh
from newsletter.backups.manifest import About
from newsletter.backups.snapshot import snapshot
from newsletter.backups.uploads import Moment
from newsletter.backups.writing import Lock, Sheet
from newsletter.database import Database
from newsletter.errors import BadValue
from newsletter.settings import Settings
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

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
    sheet = Sheet(file, lock)
    with snapshot(origin.database, path.parent) as tx:
        about = _about(tx, now)
        moment = Moment(tx, origin.settings.data_dir)
        sheet.add(about.part())
        for layout in about.tables:
            for _ in sheet.add_table(layout, moment.rows(layout)):
                tell(file.tell(), sum(sheet.tally.rows.values()))
        numbers = tables.numbers(tx, about.tables)
    for part in carried.parts(origin.settings):
        sheet.add(part)
    sheet.close(numbers, origin.keyring)
    return Made(path, file.tell(), sheet.tally.rows, about.instance, about.shape)


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
