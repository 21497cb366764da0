"""`newsletter attributes`, and what a person answers to them."""

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal

ANN = "ann@example.org"
LIBRARY = ("library", "--kind", "choice", "--choice", "Public", "--choice", "School", "--label", "Your library")


def test_attribute_is_defined_answered_and_counted(terminal: Terminal, paper: str) -> None:
    """From the definition to what is handed out about a person."""
    terminal.ok("attributes", "define", *LIBRARY)
    terminal.ok("subscribers", "add", ANN)
    edited = terminal.ok("subscribers", "edit", ANN, "--set", "library=school")

    assert {"library": "School"} == edited["attributes"]
    assert {"library": "School"} == terminal.ok("subscribers", "show", ANN)["attributes"]
    assert "School" in terminal("subscribers", "show", ANN).out
    assert [
        {"key": "library", "label": "Your library", "kind": "choice", "choices": ["Public", "School"], "people": 1}
    ] == terminal.ok("attributes", "list")["attributes"]
    assert {} == terminal.ok("subscribers", "edit", ANN, "--set", "library=")["attributes"]


def test_wrong_answer_is_told_and_nothing_written(terminal: Terminal, paper: str) -> None:
    """Neither the name that came with it."""
    terminal.ok("attributes", "define", *LIBRARY)
    terminal.ok("subscribers", "add", ANN, "--name", "Ann")
    told = terminal("subscribers", "edit", ANN, "--name", "Bob", "--set", "library=Museum")

    assert (Exit.REFUSED, "Error: library: 'Museum' is none of Public, School.\n") == (told.code, told.err)
    assert "Ann" == terminal.ok("subscribers", "show", ANN)["subscriber"]["name"]
    assert Exit.NOT_FOUND == terminal("subscribers", "edit", ANN, "--set", "shoe=44").code
    assert Exit.USAGE == terminal("subscribers", "edit", ANN, "--set", "library").code


def test_attribute_is_edited_and_removed(terminal: Terminal, paper: str) -> None:
    """On a terminal the number of answers is named before they are forgotten."""
    terminal.ok("attributes", "define", *LIBRARY)
    terminal.ok("subscribers", "add", ANN)
    terminal.ok("subscribers", "edit", ANN, "--set", "library=Public")
    terminal.ok("attributes", "edit", "library", "--label", "Library", "--add-choice", "Museum", "--remove-choice", "School")
    refused = terminal("attributes", "remove", "library", stdin=b"n\n", is_terminal=True)

    assert ["Public", "Museum"] == terminal.ok("attributes", "list")["attributes"][0]["choices"]
    assert "what 1 person answered" in refused.err
    assert {"removed": "library", "answers": 1} == terminal.ok("attributes", "remove", "library", "--yes")
    assert "No attributes are defined.\n" == terminal("attributes", "list").out
    assert Exit.USAGE == terminal("attributes", "edit", "library").code
