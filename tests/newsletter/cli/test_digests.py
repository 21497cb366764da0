"""`newsletter digests`."""

from datetime import UTC, datetime

from newsletter.cli.exits import Exit
from newsletter.database import Database
from newsletter.issues.quarters import Quarter
from newsletter.mail import digestbook
from tests.harness.terminal import Terminal

NOW = datetime(2020, 4, 1, 8, 0, tzinfo=UTC)


def test_quarters_are_shown_with_what_became_of_them(terminal: Terminal, paper: str, sqlite_url: str) -> None:
    """Also why one has no digest."""
    bare = terminal("digests", "list", paper).out
    database = Database(sqlite_url)
    with database.write() as tx:
        digestbook.settle(tx, 1, Quarter(2020, 1), NOW, "no issues appeared")
    database.close()
    [shown] = terminal.ok("digests", "list", paper)["digests"]

    assert "Section News has had no digest yet.\n" == bare
    assert ("2020-Q1", "no issues appeared", None) == (shown["quarter"], shown["note"], shown["report"])
    assert "no issues appeared" in terminal("digests", "list", paper).out


def test_quarter_without_a_letter_cannot_be_resumed(terminal: Terminal, paper: str) -> None:
    """Nor given up; and what is no quarter is told how it is written."""
    for act in ("resume", "cancel"):
        assert Exit.NOT_FOUND == terminal("digests", act, paper, "2020-Q1").code
        assert Exit.REFUSED == terminal("digests", act, paper, "spring").code
