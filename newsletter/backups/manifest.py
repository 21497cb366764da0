"""What a backup says of itself: at its beginning what is in it, and at its end how much, with hashes and a seal. Pure."""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from newsletter.backups.parts import Part
from newsletter.backups.refusal import BackupUnusable
from newsletter.backups.tables import Kind, Layout
from newsletter.errors import InstanceMismatch
from subscribers.tokens import Keyring

FORMAT = "newsletter-backup"
BUNDLE = "newsletter-bundle"
# Of the file; a newer one is refused.
VERSION = 1

ABOUT = "about.json"
MANIFEST = "manifest.json"

_LABEL = "backup"
_NONE: Mapping[str, str] = {
    FORMAT: "it is no backup of a newsletter",
    BUNDLE: "it is no bundle of one newsletter; `newsletter restore` reads whole backups",
}
_SHAPE = re.compile(r"[0-9]{4}")
_LONGEST = 16 * 2**20


@dataclass(frozen=True, slots=True)
class About:
    """What is in a backup."""

    shape: str
    instance: str
    key_check: str
    made_at: datetime
    made_by: str
    # What it was made of: sqlite or postgresql.
    database: str
    tables: tuple[Layout, ...]
    format: str = FORMAT
    # What else is said of a bundle.
    told: Mapping[str, Any] = field(default_factory=dict)

    def part(self) -> Part:
        """Give it as the first part of a file."""
        tables = [{"name": one.name, "columns": dict(one.columns), "key": list(one.key)} for one in self.tables]
        document = {
            "format": self.format,
            "version": VERSION,
            "shape": self.shape,
            "instance": self.instance,
            "key_check": self.key_check,
            "made_at": self.made_at.isoformat(),
            "made_by": self.made_by,
            "database": self.database,
            "tables": tables,
            **({"told": dict(self.told)} if self.told else {}),
        }
        return Part(ABOUT, json.dumps(document, indent=1).encode())


@dataclass(slots=True)
class Tally:
    """How much a file holds, counted while it is written or read."""

    rows: dict[str, int] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)

    def add(self, part: Part, table: str = "", rows: int = 0) -> None:
        """Count a part, and of which table how many rows it has."""
        if part.name in self.parts:
            raise BackupUnusable(f"its part {part.name} stands in it twice")
        self.parts[part.name] = sha256(part.data).hexdigest()
        if table:
            self.rows[table] = self.rows.get(table, 0) + rows


def manifest(tally: Tally, numbers: Mapping[str, int], keyring: Keyring) -> Part:
    """Give the last part of a file."""
    document = {"rows": tally.rows, "numbers": dict(numbers), "parts": tally.parts}
    document["seal"] = _seal(document, keyring)
    return Part(MANIFEST, json.dumps(document, indent=1).encode())


def read_about(part: Part, wanted: str = FORMAT) -> About:
    """Read the first part of a file.

    Raises:
        BackupUnusable: it is not what is *wanted*, or of a newer kind.

    """
    document = _document(part, ABOUT)
    if document.get("format") != wanted:
        raise BackupUnusable(_NONE[wanted])
    if document.get("version") != VERSION:
        raise BackupUnusable(
            f"a newer version of newsletter made it, {str(document.get('made_by'))[:40]}; restore it with that"
        )
    try:
        tables = tuple(_layout(one) for one in document["tables"])
        made_at = datetime.fromisoformat(document["made_at"])
        words = [str(document[name]) for name in ("shape", "instance", "key_check", "made_by", "database")]
        told = dict(document.get("told", {}))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BackupUnusable("what it says of itself cannot be read") from error
    shape, instance, key_check, made_by, database = words
    if not _SHAPE.fullmatch(shape) or len({one.name for one in tables}) != len(tables) or made_at.tzinfo is None:
        raise BackupUnusable("what it says of itself makes no sense")
    return About(shape, instance, key_check, made_at, made_by, database, tables, wanted, told)


def check(part: Part, tally: Tally, keyring: Keyring | None) -> Mapping[str, int]:
    """Compare the last part of a file with what was read before it; gives the numbers its tables had come to.

    Without a *keyring* its seal is not asked: it was made under a key that is not known here.

    Raises:
        BackupUnusable: it is not what was written.

    """
    document = _document(part, MANIFEST)
    seal = document.pop("seal", None)
    if keyring is not None and not _is_sealed(document, seal, keyring):
        raise BackupUnusable("its seal is not of this instance's key: it was changed, or belongs to another instance")
    if document.get("parts") != tally.parts or document.get("rows") != tally.rows:
        raise BackupUnusable("it is not what was written: parts were changed, left out or put in")
    numbers = document.get("numbers")
    if not isinstance(numbers, dict) or not all(type(one) is int for one in numbers.values()):
        raise BackupUnusable("what it says of itself cannot be read")
    return numbers


def is_of_key(about: About, keyring: Keyring) -> bool:
    """Whether a file was made under a key that is given."""
    return about.key_check in {one.key_check for one in (keyring, *keyring.former)}


def require_key(about: About, keyring: Keyring) -> None:
    """Ask that a backup was made under a key that is given.

    Raises:
        InstanceMismatch: it was not.

    """
    if not is_of_key(about, keyring):
        raise InstanceMismatch(
            "This backup was made with another NEWSLETTER_SECRET_KEY. Its unsubscribe links and suppressions can only be read "
            "with that key; nothing was changed. Set the key it was made with."
        )


def _document(part: Part, name: str) -> dict[str, Any]:
    if part.name != name or len(part.data) > _LONGEST:
        raise BackupUnusable(f"where its {name} should be there is something else")
    try:
        document = json.loads(part.data)
    # RecursionError: brackets within brackets within brackets.
    except (ValueError, RecursionError) as error:
        raise BackupUnusable(f"its {name} cannot be read") from error
    if not isinstance(document, dict):
        raise BackupUnusable(f"its {name} cannot be read")
    return document


def _layout(document: Mapping[str, Any]) -> Layout:
    columns = {str(name): Kind(kind) for name, kind in document["columns"].items()}
    return Layout(str(document["name"]), columns, tuple(str(one) for one in document["key"]))


def _is_sealed(document: Mapping[str, Any], seal: object, keyring: Keyring) -> bool:
    known = (keyring, *keyring.former)
    return isinstance(seal, str) and any(hmac.compare_digest(seal.encode(), _seal(document, one).encode()) for one in known)


def _seal(document: Mapping[str, Any], keyring: Keyring) -> str:
    # The parts, and so what the file says of itself at its beginning, are in it by their hashes.
    return hmac.new(keyring.derive(_LABEL), json.dumps(document, sort_keys=True).encode(), sha256).hexdigest()
