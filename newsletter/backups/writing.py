"""Writing a file of ours: part by part, each counted and hashed, and closed by its manifest."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from newsletter.backups import manifest
from newsletter.backups.age import Locked, Passphrase, Recipient
from newsletter.backups.manifest import Tally
from newsletter.backups.parts import PART, Part, PartWriter, Writable
from newsletter.backups.tables import Layout, Row
from subscribers.tokens import Keyring

Lock = Passphrase | Sequence[Recipient] | None


class Sheet:
    """A file that is being written, encrypted where there is a lock."""

    def __init__(self, file: Writable, lock: Lock) -> None:
        self._target = file if lock is None else Locked(file, lock)
        self._writer = PartWriter(self._target)
        self.tally = Tally()

    def add(self, part: Part, table: str = "", rows: int = 0) -> None:
        """Write a part, and count of which table how many rows it has."""
        self.tally.add(part, table, rows)
        self._writer.add(part)

    def add_table(self, layout: Layout, rows: Iterable[Row]) -> Iterator[Part]:
        """Write rows of a table; gives each part once it is written."""
        for part, count in _parts(layout, rows):
            self.add(part, layout.name, count)
            yield part

    def close(self, numbers: Mapping[str, int], keyring: Keyring) -> str:
        """Write the manifest and the end; gives the digest by which all of it is known."""
        last = manifest.manifest(self.tally, numbers, keyring)
        self._writer.add(last)
        self._writer.close()
        if isinstance(self._target, Locked):
            self._target.close()
        return sha256(last.data).hexdigest()


def _parts(layout: Layout, rows: Iterable[Row]) -> Iterator[tuple[Part, int]]:
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
