"""`newsletter topics`, and issues that are for some of them."""

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal

BASIS = ("--confirmed", "--basis", "Told us")


def test_topics_are_added_ordered_and_removed(terminal: Terminal, paper: str) -> None:
    """By name, in any letter case."""
    terminal.ok("topics", "add", "readers", "Jobs", "--description", "Vacancies")
    terminal.ok("topics", "add", "readers", "Books", "--order", "1")
    edited = terminal.ok("topics", "edit", "readers", "jobs", "--name", "Vacancies", "--order", "1")
    listed = terminal.ok("topics", "list", "readers")["topics"]
    terminal.ok("topics", "remove", "readers", "BOOKS")

    assert {"topic": "Vacancies", "description": "Vacancies", "place": 1} == edited
    assert ["Vacancies", "Books"] == [one["topic"] for one in listed]
    assert ["Vacancies"] == [one["topic"] for one in terminal.ok("topics", "list", "readers")["topics"]]
    assert Exit.NOT_FOUND == terminal("topics", "remove", "readers", "Books").code
    assert Exit.REFUSED == terminal("topics", "add", "readers", "vacancies").code
    assert Exit.USAGE == terminal("topics", "edit", "readers", "Vacancies").code


def test_list_without_topics_says_so(terminal: Terminal, paper: str) -> None:
    """And keeps a topic when somebody thinks better of removing it."""
    bare = terminal("topics", "list", "readers").out
    terminal.ok("topics", "add", "readers", "Jobs")
    asked = terminal("topics", "remove", "readers", "Jobs", stdin=b"n\n", is_terminal=True)

    assert "readers has no topics.\n" == bare
    assert "Offer Jobs to nobody on readers" in asked.err
    assert "Jobs" in terminal("topics", "list", "readers").out


def test_issue_goes_to_further_lists_once(terminal: Terminal, paper: str) -> None:
    """Shown, counted by person, mailed with one row each, and taken back."""
    terminal.ok("lists", "create", "Board")
    for name in ("ann", "bob"):
        terminal.ok("subscribers", "add", f"{name}@example.org", "--list", "readers", *BASIS)
    terminal.ok("subscribers", "add", "ANN@Example.org", "--list", "Board", *BASIS)
    terminal.ok("subscribers", "add", "cem@example.org", "--list", "Board", *BASIS)
    issue = str(terminal.ok("issues", "draft", paper, "--empty", "Hello")["issue"])
    alone = terminal.ok("issues", "lists", issue)
    widened = terminal.ok("issues", "lists", issue, "board")
    terminal.ok("issues", "approve", issue, "--override", "It is a test")

    assert ([], 2) == (alone["lists"], alone["people"])
    assert (["Board"], 3) == (widened["lists"], widened["people"])
    assert ["Board"] == terminal.ok("issues", "show", issue)["lists"]
    assert "readers and Board" in terminal("issues", "audience", issue).out
    assert 3 == terminal.ok("issues", "send", issue)["audience"]
    assert Exit.USAGE == terminal("issues", "lists", issue, "Board", "--only-its-own").code
    assert Exit.REFUSED == terminal("issues", "lists", issue, "--only-its-own").code


def test_issue_is_for_the_readers_of_its_topics(terminal: Terminal, paper: str) -> None:
    """Shown with the issue, counted, and taken back; an approval ends with each change."""
    terminal.ok("topics", "add", "readers", "Jobs")
    terminal.ok("topics", "add", "readers", "Books")
    for name in ("ann", "bob"):
        terminal.ok("subscribers", "add", f"{name}@example.org", *BASIS)
    terminal.ok("subscribers", "prefer", "ann@example.org", "--list", "readers", "--topic", "books")
    issue = str(terminal.ok("issues", "draft", paper, "--empty", "Hello")["issue"])
    terminal.ok("issues", "approve", issue, "--override", "It is a test")
    narrowed = terminal.ok("issues", "topics", issue, "jobs")

    assert {"issue": int(issue), "topics": ["Jobs"], "people": 1, "state": "draft"} == narrowed
    assert ["Jobs"] == terminal.ok("issues", "show", issue)["topics"]
    assert "Hello is for those who take Jobs: 1 person as things stand.\n" == terminal("issues", "topics", issue).out
    assert 2 == terminal.ok("issues", "topics", issue, "--everybody")["people"]
    assert Exit.USAGE == terminal("issues", "topics", issue, "Jobs", "--everybody").code
    assert Exit.NOT_FOUND == terminal("issues", "topics", issue, "Shoes").code
