"""What the documentation states is tried: links, commands, settings, targets and scripts in it exist."""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

import click
import pytest

from newsletter.cli.__main__ import newsletter
from newsletter.settingbook import SETTINGS
from tests.harness import documented

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# The reference is made from the code and shows usages, not calls.
TELLING_PAGES = [page for page in PAGES if page.parent.name != "reference"]

# What else is typed than our own command (tests/journeys/test_documented_commands.py runs that), and why no test types it.
OTHERS: Mapping[str, str] = MappingProxyType(
    {
        "make": "test_targets_and_scripts_are_there; CI runs env, demo-once, check and test",
        "scripts/": "test_targets_and_scripts_are_there",
        "docker": "needs a daemon; tests/house/test_compose_config.py lets Docker Compose read what it would start",
        "git": "asks the repository that somebody came from",
        "python3 -m venv": "of Python",
        "pip": "asks a registry; tests/newsletter/demo/test_script.py installs the wheel with it, beside what is locked",
        "systemctl": "needs root; tests/house/test_compose_file.py holds what it reads",
        "journalctl": "of systemd",
        "useradd": "needs root",
        "install": "needs root",
        "editor": "of Debian",
        "cp": "of the system",
        "sqlite3": "of SQLite",
        "pg_dump": "of PostgreSQL",
        "createdb": "of PostgreSQL",
        "list_members": "of Mailman 2",
        "mailman": "of Mailman 3",
        "export": "of the shell",
        ".": "of the shell",
    }
)
_IMPORT = re.compile(r"^ *from ([\w.]+) import ([\w, ]+)$", re.MULTILINE)
_MODULE = re.compile(r"python -m ([\w.]+)")

_TEST = re.compile(r"^ *(?:async )?def (test_\w+)\(", re.MULTILINE)
TESTS = frozenset(name for file in (ROOT / "tests").rglob("test_*.py") for name in _TEST.findall(file.read_text()))

_LINK = re.compile(r"\]\(([^)\s]+)\)")


def page_id(path: Path) -> str:
    """Name a page in a test's id."""
    return str(path.relative_to(ROOT))


def understood(words: list[str]) -> None:
    """Let the command line read a call; it raises on what it does not know."""
    command: click.Command = newsletter
    context = newsletter.make_context("newsletter", list(words), resilient_parsing=True)
    while isinstance(command, click.Group):
        name, words = words[0], words[1:]
        found = command.get_command(context, name)
        assert found is not None, f"there is no command {name}"
        command = found
    command.make_context(command.name, list(words))


def knows(module: str, line: str) -> bool:
    """Whether a module is there, and it or what lies beside it has every option that it is given."""
    found = find_spec(module)
    if found is None or found.origin is None:
        return False
    own = Path(found.origin)
    text = own.read_text()
    imports = _IMPORT.findall(text)
    names = {name for module_, brought in imports for name in (module_.rpartition(".")[2], *brought.split(", "))}
    text += "".join(path.read_text() for name in names if (path := own.with_name(f"{name}.py")).exists())
    return all(f'"{option}' in text for option in re.findall(r" (--(?!no-)[a-z-]+)", line))


def compared(page: Path) -> list[list[str]]:
    """Give the rows of the table that compares tools, the tools first, without numbers of issues."""
    rows = [
        line.strip("|").split("|")
        for line in page.read_text().partition("\n| | newsletter ")[2].partition("\n\n")[0].splitlines()
    ]
    head = ["", "newsletter", *rows[0]]
    return [[re.sub(r" \(#\d+\)", "", cell).strip() for cell in row] for row in (head, *rows[2:])]


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link and picture is there."""
    targets = [link.partition("#")[0] for link in _LINK.findall(page.read_text()) if not re.match(r"\w+:|#", link)]

    assert [] == [target for target in targets if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", TELLING_PAGES, ids=page_id)
def test_commands_are_understood(page: Path) -> None:
    """Every call of `newsletter` that stands alone in a block has a command, options and arguments there are."""
    for command in documented.shown_in(page_id(page), page.read_text()).commands:
        understood(documented.words_of(command))


@pytest.mark.parametrize("page", TELLING_PAGES, ids=page_id)
def test_what_is_typed_is_a_command(page: Path) -> None:
    """A block without a language is for a shell: each line of it is a command that is tried, or of a program named above."""
    others = documented.shown_in(page_id(page), page.read_text()).others
    modules = [(name, line) for line in others for name in _MODULE.findall(line)]
    rest = [line for line in others if not _MODULE.search(line)]

    assert [] == [line for name, line in modules if not knows(name, line)]
    assert [] == [line for line in rest if not any(line.startswith(name) or f"/bin/{name} " in line for name in OTHERS)]


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_settings_are_known(page: Path) -> None:
    """No page names a setting that nothing reads."""
    known = {setting.name for setting in SETTINGS}

    assert set() == set(re.findall(r"NEWSLETTER_[A-Z_]*[A-Z]", page.read_text())) - known


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_targets_and_scripts_are_there(page: Path) -> None:
    """Whoever copies a line gets what it promises."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = page.read_text()

    assert set() == set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) - targets
    assert [] == [path for path in re.findall(r"\bscripts/[a-z]+(?:\.py)?", text) if not (ROOT / path).exists()]


@pytest.mark.parametrize("page", [page for page in PAGES if "test_" in page.read_text()], ids=page_id)
def test_tests_are_called_what_pages_call_them(page: Path) -> None:
    """Whoever is told which test shows a thing finds it; an ellipsis stands for the rest of a name, or for several."""
    text = page.read_text()
    named = set(re.findall(r"`(test_\w+)(…?)`", text))
    lost = [name for name, rest in named if not any(known.startswith(name) if rest else known == name for known in TESTS)]

    assert [] == lost
    assert [] == [path for path in re.findall(r"\btests/[\w/]+\.py", text) if not (ROOT / path).exists()]


def test_every_page_is_reached_from_the_index() -> None:
    """A page nobody links to is not read."""
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link).resolve() for link in _LINK.findall(index.read_text())}

    unreached = [
        page for page in PAGES if page.parent != ROOT and page not in linked and page.parent not in linked and page != index
    ]

    assert [] == [page_id(page) for page in unreached]


def test_short_comparison_says_what_the_whole_one_says() -> None:
    """The table in the README has no row that the whole one lacks, and no other word in a cell."""
    short, whole = (
        [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
        for rows in (compared(ROOT / "README.md"), compared(ROOT / "docs" / "explanation" / "comparison.md"))
    )
    known = {row[""]: row for row in whole}

    assert short
    assert short == [{tool: known.get(row[""], {}).get(tool, "not there") for tool in row} for row in short]


def test_every_decision_has_a_number_of_its_own() -> None:
    """Two that were made at once may have taken the same; a title begins with the number of its file."""
    files = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    numbers = [file.name[:4] for file in files]

    assert sorted(set(numbers)) == numbers
    assert [f"# {int(number)}." for number in numbers] == [" ".join(file.read_text().split()[:2]) for file in files]
