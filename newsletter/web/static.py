"""The small files that pages link to, and the icons that stand in them: read and packed once, named by what is in them.

They are packed for everybody, for they are the same for everybody. Of pages only those of the desk are, and not for all who ask
(packing.py).
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from markupsafe import Markup

from newsletter.errors import NewsletterError

MEDIA_TYPES = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
    },
)

# What scripts/frontend.py bundles from frontend/: scripts, stylesheets, icons, and whose work they are.
BUILT = Path(__file__).parents[1] / "_frontend"
_ICONS = "icons.json"
_LEGAL = "LEGAL.txt"

# Enough of a SHA-256 to tell two versions of one file apart.
_STAMP_LENGTH = 12


class PagesNotBuilt(NewsletterError):  # noqa: N818 -- named for the outcome
    """What the desk's pages load is not where a build puts it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"The desk's scripts and styles are not in {folder}. Run `make env` in the checkout, then try again.")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is served."""

    name: str
    body: bytes
    # The same by gzip; empty where that is no shorter.
    packed: bytes
    media_type: str
    # Changes with the content, so that an address with it may be kept for ever.
    stamp: str

    @property
    def address(self) -> str:
        """Where a page links to it."""
        return f"/static/{self.name}?v={self.stamp}"


def read_shelf(*folders: Path) -> Mapping[str, StaticFile]:
    """Read every file of *folders* that a page may link to, by name; of two of one name the one in the later folder counts.

    A name that is not on the shelf does not exist, so no path in a request can reach another file.
    """
    found = [_read(path) for folder in folders for path in sorted(folder.iterdir()) if _media_type(path)]
    return MappingProxyType({file.name: file for file in found})


class Icons:
    """Drawings of Lucide by their names there, each as the page shows it."""

    def __init__(self, folder: Path = BUILT) -> None:
        try:
            drawn = json.loads((folder / _ICONS).read_text())
        except FileNotFoundError:
            raise PagesNotBuilt(folder) from None
        self._drawn: Mapping[str, str] = drawn

    def __call__(self, name: str) -> Markup:
        """Draw *name*, for eyes only: the words beside it, or the name of its button, say the same."""
        # What it holds was drawn by Lucide and written by our own build; nothing in it comes from outside.
        inside = Markup(self._drawn[name])  # noqa: S704 -- see above
        return Markup('<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">{}</svg>').format(inside)


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    stamp = hashlib.sha256(body).hexdigest()[:_STAMP_LENGTH]
    return StaticFile(path.name, body, _packed(body), _media_type(path), stamp)


# A process with several applications, as tests have, packs each file once.
@cache
def _packed(body: bytes) -> bytes:
    packed = gzip.compress(body, 9, mtime=0)
    return packed if len(packed) < len(body) else b""


def _media_type(path: Path) -> str:
    """Give the type of a file that is served, nothing of one that is not."""
    return "text/plain; charset=utf-8" if path.name == _LEGAL else MEDIA_TYPES.get(path.suffix, "")
