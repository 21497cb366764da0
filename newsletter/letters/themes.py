"""Where themes lie: a folder each, with one file of tokens and whatever it lays out otherwise than the shared templates."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from newsletter.errors import BadValue
from newsletter.letters.theme import Theme, draft_theme, read_theme
from subscribers.sentence import say

FEDERATION = "federation"

THEME_FILE = "theme.toml"
# A theme is a page long; somebody named the wrong file.
LARGEST_FILE = 100_000

_NAME = re.compile("[a-z][a-z0-9-]{0,39}", re.ASCII)


_GROUP = re.compile(r"\s*\[\s*([\w-]+)\s*\]")
_KEY = re.compile(r"\s*([\w.-]+)\s*=")


def digest_of(folders: Iterable[Path]) -> str:
    """Give a digest of the names and bytes of all files in *folders*, whatever an editor or a system put beside them apart."""
    found = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not any(part.startswith(".") for part in name.split("/")) and not name.endswith("~"):
                found.update(b"%s\0%s" % (name.encode(), hashlib.sha256(path.read_bytes()).digest()))
    return found.hexdigest()


@dataclass(frozen=True, slots=True)
class Line:
    """A place in a file of tokens; line and column count from 1."""

    # As it is named below the folder of templates.
    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Themes:
    """The themes of an instance: those that came with the product, and those in a folder of its own.

    In the own folder lie `themes/NAME` (a theme, or what is laid out otherwise in one that there is) and `SLUG` (what one
    newsletter lays out otherwise, be it only `theme.toml` with a few tokens).
    """

    # The folder "email" of the templates.
    shared: Path
    own: Path | None = None

    def names(self) -> tuple[str, ...]:
        """Give the names of all themes, the usual one first."""
        folders = [self.shared / "themes", *([self.own / "themes"] if self.own else [])]
        found = {file.parent.name for folder in folders for file in folder.glob(f"*/{THEME_FILE}")}
        return tuple(sorted(filter(_NAME.fullmatch, found), key=lambda name: (name != FEDERATION, name)))

    def search_path(self, name: str, slug: str = "") -> tuple[Path, ...]:
        """Give where the templates of a theme are looked for: what is the newsletter's own first, what all share last."""
        # What is no name leads nowhere: somebody typed it, and no theme has it.
        theme = [Path("themes", name)] if _NAME.fullmatch(name) else []
        folders = [*(self.shared / one for one in theme), self.shared]
        if self.own is not None:
            folders = [*([self.own / slug] if slug else []), *(self.own / one for one in theme), *folders]
        return tuple(folder for folder in folders if folder.is_dir())

    def read(self, name: str, slug: str = "", changes: Mapping[str, str] = MappingProxyType({})) -> Theme:
        """Read a theme as a newsletter wears it.

        Raises:
            BadValue: there is no such theme, or its tokens cannot be used; the reason names the token or the pair of colours.

        """
        return read_theme(name, self._document(name, slug), changes)

    def draft(self, name: str, slug: str = "", changes: Mapping[str, str] = MappingProxyType({})) -> Theme:
        """Read a theme as `read` does, also one whose colours cannot be told apart: for whoever is choosing them.

        Raises:
            BadValue: there is no such theme, or a token cannot be used; the reason names it.

        """
        return draft_theme(name, self._document(name, slug), changes)

    def _document(self, name: str, slug: str) -> dict[str, Any]:
        if name not in self.names():
            raise BadValue(
                say("theme"),
                name,
                say("there is none of this name; there are %(value)s", value=", ".join(self.names()) or "none"),
            )
        # From the general to the particular; a file nearer to the newsletter changes what it names and nothing else.
        files = [folder / THEME_FILE for folder in self.search_path(name, slug)[::-1]]
        document: dict[str, Any] = {}
        for file in files:
            if file.is_file():
                _lay_over(document, _toml(name, file))
        return document

    def place_of(self, name: str, slug: str, key: str) -> Line:
        """Give where a token of a theme is said, in the file nearest to the newsletter; line 0 where none says it."""
        folders = self.search_path(name, slug)
        for folder in folders:
            file = folder / THEME_FILE
            if file.is_file() and (line := _line_of(file, key)):
                return line
        return Line(f"themes/{name}/{THEME_FILE}", 0, 0)

    def stamp(self, name: str, slug: str = "") -> tuple[int, ...]:
        """Give what changes when somebody edits a file of tokens."""
        files = (folder / THEME_FILE for folder in self.search_path(name, slug))
        return tuple(file.stat().st_mtime_ns for file in files if file.is_file())


def _line_of(file: Path, key: str) -> Line | None:
    group = ""
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if head := _GROUP.match(line):
            group = head[1]
        elif (found := _KEY.match(line)) and _spelled(".".join(filter(None, (group, found[1])))) == _spelled(key):
            above = "themes/" if file.parent.parent.name == "themes" else ""
            return Line(f"{above}{file.parent.name}/{THEME_FILE}", number, found.start(1) + 1)
    return None


def _spelled(key: str) -> str:
    key = key.strip().lower().replace("_", "-")
    return key if "." in key else f"light.{key}"


def _toml(name: str, file: Path) -> Mapping[str, Any]:
    try:
        data = file.read_bytes()
        if len(data) > LARGEST_FILE:
            raise BadValue(say("theme"), name, say("%(name)s is too large to be one", name=file.name))
        return tomllib.loads(data.decode())
    # RecursionError: brackets within brackets by the thousand.
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadValue(say("theme"), name, say("%(name)s cannot be read: %(error)s", name=file.name, error=error)) from error


def _lay_over(document: dict[str, Any], other: Mapping[str, Any]) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(document.get(key), dict):
            document[key] = {**document[key], **value}
        else:
            document[key] = value
