"""Reading a file of ours to its end: what is in it is given part by part, and behind the last of them it has proved itself."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from newsletter import failpoints, shape
from newsletter.backups import age, carried, manifest, tables
from newsletter.backups.age import Identity, Opened, Passphrase
from newsletter.backups.manifest import FORMAT, About, Tally
from newsletter.backups.parts import Part, Readable, read_parts
from newsletter.backups.refusal import BackupUnusable
from newsletter.backups.tables import Layout, Row
from newsletter.errors import BadValue
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

Key = Passphrase | tuple[Identity, ...] | None

_TABLES = "tables/"


@dataclass(slots=True)
class Reading:
    """A file that is being read."""

    about: About
    tally: Tally = field(default_factory=Tally)
    carried: list[Part] = field(default_factory=list)
    numbers: Mapping[str, int] = field(default_factory=dict)
    # Of its manifest, by which all of it is known; empty until it was read to its end.
    digest: str = ""


@contextmanager
def begun(
    path: Path, key: Key, keyring: Keyring | None, wanted: str = FORMAT
) -> Iterator[tuple[Reading, Iterator[Part], BinaryIO]]:
    """Open a file and read what it says of itself; with a *keyring*, one that was made under a key of it.

    Raises:
        BackupUnusable: it is not what is *wanted*, is not opened by the *key*, or a newer version made it.
        InstanceMismatch: it was made under another key.
        BadValue: it cannot be read.

    """
    try:
        with path.open("rb") as file:
            parts = read_parts(_unlocked(file, key))
            first = next(parts, None)
            if first is None:
                raise BackupUnusable("it is empty")
            reading = Reading(manifest.read_about(first, wanted))
            reading.tally.add(first)
            if keyring is not None:
                manifest.require_key(reading.about, keyring)
            if reading.about.shape not in shape.known():
                raise BackupUnusable(f"a newer version of newsletter made it, {reading.about.made_by}; read it with that")
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


def rows_of(reading: Reading, parts: Iterator[Part], keyring: Keyring | None) -> Iterator[tuple[Layout, list[Row]]]:
    """Give the rows of all tables part by part; behind the last of them the file has proved itself.

    Without a *keyring* its seal is not asked.
    """
    waiting = list(reversed(reading.about.tables))
    for part in parts:
        if part.name == manifest.MANIFEST:
            reading.numbers = manifest.check(part, reading.tally, keyring)
            reading.digest = sha256(part.data).hexdigest()
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


def load(tx: Transaction, reading: Reading, parts: Iterator[Part], keyring: Keyring | None, tell: Callable[[], None]) -> None:
    """Write all rows into a database that nobody else uses, in the shape they had, and bring it to the newest."""
    layouts = reading.about.tables
    shape.upgrade(tx, reading.about.shape)
    tables.require(tx, layouts)
    tables.put_off_references(tx)
    tables.clear(tx, layouts)
    for layout, rows in rows_of(reading, parts, keyring):
        tables.write(tx, layout, rows)
        failpoints.hit("rows.restored")
        tell()
    tables.set_numbers(tx, layouts, reading.numbers)
    tables.fill_search(tx)
    shape.upgrade(tx)


def _unlocked(file: BinaryIO, key: Key) -> Readable:
    is_locked = file.read(len(age.MAGIC)) == age.MAGIC
    file.seek(0)
    if is_locked and key is None:
        raise BackupUnusable("it is encrypted: give its passphrase (--passphrase-file) or key (--identity)")
    return Opened(file, key) if is_locked and key is not None else file


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
