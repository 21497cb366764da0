"""Writing a bundle: one newsletter with its people, what they said, its issues and its archive, as one moment had it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from newsletter import instance, shape
from newsletter.backups import belongings, bringing, tables
from newsletter.backups.belongings import IMAGE, Whose
from newsletter.backups.fresh import fresh
from newsletter.backups.manifest import BUNDLE, About
from newsletter.backups.snapshot import snapshot
from newsletter.backups.tables import Layout, Row
from newsletter.backups.writing import Lock, Sheet
from newsletter.database import Database
from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from subscribers import transfer
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Packed:
    """A bundle that was written."""

    path: Path
    size: int
    newsletter: str
    rows: dict[str, int]
    # By which all of it is known.
    digest: str
    # What does not fit in the evidence of its people.
    faults: int


def pack(database: Database, keyring: Keyring, name: str, path: Path, lock: Lock, now: datetime, tell: Tell) -> Packed:
    """Write a newsletter to a new file; *tell* is told bytes and rows. It is there whole or not at all.

    Raises:
        NewsletterNotFound: there is none of this name.
        AlreadyThere: there is a file of this name.
        BadValue: it cannot be written, or an issue is being mailed.

    """
    try:
        with fresh(path, "file") as unfinished, unfinished.open("wb") as file, snapshot(database, path.parent) as tx:
            known = newsletters.find(tx, name)
            _require_quiet(tx, known)
            return _write(tx, known, keyring, (file, path), lock, now, tell)
    except OSError as error:
        raise BadValue("file", path, f"cannot be written: {error.strerror or error}") from error


def _require_quiet(tx: Transaction, known: Newsletter) -> None:
    # Who gets it and who does not is not known before it is over.
    if bringing.is_mailing(tx, known.id):
        raise BadValue("newsletter", known.name, "an issue of it is being mailed; wait until it is sent, or cancel it")


def _write(
    tx: Transaction,
    known: Newsletter,
    keyring: Keyring,
    target: tuple[BinaryIO, Path],
    lock: Lock,
    now: datetime,
    tell: Tell,
) -> Packed:
    file, path = target
    sheet, whose = Sheet(file, lock), Whose(known.id, known.list_id)
    faults = transfer.faults(tx, known.list_id)
    about = _about(tx, known, faults, now)
    sheet.add(about.part())
    shown: set[str] = set()
    posts: set[int] = set()
    for layout in about.tables:
        for part in sheet.add_table(layout, _rows(tx, layout, whose, posts, shown)):
            shown |= belongings.pictures(layout, part)
            tell(file.tell(), sum(sheet.tally.rows.values()))
    digest = sheet.close({}, keyring)
    return Packed(path, file.tell(), known.slug, sheet.tally.rows, digest, faults)


def _rows(tx: Transaction, layout: Layout, whose: Whose, posts: set[int], shown: set[str]) -> Iterator[Row]:
    if layout.name == IMAGE:
        yield from bringing.pictures(tx, layout, shown)
        return
    kept = frozenset(posts)
    for row in tables.rows(tx, layout, which=belongings.which(layout.name, whose)):
        if layout.name == "post":
            posts.add(int(dict(zip(layout.columns, row, strict=True))["id"] or 0))
        yield belongings.emptied(layout, row, whose, kept)


def _about(tx: Transaction, known: Newsletter, faults: int, now: datetime) -> About:
    return About(
        shape=shape.current(tx) or "",
        instance=instance.standing(tx).id,
        key_check=instance.key_check(tx),
        made_at=now,
        made_by=version("newsletter"),
        database=tx.dialect.name,
        tables=belongings.belongs(tables.layouts()),
        format=BUNDLE,
        told={
            "newsletter": known.slug,
            "name": known.name,
            "newsletter_id": known.id,
            "list_id": known.list_id,
            "faults": faults,
            "narrowed": list(bringing.narrowed(tx, known)),
        },
    )
