"""`newsletter subscribers`: people, one by one."""

import pytest

from newsletter.cli.exits import Exit
from newsletter.database import Database
from newsletter.mail import mailings
from tests.harness.tampering import tamper
from tests.harness.terminal import Terminal

ANN = "ann@example.org"
BASIS = ("--confirmed", "--basis", "Told us at the congress")


def states(terminal: Terminal, address: str = ANN) -> list[str]:
    """Give how a person stands to each list."""
    return [one["state"] for one in terminal.ok("subscribers", "show", address)["subscriptions"]]


def waiting(url: str) -> int:
    """Count the mails that wait."""
    database = Database(url)
    with database.read() as tx:
        count = mailings.waiting(tx)
    database.close()
    return count


def test_person_is_asked_by_mail_before_anything_else(terminal: Terminal, paper: str, sqlite_url: str) -> None:
    """Nobody is on a list because somebody typed their address."""
    added = terminal.ok("subscribers", "add", ANN, "--name", "Ann Other")

    assert {"email": ANN, "list": "readers", "outcome": "asked"} == added
    assert ["requested"] == states(terminal)
    assert 1 == waiting(sqlite_url)


def test_asking_twice_is_too_soon(terminal: Terminal, paper: str, sqlite_url: str) -> None:
    """A second mail within the quarter of an hour is not planned."""
    terminal.ok("subscribers", "add", ANN)

    assert "too_soon" == terminal.ok("subscribers", "add", ANN)["outcome"]
    assert 1 == waiting(sqlite_url)


def test_confirmed_person_is_added_with_the_basis(terminal: Terminal, paper: str) -> None:
    """The words are kept as evidence."""
    assert "added" == terminal.ok("subscribers", "add", ANN, *BASIS)["outcome"]
    assert "there" == terminal.ok("subscribers", "add", ANN.upper(), *BASIS)["outcome"]
    assert ["Told us at the congress"] == [
        one["evidence"]["wording"] for one in terminal.ok("subscribers", "show", ANN)["consent"]
    ]
    assert "Told us at the congress" in terminal("subscribers", "show", ANN).out


def test_confirmed_without_a_basis_is_refused(terminal: Terminal, paper: str) -> None:
    """Consent that nobody can prove is none; whoever forgot the option is told its name."""
    forgotten = terminal("subscribers", "add", ANN, "--confirmed")

    assert Exit.USAGE == forgotten.code
    assert "--basis" in forgotten.err
    assert Exit.REFUSED == terminal("subscribers", "add", ANN, "--confirmed", "--basis", " ").code


def test_list_must_be_said_when_there_are_several(terminal: Terminal, paper: str) -> None:
    """Nothing is guessed."""
    terminal.ok("lists", "create", "board")
    told = terminal("subscribers", "add", ANN)

    assert Exit.USAGE == told.code
    assert "There are readers, board." in told.err
    assert "added" == terminal.ok("subscribers", "add", ANN, "--list", "board", *BASIS)["outcome"]


def test_nobody_can_be_asked_without_a_newsletter(terminal: Terminal) -> None:
    """A confirmation needs a sender."""
    terminal.ok("lists", "create", "board")
    told = terminal("subscribers", "add", ANN)

    assert Exit.REFUSED == told.code
    assert "no newsletter goes to it" in told.err


@pytest.mark.parametrize(
    "address", ["", "ann", "ann@", "@example.org", "ann@example.org, bob@example.org", "ann@exa mple.org", "a\nb@example.org"]
)
def test_what_is_no_address_is_refused(terminal: Terminal, paper: str, address: str) -> None:
    """With a reason."""
    told = terminal("subscribers", "add", address, *BASIS)

    assert Exit.REFUSED == told.code
    assert "is not an address we can write to" in told.err


def test_person_is_edited(terminal: Terminal, paper: str) -> None:
    """Only what is given changes, and no name breaks a header."""
    terminal.ok("subscribers", "add", ANN, "--name", "Ann", *BASIS)
    edited = terminal.ok("subscribers", "edit", ANN, "--name", "Ann\r\nBcc: all@example.org")

    assert {"email": ANN, "name": "Ann Bcc: all@example.org", "language": "", "attributes": {}} == edited
    assert Exit.USAGE == terminal("subscribers", "edit", ANN).code


def test_unsubscribed_person_stays_out(terminal: Terminal, paper: str) -> None:
    """Of this list and of those to come; adding them again is refused in words."""
    terminal.ok("subscribers", "add", ANN, *BASIS)

    assert 1 == terminal.ok("subscribers", "unsubscribe", ANN)["left"]
    assert 0 == terminal.ok("subscribers", "unsubscribe", ANN)["left"]
    assert ["withdrawn"] == states(terminal)
    assert "kept out of" in terminal("subscribers", "show", ANN).out
    assert "suppressed" == terminal.ok("subscribers", "add", ANN, *BASIS)["outcome"]


def test_person_may_leave_one_list_of_two(terminal: Terminal, paper: str) -> None:
    """And stays on the other."""
    terminal.ok("lists", "create", "board")
    for name in ("readers", "board"):
        terminal.ok("subscribers", "add", ANN, "--list", name, *BASIS)
    terminal.ok("subscribers", "unsubscribe", ANN, "--list", "board")

    assert ["confirmed", "withdrawn"] == states(terminal)


def test_erased_person_is_unknown_and_cannot_be_imported(terminal: Terminal, paper: str) -> None:
    """Only a hash remembers that they said no."""
    terminal.ok("subscribers", "add", ANN, *BASIS)
    terminal.ok("subscribers", "erase", ANN)
    report = terminal.ok(
        "subscribers", "import", "readers", "-", "--basis", "Old list", "--confirmed", stdin=b"email\nANN@example.org\n"
    )

    assert Exit.NOT_FOUND == terminal("subscribers", "show", ANN).code
    assert (0, 1) == (report["added"], report["said_no"])


def test_editor_may_not_see_people(terminal: Terminal, paper: str) -> None:
    """Addresses are for those who manage people."""
    terminal.ok("staff", "add", "ed", "--role", "editor")
    terminal.ok("subscribers", "add", ANN, *BASIS)
    commands = [("show", ANN), ("export", "readers"), ("erase", ANN), ("unsubscribe", ANN), ("edit", ANN, "--name", "x")]

    assert {Exit.REFUSED} == {terminal("--as", "ed", "subscribers", *command).code for command in commands}


def test_evidence_that_was_changed_is_shown_with_a_warning(terminal: Terminal, paper: str, sqlite_url: str) -> None:
    """To a person in sentences and to a program as a list; they can be erased all the same."""
    terminal.ok("subscribers", "add", ANN, *BASIS)
    assert [] == terminal.ok("subscribers", "show", ANN)["evidence_does_not_fit"]
    database = Database(sqlite_url)
    with database.write() as tx:
        tamper(tx, 1, act="blessed", door="window")
    database.close()

    assert "is not what was recorded" in terminal.ok("subscribers", "show", ANN)["evidence_does_not_fit"][0]
    assert "The evidence does not hold together" in terminal("subscribers", "show", ANN).out
    assert terminal.ok("privacy", "export", ANN)["evidence_does_not_fit"]
    assert Exit.UNSOUND == terminal("consent", "show", ANN).code
    assert Exit.DONE == terminal("subscribers", "erase", ANN, "--yes").code
