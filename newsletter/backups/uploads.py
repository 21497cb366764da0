"""Tables as `tables` reads them, and among their rows the files of imports, which lie in the data folder on SQLite."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter.backups import tables
from newsletter.backups.tables import Layout, Row
from newsletter.people import carrying, importwork
from subscribers.transaction import Transaction

_PIECES = "upload_piece"


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of an instance."""

    tx: Transaction
    data_dir: Path

    def rows(self, layout: Layout, behind: Row | None = None) -> Iterator[Row]:
        """Read a table in the order of its key, all of it or what stands *behind* a key."""
        if layout.name != _PIECES:
            yield from tables.rows(self.tx, layout, behind)
            return
        done = tuple(behind or ())
        for work_id, path in self._files():
            found = _pieces(work_id, path) if path is not None else tables.rows(self.tx, layout, which=f"work_id = {work_id:d}")
            yield from (row for row in found if not done or tuple(row[:2]) > done)

    def count(self, layout: Layout) -> int:
        """Count the rows of a table."""
        return sum(1 for _ in self.rows(layout)) if layout.name == _PIECES else tables.count(self.tx, layout)

    def _files(self) -> Iterator[tuple[int, Path | None]]:
        """Give the imports that have a file, and where it lies; None: in the table."""
        for work_id, stored in importwork.with_files(self.tx):
            path = self.data_dir / carrying.FOLDER / stored
            yield work_id, path if path.is_file() else None


def _pieces(work_id: int, path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        number = 0
        while piece := file.read(importwork.PIECE):
            yield work_id, number, base64.b64encode(piece).decode()
            number += 1
