"""`newsletter staff`: who may do what, and that it is asked."""

import pytest

from newsletter.cli.exits import Exit
from newsletter.database import Database
from newsletter.staff import audit
from tests.harness.terminal import Terminal


def test_staff_is_added_and_listed(terminal: Terminal) -> None:
    """With the role that was given."""
    terminal.ok("staff", "add", "Ann", "--role", "editor")

    assert [{"name": "Ann", "role": "editor", "address": ""}] == terminal.ok("staff", "list")["staff"]
    assert "Ann" in terminal("staff", "list").out


def test_staff_is_told_at_an_address(terminal: Terminal) -> None:
    """Said at once or later, taken back, and refused where nothing can be mailed."""
    terminal.ok("staff", "add", "Ann", "--role", "editor", "--address", "ann@example.org")
    terminal.ok("staff", "add", "Bob", "--role", "editor")

    assert "bob@example.org" == terminal.ok("staff", "edit", "bob", "--address", "bob@example.org")["address"]
    assert not terminal.ok("staff", "edit", "Ann", "--address", "")["address"]
    assert Exit.REFUSED == terminal("staff", "edit", "Bob", "--address", "bob at home").code
    assert ["", "bob@example.org"] == [one["address"] for one in terminal.ok("staff", "list")["staff"]]


def test_taken_name_is_refused(terminal: Terminal) -> None:
    """In any letter case."""
    terminal.ok("staff", "add", "Ann", "--role", "editor")
    told = terminal("staff", "add", "ANN", "--role", "admin")

    assert (Exit.REFUSED, "Error: There is an account ANN already.\n") == (told.code, told.err)


@pytest.mark.parametrize("role", ["viewer", "editor", "publisher"])
def test_only_an_admin_adds_staff(terminal: Terminal, role: str) -> None:
    """Nobody makes themselves an admin."""
    terminal.ok("staff", "add", "Ann", "--role", role)

    assert Exit.REFUSED == terminal("--as", "Ann", "staff", "add", "Bob", "--role", "admin").code


def test_what_was_done_is_recorded_with_its_author(terminal: Terminal, sqlite_url: str) -> None:
    """By name, or as the local operator."""
    terminal.ok("staff", "add", "Ann", "--role", "admin")
    terminal.ok("lists", "create", "readers", "--as", "ann")
    database = Database(sqlite_url)
    with database.read() as tx:
        acts = [(entry.actor, entry.act, entry.subject) for entry in audit.recent(tx)]
    database.close()

    assert [("Ann", "list.create", "list readers"), ("local operator", "staff.add", "account Ann")] == acts
