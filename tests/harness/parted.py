"""Backups and bundles taken apart, and put together again otherwise."""

from collections.abc import Sequence
from pathlib import Path

from newsletter.backups.parts import Part, PartWriter, read_parts


def parts_of(path: Path) -> list[Part]:
    """Take a file apart."""
    with path.open("rb") as file:
        return list(read_parts(file))


def put_together(path: Path, parts: Sequence[Part]) -> Path:
    """Make a file of parts."""
    with path.open("wb") as file:
        writer = PartWriter(file)
        for part in parts:
            writer.add(part)
        writer.close()
    return path
