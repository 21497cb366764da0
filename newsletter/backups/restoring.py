"""Reading a backup into a new database, which is held: it mails nothing until somebody adopts it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from newsletter import adoption, instance, shape
from newsletter.backups import age, carried, manifest, tables
from newsletter.backups.age import Identity, Opened, Passphrase
from newsletter.backups.carried import Laid
from newsletter.backups.fresh import fresh
from newsletter.backups.manifest import About, Tally
from newsletter.backups.parts import Part, Readable, read_parts
from newsletter.backups.refusal import BackupUnusable
from newsletter.backups.tables import Layout, Row
from newsletter.bootstrap import bare_database
from newsletter.database import Database
from newsletter.errors import AlreadyThere, BadValue
from newsletter.journal import opened
from newsletter.people.replay import Fate, replay
from newsletter.settings import Settings
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

Key = Passphrase | tuple[Identity, ...] | None
Tell = Callable[[int, int], None]

_HELD = "it was restored from the backup of %s"
_TABLES = "tables/"


@dataclass(slots=True)
class Reading:
    """A backup that is being read."""

    about: About
    tally: Tally = field(default_factory=Tally)
    carried: list[Part] = field(default_factory=list)
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it."""

    about: About
    rows: Mapping[str, int]
    laid: Laid = field(default_factory=Laid)
    # What became of the lines of the journals; None where nothing was written.
    fates: Mapping[Fate, int] | None = None
    # Whether journals that may know more than the backup were among them.
    is_replayed: bool = False


def look_through(path: Path, key: Key, keyring: Keyring, tell: Tell) -> Restored:
    """Read a backup from its beginning to its end, and write nothing.

    Raises:
        BackupUnusable: it cannot be restored as it is.
        InstanceMismatch: it was made with another key.
        BadValue: it cannot be read.

    """
    with _begun(path, key, keyring) as (reading, parts, file):
        for _ in _tables(reading, parts, keyring):
            tell(file.tell(), sum(reading.tally.rows.values()))
    return Restored(reading.about, reading.tally.rows)


def restore(settings: Settings, path: Path, key: Key, now: datetime, tell: Tell) -> Restored:
    """Read a backup into the database of *settings*, where there is none yet, and let it obey the journals.

    It is there whole or not at all.

    Raises:
        AlreadyThere: there is a database already.
        BackupUnusable, InstanceMismatch, BadValue: as `look_through` does.
        DatabaseNotReady: the database cannot be reached.

    """
    assert settings.secret_key is not None
    keyring = Keyring(settings.secret_key, settings.former_secret_keys)
    with _begun(path, key, keyring) as (reading, parts, file), _fresh(settings) as database:
        with database.write_alone() as tx:
            _require_empty(tx, database, reading.about)
            _load(tx, reading, parts, keyring, lambda: tell(file.tell(), sum(reading.tally.rows.values())))
            adoption.hold(tx, _HELD % f"{reading.about.made_at:%Y-%m-%d %H:%M} UTC", now)
        laid = _laid(settings, reading)
        fates = _obey(database, keyring, (*laid.journals, *carried.own_journals(settings)))
        is_replayed = _knows_more(settings, fates)
        if is_replayed:
            with database.write() as tx:
                instance.mark_replayed(tx, now)
    return Restored(reading.about, reading.tally.rows, laid, fates, is_replayed)


@contextmanager
def _begun(path: Path, key: Key, keyring: Keyring) -> Iterator[tuple[Reading, Iterator[Part], BinaryIO]]:
    try:
        with path.open("rb") as file:
            parts = read_parts(_unlocked(file, key))
            first = next(parts, None)
            if first is None:
                raise BackupUnusable("it is empty")
            reading = Reading(manifest.read_about(first))
            reading.tally.add(first)
            manifest.require_key(reading.about, keyring)
            if reading.about.shape not in shape.known():
                raise BackupUnusable(f"a newer version of newsletter made it, {reading.about.made_by}; restore it with that")
            yield reading, parts, file
    except OSError as error:
        raise BadValue("file", path, f"cannot be read or restored: {error.strerror or error}. Nothing was changed.") from error


