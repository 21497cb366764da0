"""`newsletter lists`."""

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal

BASIS = ("--confirmed", "--basis", "Told us")


def test_list_is_made_and_counted(terminal: Terminal) -> None:
    """With the address of its form."""
    told = terminal("lists", "create", "Our readers")

    assert 0 == told.code
    assert "http://127.0.0.1:8000/subscribe/our-readers" in told.out
    [one] = terminal.ok("lists", "list")["lists"]
    assert ("Our readers", "our-readers", True, 0) == (one["name"], one["slug"], one["is_public"], one["people"])


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


def test_list_is_edited_and_shown(terminal: Terminal) -> None:
    """With a sender and a language of its own, and back to the newsletter's."""
    terminal.ok("lists", "create", "readers", "--language", "de", "--from", "Berlin <berlin@example.org>")
    before = terminal.ok("lists", "show", "readers")
    after = terminal.ok("lists", "edit", "readers", "--name", "Leser", "--private", "--language", "", "--from", "")

    assert ("de", "Berlin <berlin@example.org>") == (before["language"], before["from"])
    assert ("Leser", "readers", False, "", "") == tuple(
        after[name] for name in ("name", "slug", "is_public", "language", "from")
    )
    assert "the newsletter's" in terminal("lists", "show", "readers").out
    assert Exit.USAGE == terminal("lists", "edit", "readers").code
    assert Exit.REFUSED == terminal("lists", "edit", "readers", "--language", "x").code


def test_letters_are_from_the_sender_of_the_list(terminal: Terminal, paper: str) -> None:
    """A part of a sender that the list does not have is the newsletter's."""
    terminal.ok("lists", "edit", "readers", "--from", "The Board <board@example.org>")
    whole = terminal.ok("newsletters", "show", paper)["from"]
    terminal.ok("newsletters", "edit", paper, "--reply-to", "answers@example.org")
    terminal.ok("lists", "edit", "readers", "--from", "board@example.org")
    address_only = terminal.ok("newsletters", "show", paper)["from"]
    terminal.ok("lists", "edit", "readers", "--from", "")

    assert "The Board <board@example.org>" == whole
    assert "The Section <board@example.org>" == address_only
    assert "The Section <news@example.org>" == terminal.ok("newsletters", "show", paper)["from"]


def test_archived_list_takes_nobody_and_gets_nothing(terminal: Terminal, paper: str) -> None:
    """Until it is reopened; nothing of it is lost meanwhile."""
    terminal.ok("subscribers", "add", "ann@example.org", *BASIS)
    issue = str(terminal.ok("issues", "draft", paper, "--empty", "Hello")["issue"])
    terminal.ok("issues", "approve", issue, "--override", "It is a test")
    kept = terminal("lists", "archive", "readers", stdin=b"n\n", is_terminal=True)
    terminal.ok("lists", "archive", "readers")
    refused = terminal("issues", "send", issue)

    assert "1 person may be written to" in kept.err
    assert Exit.REFUSED == refused.code
    assert "readers" in refused.err
    assert "archived" in refused.err
    assert Exit.REFUSED == terminal("subscribers", "add", "bob@example.org", *BASIS).code
    assert "archived" in terminal("lists", "list").out
    assert terminal.ok("lists", "reopen", "readers")["archived_at"] is None
    assert 1 == terminal.ok("issues", "send", issue)["audience"]


def test_form_of_a_list_asks_what_it_is_told_to(terminal: Terminal) -> None:
    """Shown with the list, made optional, and dropped."""
    terminal.ok("lists", "create", "readers")
    terminal.ok("attributes", "define", "library")
    asks = terminal.ok("lists", "ask", "readers", "library", "--required")["asks"]
    shown = terminal("lists", "show", "readers").out
    dropped = terminal.ok("lists", "ask", "readers", "library", "--drop")["asks"]

    assert [{"key": "library", "is_required": True}] == asks
    assert "library (required)" in shown
    assert [] == dropped
    assert Exit.NOT_FOUND == terminal("lists", "ask", "readers", "shoe").code
    assert Exit.USAGE == terminal("lists", "ask", "readers", "library", "--drop", "--required").code
