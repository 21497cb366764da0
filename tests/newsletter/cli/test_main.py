"""The command as a whole: exit codes, errors as sentences, help on everything."""

from collections.abc import Iterator
from datetime import datetime

import click
import pytest

from newsletter.cli.__main__ import newsletter
from newsletter.cli.exits import Exit
from tests.harness.reference import subcommands
from tests.harness.terminal import Terminal


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Walk every command with its path."""
    for name, command in subcommands(group).items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = dict(commands(newsletter))
LEAVES = {path: command for path, command in ALL.items() if not isinstance(command, click.Group)}


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_has_help(terminal: Terminal, path: tuple[str, ...]) -> None:
    """Nobody is left with a usage line."""
    told = terminal(*path, "--help")

    assert 0 == told.code
    assert ALL[path].help


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_shows_an_example_and_explains_its_options(path: tuple[str, ...]) -> None:
    """One line to copy, and plain words for every option."""
    command = LEAVES[path]

    assert f"Example: newsletter {' '.join(path)}" in (command.help or "")
    assert [] == [option.name for option in command.params if isinstance(option, click.Option) and not option.help]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["issues", "show"],
        ["issues", "show", "one"],
        ["issues", "show", "0"],
        ["issues", "show", "99999999999999999999"],
        ["issues", "draft", "x"],
        ["issues", "draft", "x", "--month", "2020-01", "--empty", "y"],
        ["staff", "add", "ann", "--role", "king"],
        ["lists", "create", "\udcff"],
        ["subscribers", "import", "readers", "people.csv"],
    ],
)
def test_what_is_not_understood_exits_2(terminal: Terminal, arguments: list[str]) -> None:
    """And says how it is written."""
    told = terminal(*arguments)

    assert Exit.USAGE == told.code
    assert "" == told.out
    assert told.err


def test_error_with_json_ends_stdout_with_one_object(terminal: Terminal) -> None:
    """A script finds the sentence where it looks for the answer."""
    told = terminal("issues", "show", "7", "--json")

    assert Exit.NOT_FOUND == told.code
    assert {"error": "There is no issue 7.", "exit": 4} == told.answer
    assert "Error: There is no issue 7.\n" == told.err


def test_usage_error_with_json_is_an_object_too(terminal: Terminal) -> None:
    """Even what was not understood is answered in the language asked for."""
    told = terminal("issues", "draft", "x", "--json")

    assert Exit.USAGE == told.code
    assert "Say either --month YYYY-MM or --empty TITLE." == told.answer["error"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["newsletters", "show", "nobody"], Exit.NOT_FOUND),
        (["subscribers", "show", "nobody@example.org"], Exit.NOT_FOUND),
        (["subscribers", "show", "no address"], Exit.REFUSED),
        (["subscribers", "export", "nobody"], Exit.NOT_FOUND),
        (["--as", "nobody", "lists", "list"], Exit.NOT_FOUND),
        (["issues", "letter", "7", "Letter", "/no/such/file", "--by", "Ann"], Exit.REFUSED),
        (["newsletters", "plan", "x", "/dev/null"], Exit.REFUSED),
    ],
)
def test_errors_have_their_codes(terminal: Terminal, arguments: list[str], code: Exit) -> None:
    """One sentence on stderr, nothing on stdout."""
    told = terminal(*arguments)

    assert (code, "") == (told.code, told.out)
    assert told.err.startswith("Error: ")
    assert 1 == told.err.count("\n")


def test_wrong_setting_exits_6(terminal: Terminal) -> None:
    """At start, before anything is opened."""
    told = terminal("lists", "list", NEWSLETTER_TICK_SECONDS="never")

    assert Exit.NOT_READY == told.code
    assert told.err.startswith("Error: NEWSLETTER_TICK_SECONDS: 'never' is no whole number")


def test_unknown_setting_exits_6(terminal: Terminal) -> None:
    """A misspelt variable is told, not ignored."""
    told = terminal("lists", "list", NEWSLETTER_RELAY="smtp://localhost")

    assert Exit.NOT_READY == told.code
    assert "did you mean NEWSLETTER_RELAY_URL" in told.err


def test_database_that_was_not_made_exits_6(terminal: Terminal, tmp_path: object) -> None:
    """And names the command that makes it."""
    told = terminal("lists", "list", NEWSLETTER_DATABASE_URL=f"sqlite:///{tmp_path}/none.db")

    assert Exit.NOT_READY == told.code
    assert "Run `newsletter init` first." in told.err


def test_acting_as_somebody_without_the_permission_is_refused(terminal: Terminal) -> None:
    """Before or after the command, `--as` counts."""
    terminal.ok("staff", "add", "vic", "--role", "viewer")

    assert Exit.REFUSED == terminal("--as", "vic", "lists", "create", "readers").code
    assert Exit.REFUSED == terminal("lists", "create", "readers", "--as", "vic").code
    assert [] == terminal.ok("lists", "list", "--as", "Vic")["lists"]


def test_what_nobody_foresaw_looks_like_a_bug(settings: dict[str, str]) -> None:
    """A traceback, a request to report it, and nobody's address."""

    def broken() -> datetime:
        raise RuntimeError("ann@example.org fell over")

    told = Terminal(settings, broken)("lists", "create", "readers")

    assert Exit.BUG == told.code
    assert "RuntimeError: [address] fell over" in told.err
    assert "please report" in told.err


def test_version_is_told(terminal: Terminal) -> None:
    """As every command does."""
    assert terminal("--version").out.startswith("newsletter ")
