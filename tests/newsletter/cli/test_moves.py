"""Another address, as somebody on the telephone tells it."""

from sqlalchemy import select

from newsletter.cli.exits import Exit
from newsletter.database import Database
from newsletter.tables.mail import delivery
from tests.harness.terminal import Terminal

ANN, NEW = "ann@example.org", "ann@example.net"
BASIS = ("--confirmed", "--basis", "Told us at the congress")


def mailed_to(url: str) -> list[str]:
    """Give whom mails are planned for."""
    database = Database(url)
    with database.read() as tx:
        planned = list(tx.execute(select(delivery.c.email).order_by(delivery.c.id)).scalars())
    database.close()
    return planned


def test_new_address_is_asked_and_nothing_is_changed(terminal: Terminal, paper: str, sqlite_url: str) -> None:
    """In any spelling; asked again at once, it is left alone."""
    terminal.ok("subscribers", "add", ANN, *BASIS)
    asked = terminal.ok("subscribers", "move", ANN.upper(), NEW)
    again = terminal("subscribers", "move", ANN, NEW)

    assert {"email": ANN, "new": NEW, "asked": True} == asked
    assert [NEW] == mailed_to(sqlite_url)
    assert "is not asked" in again.out
    assert ANN == terminal.ok("subscribers", "show", ANN)["subscriber"]["address"]["text"]


def test_address_that_must_not_be_written_to_is_not_asked(terminal: Terminal, paper: str, sqlite_url: str) -> None:
    """Nor is their own."""
    terminal.ok("subscribers", "add", ANN, *BASIS)
    terminal.ok("suppressions", "add", NEW, "--reason", "complained")

    assert [False, False] == [terminal.ok("subscribers", "move", ANN, new)["asked"] for new in (NEW, ANN)]
    assert [] == mailed_to(sqlite_url)


def test_nobody_is_asked_for_nobody(terminal: Terminal) -> None:
    """And without a newsletter there is nobody in whose name to ask."""
    terminal.ok("lists", "create", "board")
    terminal.ok("subscribers", "add", ANN, *BASIS)

    assert Exit.NOT_FOUND == terminal("subscribers", "move", "bob@example.org", NEW).code
    assert Exit.REFUSED == terminal("subscribers", "move", ANN, NEW).code
    assert Exit.REFUSED == terminal("subscribers", "move", ANN, "no address").code
