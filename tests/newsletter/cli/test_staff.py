"""`newsletter staff`: who may do what, and that it is asked."""

from contextlib import closing
from datetime import datetime

import pytest

from newsletter.cli.exits import Exit
from newsletter.database import Database
from newsletter.staff import accounts, audit, passkeys
from newsletter.staff.ceremonies import Made
from tests.harness.terminal import Terminal


def test_staff_is_added_and_listed(terminal: Terminal) -> None:
    """With the role that was given."""
    terminal.ok("staff", "add", "Ann", "--role", "editor")

    expected = {"name": "Ann", "role": "editor", "roles": {}, "address": "", "second_factor": False, "passkeys": 0}
    assert [expected] == terminal.ok("staff", "list")["staff"]
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


def test_the_first_administrator_gets_a_link(terminal: Terminal) -> None:
    """On a line of its own, another one each time; without an address there is nothing to sign in with."""
    first = terminal.ok("staff", "add", "Ann", "--role", "admin", "--address", "ann@example.org")["link"]
    second = terminal.ok("staff", "link", "ann")["link"]

    assert str(first).startswith("http://127.0.0.1:8000/desk/link/1-")
    assert first != second
    assert second[:-44].startswith("http://127.0.0.1:8000/desk/link/")
    assert terminal("staff", "link", "ann").out.splitlines()[-1].startswith("http://127.0.0.1:8000/desk/link/3-")
    assert not terminal.ok("staff", "add", "Bob", "--role", "editor")["link"]
    assert Exit.REFUSED == terminal("staff", "link", "Bob").code


def test_a_link_is_mailed_once_somebody_can_send_it(terminal: Terminal, paper: str) -> None:
    """A newsletter lends its name; before there is one, that is said."""
    terminal.ok("staff", "add", "Ann", "--in", f"{paper}=editor", "--address", "ann@example.org", "--mail")

    assert {"Ann": {"1": "editor"}} == {one["name"]: one["roles"] for one in terminal.ok("staff", "list")["staff"]}


def test_roles_are_given_and_taken(terminal: Terminal, paper: str) -> None:
    """On the whole and in one newsletter; nobody their own, and the last administrator stays one."""
    terminal.ok("staff", "add", "Ann", "--role", "admin")
    terminal.ok("staff", "add", "Bob", "--role", "viewer")
    bob = terminal.ok("staff", "role", "Bob", "--role", "none", "--in", f"{paper}=publisher")

    assert (None, {"1": "publisher"}) == (bob["role"], bob["roles"])
    assert Exit.REFUSED == terminal("--as", "Ann", "staff", "role", "Ann", "--role", "viewer").code
    assert "last administrator" in terminal("staff", "role", "Ann", "--role", "viewer").err
    assert "last administrator" in terminal("staff", "remove", "Ann", "--yes").err
    assert {} == terminal.ok("staff", "role", "Bob", "--in", f"{paper}=none")["roles"]
    terminal.ok("staff", "remove", "Bob", "--yes")
    assert ["Ann"] == [one["name"] for one in terminal.ok("staff", "list")["staff"]]


@pytest.mark.parametrize("said", [["--in", "nowhere=editor"], ["--in", "editor"], ["--in", "x=owner"], []])
def test_roles_that_are_none(terminal: Terminal, paper: str, said: list[str]) -> None:
    """Nothing is guessed."""
    assert Exit.DONE != terminal("staff", "add", "Ann", *said).code
    assert [] == terminal.ok("staff", "list")["staff"]


def test_a_lost_second_factor(terminal: Terminal) -> None:
    """Whoever has the machine lets somebody in again."""
    terminal.ok("staff", "add", "Ann", "--role", "admin", "--address", "ann@example.org")

    assert 0 == terminal.ok("staff", "sign-out", "Ann", "--second-factor-off")["ended"]


def test_lost_passkeys(terminal: Terminal, instance_url: str, now: datetime) -> None:
    """Whoever has the machine lets none of them open anything; without being asked to, they stay."""
    terminal.ok("staff", "add", "Ann", "--role", "admin")
    with closing(Database(instance_url)) as database, database.write() as tx:
        passkeys.add(tx, accounts.find(tx, "Ann").id, "Phone", "AAAA", Made("AAAA", "AAAA", 0), now)
    assert 0 == terminal.ok("staff", "sign-out", "Ann")["passkeys_removed"]
    assert [1] == [one["passkeys"] for one in terminal.ok("staff", "list")["staff"]]

    assert "Their passkeys open nothing any more" in terminal("staff", "sign-out", "Ann", "--passkeys-off").out
    assert [0] == [one["passkeys"] for one in terminal.ok("staff", "list")["staff"]]
