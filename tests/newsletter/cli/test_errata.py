"""`newsletter issues erratum` and `errata`."""

import pytest

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal


@pytest.fixture
def issue(terminal: Terminal, paper: str) -> str:
    """Give the id of an issue on its way."""
    terminal.ok("staff", "add", "ann", "--role", "publisher")
    people = b"email\nann@example.net\n"
    terminal.ok("subscribers", "import", "readers", "-", "--basis", "Signed up", "--confirmed", stdin=people)
    made = str(terminal.ok("issues", "draft", paper, "--month", "2020-01")["issue"])
    terminal.ok("issues", "approve", made, "--override", "A test")
    return made


@pytest.mark.both_databases
def test_errata_are_told_after_sending_only(terminal: Terminal, issue: str) -> None:
    """By a name that readers see."""
    assert Exit.REFUSED == terminal("issues", "erratum", issue, "Wrong.", "--by", "Ann").code
    terminal.ok("issues", "send", issue)

    assert "ann" == terminal.ok("issues", "erratum", issue, "On the 14th.", "--as", "ann")["by"]
    assert "The editors" == terminal.ok("issues", "erratum", issue, "-", "--by", "The editors", stdin=b"In Utrecht.")["by"]
    assert Exit.USAGE == terminal("issues", "erratum", issue, "Whose?").code
    assert ["On the 14th.", "In Utrecht."] == [one["text"] for one in terminal.ok("issues", "errata", issue)["errata"]]
    assert "In Utrecht." in terminal("issues", "errata", issue).out
