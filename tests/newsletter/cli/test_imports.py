"""`newsletter imports` and `newsletter subscribers undo-import`."""

from pathlib import Path

import pytest

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal


@pytest.fixture
def import_id(terminal: Terminal, tmp_path: Path) -> str:
    """Give the import of two people and a row that is none."""
    terminal.ok("lists", "create", "readers")
    path = tmp_path / "people.csv"
    path.write_text("email,name\nann@example.org,Ann\nnonsense,\nbob@example.org,Bob\n")
    return str(terminal.ok("subscribers", "import", "readers", str(path), "--basis", "On paper, 2019", "--confirmed")["id"])


def test_imports_are_shown_with_their_figures(terminal: Terminal, import_id: str) -> None:
    """In a row, and one by one with the basis."""
    [listed] = terminal.ok("imports", "list")["imports"]
    told = terminal("imports", "show", import_id)

    assert ("people.csv", "readers", 3, 2, 1) == tuple(listed[name] for name in ("file", "list", "rows", "added", "refused"))
    assert listed == terminal.ok("imports", "show", import_id)
    assert "On paper, 2019" in told.out


def test_undoing_takes_everybody_back(terminal: Terminal, import_id: str) -> None:
    """And says what it did."""
    told = terminal("subscribers", "undo-import", import_id, "--yes")

    assert f"Import {import_id} is undone: 2 people taken off the list, 2 of them forgotten" in told.out
    assert [] == terminal.ok("subscribers", "export", "readers")["people"]
    assert "undone" == terminal.ok("imports", "show", import_id)["state"]


def test_no_such_import_is_not_found(terminal: Terminal, import_id: str) -> None:
    """By either command."""
    assert [Exit.NOT_FOUND] * 2 == [
        terminal(*words, "777").code for words in (("imports", "show"), ("subscribers", "undo-import"))
    ]


def test_asking_is_begun_and_stopped(terminal: Terminal, import_id: str, tmp_path: Path) -> None:
    """By a command, or with the import itself; not for those who have consented."""
    path = tmp_path / "more.csv"
    path.write_text("email\ncy@example.org\ndi@example.org\n")
    options = ("--basis", "On paper", "--ask-to-confirm", "60")
    taken = terminal.ok("subscribers", "import", "readers", str(path), *options)["id"]

    assert 2 == terminal.ok("imports", "ask", str(taken), "--per-hour", "30")["waiting"]
    assert "2 people of import" in terminal("imports", "ask", str(taken), "--stop").out
    assert 0 == terminal.ok("imports", "ask", import_id, "--per-hour", "30")["waiting"]
    assert Exit.USAGE == terminal("imports", "ask", str(taken)).code
    assert Exit.USAGE == terminal("subscribers", "import", "readers", str(path), *options, "--confirmed").code
