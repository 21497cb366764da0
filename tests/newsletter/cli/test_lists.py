"""`newsletter lists`."""

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal


def test_list_is_made_and_counted(terminal: Terminal) -> None:
    """With the address of its form."""
    told = terminal("lists", "create", "Our readers")

    assert 0 == told.code
    assert "http://127.0.0.1:8000/subscribe/our-readers" in told.out
    assert [{"id": 1, "name": "Our readers", "slug": "our-readers", "is_public": True, "people": 0}] == terminal.ok(
        "lists", "list"
    )["lists"]


def test_private_list_is_told_so(terminal: Terminal) -> None:
    """Without a form on the web, and so without its address."""
    made = terminal("lists", "create", "board", "--private")

    assert "List board is made. It has no form: people come by import and command.\n" == made.out
    assert "private" in terminal("lists", "list").out


def test_name_that_is_taken_is_refused(terminal: Terminal) -> None:
    """In one sentence."""
    terminal.ok("lists", "create", "readers")
    told = terminal("lists", "create", "readers")

    assert (Exit.REFUSED, "Error: There is a mailing list readers already.\n") == (told.code, told.err)


def test_nasty_name_is_cleaned(terminal: Terminal) -> None:
    """And its JSON stays on one line whatever stands in it."""
    told = terminal("lists", "create", "a\u2028b\u202ec", "--json")

    assert 1 == len(told.out.splitlines())
    assert "a b c" == told.answer["name"]


def test_empty_name_is_refused(terminal: Terminal) -> None:
    """A list needs to be called something."""
    assert Exit.REFUSED == terminal("lists", "create", " \u202e ").code
