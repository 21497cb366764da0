"""`newsletter issues letter` and `edit`."""

from pathlib import Path

import pytest

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal

CHAIR = "Division Chair letter"


@pytest.fixture
def issue(terminal: Terminal, paper: str) -> str:
    """Give the id of a draft with nothing but a placeholder."""
    return str(terminal.ok("issues", "draft", paper, "--month", "2020-01")["issue"])


def articles(terminal: Terminal, issue: str) -> list[tuple[str, str, str]]:
    """Give section, title and byline of every article."""
    sections = terminal.ok("issues", "show", issue)["sections"]
    return [(section["title"], one["title"], one["byline"]) for section in sections for one in section["articles"]]


def written(terminal: Terminal, issue: str, section: str, by: str) -> int:
    """Write a text into a section; gives the article's id."""
    told = terminal.ok("issues", "letter", issue, section, "-", "--by", by, stdin=b"A few words.")
    return int(next(one["id"] for part in told["sections"] for one in part["articles"] if one["byline"] == by))


def test_letter_takes_the_place_of_the_placeholder(terminal: Terminal, issue: str, tmp_path: Path) -> None:
    """Whatever the letter case of the section."""
    path = tmp_path / "chair.md"
    path.write_text("Dear *readers*,")
    terminal.ok("issues", "letter", issue, CHAIR.upper(), str(path), "--by", "Ann Chair")

    assert [(CHAIR, CHAIR, "Ann Chair")] == articles(terminal, issue)


def test_letter_may_be_rich_text(terminal: Terminal, issue: str, tmp_path: Path) -> None:
    """As an editor's page stores it; what is none is refused by the path of the node."""
    path = tmp_path / "chair.json"
    path.write_text('{"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Dear all"}]}]}')
    terminal.ok("issues", "letter", issue, CHAIR, str(path), "--by", "Ann Chair")
    path.write_text('{"type": "doc", "content": [{"type": "video"}]}')
    told = terminal("issues", "letter", issue, CHAIR, str(path), "--by", "Ann Chair")

    assert Exit.REFUSED == told.code
    assert "at doc, 1 video" in told.err
    assert [(CHAIR, CHAIR, "Ann Chair")] == articles(terminal, issue)


def test_letter_may_come_from_stdin(terminal: Terminal, issue: str) -> None:
    """As text."""
    written(terminal, issue, CHAIR, "Ann Chair")

    assert [(CHAIR, CHAIR, "Ann Chair")] == articles(terminal, issue)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "is empty"), (b"\xff\xfe\x00", "is not UTF-8 text"), (b"x" * 5_000_001, "is larger than 5 MB")],
)
def test_unusable_letter_is_refused(terminal: Terminal, issue: str, content: bytes, reason: str) -> None:
    """And the placeholder stays."""
    told = terminal("issues", "letter", issue, CHAIR, "-", "--by", "Ann", stdin=content)

    assert Exit.REFUSED == told.code
    assert reason in told.err
    assert [(CHAIR, CHAIR, "")] == articles(terminal, issue)


def test_letter_for_a_section_that_is_not_there_is_not_found(terminal: Terminal, issue: str) -> None:
    """A month's issue has the sections of its plan."""
    assert Exit.NOT_FOUND == terminal("issues", "letter", issue, "Poems", "-", "--by", "Ann", stdin=b"words").code


def test_head_is_edited_line_by_line(terminal: Terminal, issue: str) -> None:
    """What is not given stays."""
    told = terminal.ok("issues", "edit", issue, "--subject", "What January\r\nBcc: x brought", "--preheader", "More")

    assert ("January 2020", "What January Bcc: x brought", "More") == (told["title"], told["subject"], told["preheader"])


@pytest.mark.both_databases
def test_article_is_changed_moved_dropped_and_restored(terminal: Terminal, issue: str, tmp_path: Path) -> None:
    """By its id."""
    first, second = (str(written(terminal, issue, "Feature articles", by)) for by in ("Ann", "Bob"))
    path = tmp_path / "text.html"
    path.write_text("<p>Better <b>words</b>.</p><script>no</script>")
    terminal.ok(
        *("issues", "edit", issue, "--article", second, "--article-title", "Bob's view", "--byline", "Robert"),
        *("--text", str(path), "--show", "full", "--order", "1"),
    )
    features = [one for one in articles(terminal, issue) if one[0] == "Feature articles"]

    assert [("Bob's view", "Robert"), ("Feature articles", "Ann")] == [(title, by) for _, title, by in features]

    terminal.ok("issues", "edit", issue, "--article", first, "--section", "the section's activities")
    terminal.ok("issues", "edit", issue, "--article", second, "--drop")
    dropped = terminal.ok("issues", "show", issue)["dropped"]

    assert [("The section's activities", "Ann")] == [(section, by) for section, _, by in articles(terminal, issue) if by]
    assert [int(second)] == [one["id"] for one in dropped]
    assert [] == terminal.ok("issues", "edit", issue, "--article", second, "--restore")["dropped"]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--byline", "Ann"),
        ("--drop",),
        ("--article", "1"),
        ("--article", "1", "--drop", "--restore"),
        ("--article", "1", "--drop", "--order", "2"),
        ("--article", "1", "--order", "0"),
        ("--article", "1", "--show", "half"),
    ],
)
def test_edit_that_says_nothing_clear_is_a_usage_error(terminal: Terminal, issue: str, arguments: tuple[str, ...]) -> None:
    """Nothing is guessed."""
    assert Exit.USAGE == terminal("issues", "edit", issue, *arguments).code


def test_article_of_another_issue_is_not_found(terminal: Terminal, paper: str, issue: str) -> None:
    """An id that belongs elsewhere changes nothing."""
    other = str(terminal.ok("issues", "draft", paper, "--empty", "Extra")["issue"])
    article = terminal.ok("issues", "show", issue)["sections"][0]["articles"][0]["id"]

    assert Exit.NOT_FOUND == terminal("issues", "edit", other, "--article", str(article), "--drop").code


def test_half_a_command_changes_nothing(terminal: Terminal, issue: str) -> None:
    """The title was good, the article was not there: both or none."""
    told = terminal("issues", "edit", issue, "--title", "Another", "--article", "99", "--drop")

    assert Exit.NOT_FOUND == told.code
    assert "January 2020" == terminal.ok("issues", "show", issue)["title"]


def test_edit_ends_the_approval(terminal: Terminal, issue: str) -> None:
    """What was approved is no longer what it says."""
    terminal.ok("issues", "approve", issue, "--override", "The chair is ill.")

    assert "draft" == terminal.ok("issues", "edit", issue, "--title", "Another")["state"]
