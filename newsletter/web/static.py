"""The small files that pages link to: read once, named by what is in them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

MEDIA_TYPES = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
    },
)

# Enough of a SHA-256 to tell two versions of one file apart.
_STAMP_LENGTH = 12


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is served."""

    name: str
    body: bytes
    media_type: str
    # Changes with the content, so that an address with it may be kept for ever.
    stamp: str

    @property
    def address(self) -> str:
        """Where a page links to it."""
        return f"/static/{self.name}?v={self.stamp}"


def read_shelf(folder: Path) -> Mapping[str, StaticFile]:
    """Read every file of *folder* that a page may link to, by name.

    A name that is not on the shelf does not exist, so no path in a request can reach another file.
    """
    found = [_read(path) for path in sorted(folder.iterdir()) if path.suffix in MEDIA_TYPES]
    return MappingProxyType({file.name: file for file in found})


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    stamp = hashlib.sha256(body).hexdigest()[:_STAMP_LENGTH]
    return StaticFile(path.name, body, MEDIA_TYPES[path.suffix], stamp)
