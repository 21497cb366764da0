"""The commands that the documentation shows, and an instance on which they can be run as they stand.

for page in pages():
    for command in page.commands:
        stage.run(command).code
"""

import contextlib
import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from newsletter.clock import MovableClock
from tests.conftest import SECRET
from tests.harness.terminal import Terminal, Told

ROOT = Path(__file__).parents[2]

# When the pages play: the month they write about is over soon, and what is asked for in them lies ahead.
NOW = datetime(2020, 1, 20, 10, 0, tzinfo=UTC)

PROGRAM = "newsletter "
# How pages say it where the command stands somewhere else.
_LONGER = re.compile(r"(?:\S*/bin/|docker compose exec (?:-T )?\w+ )newsletter ")

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<body>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
# Languages of blocks that are typed into a shell.
_TYPED = frozenset({"", "sh", "console"})
# What becomes of an answer behind the command is the shell's.
_UNTIL = re.compile(r" [|>] ")
# What stands right above a block that is a file.
_FILE = re.compile(r"a file `([\w.]+)`:\s*\Z")
# The usage that stands above each example of the reference is none.
REFERENCE = "docs/reference/cli.md"


@dataclass(frozen=True, slots=True)
class Shown:
    """A page, and the lines of it that are to be typed."""

    name: str
    lines: tuple[str, ...]

    @property
    def commands(self) -> tuple[str, ...]:
        """Those that call the product, in the words of somebody who has it on the path."""
        return tuple(called for line in self.lines if (called := _called(line)))

    @property
    def others(self) -> tuple[str, ...]:
        """Those that call something else."""
        return tuple(line for line in self.lines if not _called(line))


def shown_in(name: str, text: str) -> Shown:
    """Read a page: the lines of all blocks that are typed into a shell, continued ones joined, without what is only said."""
    bodies = [match["body"].replace("\\\n", " ") for match in _FENCE.finditer(text) if match["language"] in _TYPED]
    if name == REFERENCE:
        bodies = bodies[1::2]
    lines = [" ".join(line.strip().removeprefix("$ ").split()) for body in bodies for line in body.splitlines()]
    return Shown(name, tuple(line for line in lines if line and not line.startswith("#")))


@dataclass(frozen=True, slots=True)
class Step:
    """Lines that are typed one after the other, what is written into files before, and what the page shows is said then."""

    lines: tuple[str, ...]
    files: Mapping[str, str]
    shown: tuple[str, ...]


def steps_in(text: str) -> tuple[Step, ...]:
    """Read a page that is followed from its beginning to its end: what stands in a block of text is said, or is a file."""
    steps, files = list[Step](), dict[str, str]()
    for match in _FENCE.finditer(text):
        named = _FILE.search(text[: match.start()])
        if match["language"] in _TYPED:
            steps.append(Step(shown_in("", match[0]).lines, files, ()))
            files = {}
        elif named is not None:
            files[named[1]] = match["body"]
        else:
            steps[-1] = replace(steps[-1], shown=(*steps[-1].shown, *match["body"].splitlines()))
    return tuple(steps)


def pages() -> tuple[Shown, ...]:
    """Give every page with something to be typed, in order."""
    files = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
    shown = [shown_in(file.relative_to(ROOT).as_posix(), file.read_text()) for file in files]
    return tuple(page for page in shown if page.lines)


def words_of(command: str) -> list[str]:
    """Give the words behind the name of the program, as a shell hands them to it."""
    return shlex.split(_UNTIL.split(command)[0].partition(" < ")[0], comments=True)[1:]


def _called(line: str) -> str:
    called = _LONGER.sub(PROGRAM, line, count=1) if _LONGER.match(line) else line
    return called if called.startswith(PROGRAM) else ""


@dataclass(frozen=True, slots=True)
class Stage:
    """An instance whose people, issues and files are those that the pages speak of, in a folder of its own."""

    folder: Path
    settings: Mapping[str, str]
    clock: MovableClock

    @property
    def database_url(self) -> str:
        """Where its database is."""
        return f"sqlite:///{self.folder / 'newsletter.db'}"

    def run(self, command: str, words: Mapping[str, str] = MappingProxyType({})) -> Told:
        """Run a command as it stands, but for *words* that are called otherwise here; what a pipe would do is left out."""
        source = _UNTIL.split(command)[0].partition(" < ")[2]
        given = [words.get(word, word) for word in words_of(command)]
        own = {"NEWSLETTER_DATA_DIR": str(self.folder), "NEWSLETTER_DATABASE_URL": self.database_url}
        terminal = Terminal({"NEWSLETTER_SECRET_KEY": SECRET, **self.settings, **own}, self.clock)
        with contextlib.chdir(self.folder):
            return terminal(*given, stdin=Path(source.strip()).read_bytes() if source else b"")

    def did(self, command: str) -> Told:
        """Run a command, without the name of the program, that must succeed."""
        told = self.run(f"{PROGRAM}{command}")
        assert 0 == told.code, f"{command}: {told.err}"
        return told

    def copied(self, folder: Path) -> "Stage":
        """Give the same anew, as it is now, in another folder."""
        shutil.copytree(self.folder, folder)
        return replace(self, folder=folder, clock=MovableClock(self.clock()))