def is_locked_by_words(path: Path) -> bool:
    """Whether a file is encrypted with a passphrase; False as well where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(age.MAGIC) + 10) == age.MAGIC + b"-> scrypt "
    except OSError:
        return False


def _unlocked(file: BinaryIO, key: Key) -> Readable:
    is_locked = file.read(len(age.MAGIC)) == age.MAGIC
    file.seek(0)
    if is_locked and key is None:
        raise BackupUnusable("it is encrypted: give its passphrase (--passphrase-file) or key (--identity)")
    return Opened(file, key) if is_locked and key is not None else file


def _tables(reading: Reading, parts: Iterator[Part], keyring: Keyring) -> Iterator[tuple[Layout, list[Row]]]:
    """Give the rows of all tables part by part; behind the last of them the file has proved itself."""
    waiting = list(reversed(reading.about.tables))
    for part in parts:
        if part.name == manifest.MANIFEST:
            reading.numbers = manifest.check(part, reading.tally, keyring)
            if next(parts, None) is not None:
                raise BackupUnusable("something stands behind its manifest")
            return
        if carried.is_carried(part.name):
            reading.tally.add(part)
            reading.carried.append(part)
            continue
        layout = _layout_of(part, waiting)
        rows = _rows(part)
        reading.tally.add(part, layout.name, len(rows))
        yield layout, rows
    raise BackupUnusable("it is cut off: its manifest is missing")


def _layout_of(part: Part, waiting: list[Layout]) -> Layout:
    """Give the table of a part; they stand in the order that was announced."""
    while waiting and not part.name.startswith(f"{_TABLES}{waiting[-1].name}/"):
        waiting.pop()
    if not waiting:
        raise BackupUnusable(f"it holds {part.name}, which was not announced")
    return waiting[-1]


def _rows(part: Part) -> list[Row]:
    try:
        rows = [json.loads(line) for line in part.data.decode().split("\n") if line]
    except (ValueError, RecursionError) as error:
        raise BackupUnusable(f"its part {part.name} cannot be read") from error
    return rows


@contextmanager
def _fresh(settings: Settings) -> Iterator[Database]:
    """Give a database that nobody else sees yet, or on PostgreSQL sees empty; it is put where it belongs when all went well."""
    database = bare_database(settings.database_url)
    if database.path is None:
        try:
            yield database
        finally:
            database.close()
        return
    path = database.path
    database.close()
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    with fresh(path, "database") as unfinished:
        database = bare_database(f"sqlite:///{unfinished}")
        try:
            yield database
            # What stands in its log goes into the file with this.
            database.scrub()
        finally:
            database.close()


def _require_empty(tx: Transaction, database: Database, about: About) -> None:
    """Ask that nobody ever used a database: it has no tables, or such as were just made."""
    found = shape.current(tx)
    if found is not None and (found != about.shape or instance.key_check(tx)):
        raise AlreadyThere("database", database.url.set(drivername="postgresql").render_as_string(hide_password=True))


def _load(tx: Transaction, reading: Reading, parts: Iterator[Part], keyring: Keyring, tell: Callable[[], None]) -> None:
    layouts = reading.about.tables
    shape.upgrade(tx, reading.about.shape)
    tables.require(tx, layouts)
    tables.put_off_references(tx)
    tables.clear(tx, layouts)
    for layout, rows in _tables(reading, parts, keyring):
        tables.write(tx, layout, rows)
        tell()
    tables.set_numbers(tx, layouts, reading.numbers)
    tables.fill_search(tx)
    shape.upgrade(tx)


def _laid(settings: Settings, reading: Reading) -> Laid:
    return carried.lay(settings, reading.carried)


def _obey(database: Database, keyring: Keyring, paths: tuple[Path, ...]) -> Mapping[Fate, int]:
    """Let everybody be obeyed again who said no in the journals of this host and in those that came with the backup."""
    with ExitStack() as stack:
        sheets = [stack.enter_context(opened(path)) for path in paths]
        return replay(
            database.write, keyring, lambda: (line for one in sheets for line in one.lines(keyring)), look=database.read
        )


def _knows_more(settings: Settings, fates: Mapping[Fate, int]) -> bool:
    """Whether a journal that this host kept itself was read, and all of it could be."""
    return bool(carried.own_journals(settings)) and not fates[Fate.FOREIGN] and any(fates.values())
