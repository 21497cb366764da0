"""`newsletter authors`."""

from newsletter.cli.exits import Exit
from tests.harness.drawn import photo
from tests.harness.terminal import Terminal


def test_authors_are_added_edited_merged_and_removed(terminal: Terminal, paper: str) -> None:
    """Each answer is the author as known from then on."""
    terminal.ok("authors", "add", paper, "Ulrike Lang", "--affiliation", "Hamburg")
    portrait = str(terminal.ok("images", "add", "-", stdin=photo())["key"])
    terminal.ok("authors", "add", paper, "U. Lang", "--portrait", portrait)
    edited = terminal.ok("authors", "edit", paper, "ulrike lang", "--alias", "ulrike")
    merged = terminal.ok("authors", "merge", paper, "Ulrike Lang", "U. Lang")
    listed = terminal.ok("authors", "list", paper)["authors"]

    assert ["ulrike"] == edited["aliases"]
    assert ("Hamburg", portrait, ["U. Lang", "ulrike"]) == (merged["affiliation"], merged["portrait"], merged["aliases"])
    assert ["Ulrike Lang"] == [one["name"] for one in listed]
    assert "Ulrike Lang" == terminal.ok("authors", "remove", paper, "ulrike")["name"]
    assert [] == terminal.ok("authors", "list", paper)["authors"]


def test_what_is_not_there_or_said_is_refused(terminal: Terminal, paper: str) -> None:
    """With the exit codes of everything else."""
    assert Exit.NOT_FOUND == terminal("authors", "edit", paper, "Nobody", "--alias", "x").code
    assert Exit.USAGE == terminal("authors", "edit", paper, "Nobody").code
    assert Exit.NOT_FOUND == terminal("authors", "list", "Elsewhere").code
