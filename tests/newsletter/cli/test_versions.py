"""`newsletter issues versions, compare, restore, undo, approvals`, saving over a newer version, and a second person."""

import pytest

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal

CHAIR = "Division Chair letter"


@pytest.fixture
def issue(terminal: Terminal, paper: str) -> str:
    """Give the id of a draft by Ann, whose letter Bo wrote."""
    for name, role in (("ann", "publisher"), ("bo", "publisher"), ("cy", "publisher")):
        terminal.ok("staff", "add", name, "--role", role)
    made = str(terminal.ok("issues", "draft", paper, "--month", "2020-01", "--as", "ann")["issue"])
    terminal.ok("issues", "letter", made, CHAIR, "-", "--by", "Chair", "--as", "bo", stdin=b"We meet on Monday.")
    return made


@pytest.mark.both_databases
def test_versions_are_listed_with_their_authors(terminal: Terminal, issue: str) -> None:
    """The newest first."""
    found = terminal.ok("issues", "versions", issue)["versions"]

    assert [("2", "bo", True), ("1", "ann", False)] == [(one["version"], one["by"], one["is_current"]) for one in found]
    assert f"“{CHAIR}” changed" == found[0]["deed"]
    assert "(as it is now)" in terminal("issues", "versions", issue).out


@pytest.mark.both_databases
def test_versions_are_compared(terminal: Terminal, issue: str) -> None:
    """As text, as data, as HTML; with the issue as it is now where no second one is named."""
    terminal.ok("issues", "letter", issue, CHAIR, "-", "--by", "Chair", stdin=b"We meet on Tuesday.")
    words = terminal("issues", "compare", issue, "2").out

    assert "[-Monday.-] {+Tuesday.+}" in words
    assert words == terminal("issues", "compare", issue, "2", "3").out
    assert not terminal.ok("issues", "compare", issue, "2", "3")["same"]
    assert "<del>Monday.</del> <ins>Tuesday.</ins>" in terminal("issues", "compare", issue, "2", "--html").out
    assert "Both say the same." in terminal("issues", "compare", issue, "3").out
    assert Exit.NOT_FOUND == terminal("issues", "compare", issue, "9").code
    assert Exit.REFUSED == terminal("issues", "compare", issue, "first").code


@pytest.mark.both_databases
def test_a_version_is_restored_and_an_undo_undone(terminal: Terminal, issue: str) -> None:
    """Each is a version."""
    terminal.ok("issues", "edit", issue, "--title", "Another")

    assert "January 2020" == terminal.ok("issues", "restore", issue, "1", "--as", "bo")["title"]
    assert "Another" == terminal.ok("issues", "undo", issue)["title"]
    assert "January 2020" == terminal.ok("issues", "undo", issue)["title"]
    assert "version 1 restored" == terminal.ok("issues", "versions", issue)["versions"][2]["deed"]


@pytest.mark.both_databases
def test_who_saves_over_a_newer_version_loses_nothing(terminal: Terminal, issue: str) -> None:
    """It is told what was done since, and kept aside to be compared and taken (F09)."""
    told = terminal("issues", "edit", issue, "--title", "Mine", "--over", "1", "--as", "ann")

    assert Exit.REFUSED == told.code
    assert f"bo: “{CHAIR}” changed" in told.err
    assert "kept as version 1.1" in told.err
    assert "{+Mine+}" in terminal("issues", "compare", issue, "2", "1.1").out
    assert "Mine" == terminal.ok("issues", "restore", issue, "1.1", "--over", "2")["title"]
    assert "1.1" in [one["version"] for one in terminal.ok("issues", "versions", issue)["versions"]]
    letter = ("issues", "letter", issue, CHAIR, "-", "--by", "Chair", "--over")
    assert Exit.REFUSED == terminal(*letter, "2", stdin=b"Late.").code
    assert Exit.DONE == terminal(*letter, "3", stdin=b"In time.").code


@pytest.mark.both_databases
def test_a_second_person_approves_where_the_newsletter_says_so(terminal: Terminal, issue: str, paper: str) -> None:
    """Nobody who wrote since the last approval, and nobody who does not say who they are."""
    assert terminal.ok("newsletters", "edit", paper, "--second-person", "yes")["second_person"]
    approve = ("issues", "approve", issue)

    assert "bo wrote version 2" in terminal(*approve, "--as", "BO").err
    assert "ann wrote version 1" in terminal(*approve, "--as", "ann").err
    assert "--as NAME" in terminal(*approve).err
    assert "approved" == terminal.ok(*approve, "--as", "cy")["state"]
    terminal.ok("issues", "edit", issue, "--subject", "Another", "--as", "cy")
    assert "cy wrote version 3" in terminal(*approve, "--as", "cy").err
    assert "approved" == terminal.ok(*approve, "--as", "bo")["state"]
    terminal.ok("newsletters", "edit", paper, "--second-person", "no")
    terminal.ok("issues", "edit", issue, "--subject", "A third", "--as", "cy")
    assert "approved" == terminal.ok(*approve, "--as", "cy")["state"]


@pytest.mark.both_databases
def test_approvals_tell_what_a_letter_was_made_of(terminal: Terminal, issue: str) -> None:
    """The version, the newsletter as it was, and the templates; an edit ends one and leaves it written down."""
    first = terminal.ok("issues", "approve", issue, "--as", "ann")
    terminal.ok("issues", "edit", issue, "--subject", "Another")
    terminal.ok("issues", "approve", issue, "--as", "bo")
    newest, oldest = terminal.ok("issues", "approvals", issue)["approvals"]

    assert [(3, "bo", True), (2, "ann", False)] == [(one["version"], one["by"], one["holds"]) for one in (newest, oldest)]
    assert first["content_hash"] == oldest["content_hash"]
    assert "1 Library Road\nUtrecht".replace("\n", ", ") == oldest["inputs"]["newsletter"]["postal_address"]
    assert 64 == len(oldest["inputs"]["templates"])
    assert "ended" in terminal("issues", "approvals", issue).out


def test_approvals_tell_what_changed_since(terminal: Terminal, issue: str, paper: str) -> None:
    """What is mailed stays as it was approved, and it is said which parts a new letter would have otherwise."""
    terminal.ok("issues", "approve", issue, "--as", "ann")
    assert "Changed since" not in terminal("issues", "approvals", issue).err
    terminal.ok("newsletters", "edit", paper, "--theme", "letter", "--postal-address", "2 Museum Square")
    [given] = terminal.ok("issues", "approvals", issue)["approvals"]

    assert ["postal_address", "theme", "templates"] == given["changed_since"]
    assert "Changed since it was approved: postal_address, theme, templates." in terminal("issues", "approvals", issue).err
