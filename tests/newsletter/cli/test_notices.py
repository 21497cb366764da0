"""`newsletter notices`."""

from pathlib import Path

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal


def test_a_notice_is_shown_changed_and_set_back(terminal: Terminal, paper: str, tmp_path: Path) -> None:
    """In one language; the others speak as before."""
    path = tmp_path / "welcome.txt"
    path.write_text("Good to have you.\n\nWe write on first Mondays.")
    before = terminal.ok("notices", "show", "readers", "welcome")
    said = ("--subject", "Hello from {newsletter}", "--text", str(path))
    edited = terminal.ok("notices", "edit", "readers", "welcome", "--language", "en", *said)
    after = terminal.ok("notices", "show", "readers", "welcome")

    assert "Welcome to Section News" == before["subject"]
    assert "Hello from {newsletter}" == edited["subject"]
    assert "Hello from Section News" == after["subject"]
    assert "We write on first Mondays." in after["text"]
    assert "thank you for subscribing" not in after["text"]
    assert before["text"] != terminal.ok("notices", "show", "readers", "welcome", "--language", "fr")["text"]

    terminal.ok("notices", "reset", "readers", "welcome", "--language", "en")
    assert before == terminal.ok("notices", "show", "readers", "welcome")


def test_only_what_was_given_is_changed(terminal: Terminal, paper: str) -> None:
    """An empty part speaks as the templates do again."""
    terminal.ok("notices", "edit", "readers", "goodbye", "--language", "en", "--subject", "Farewell", "--heading", "Goodbye")
    terminal.ok("notices", "edit", "readers", "goodbye", "--language", "en", "--subject", "")

    own = terminal.ok("notices", "show", "readers", "goodbye")["own"]
    assert {"subject": "", "heading": "Goodbye", "text": ""} == own


def test_mistakes_are_refused(terminal: Terminal, paper: str) -> None:
    """With what there is instead; nothing is changed."""
    told = terminal("notices", "edit", "readers", "welcome", "--language", "en", "--heading", "Dear {name}")

    assert Exit.REFUSED == told.code
    assert "{newsletter} {list} {days}" in told.err
    assert Exit.USAGE == terminal("notices", "edit", "readers", "welcome", "--language", "en").code
    assert Exit.USAGE == terminal("notices", "edit", "readers", "link", "--language", "en", "--heading", "x").code
    assert Exit.NOT_FOUND == terminal("notices", "show", "nothing", "welcome").code
    terminal.ok("lists", "create", "unused")
    assert Exit.REFUSED == terminal("notices", "show", "unused", "welcome").code
