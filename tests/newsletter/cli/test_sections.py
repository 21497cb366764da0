"""`newsletter issues section`."""

import pytest

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal


@pytest.fixture
def issue(terminal: Terminal, paper: str) -> str:
    """Give the id of a draft."""
    return str(terminal.ok("issues", "draft", paper, "--month", "2020-01")["issue"])


@pytest.mark.both_databases
def test_sections_are_added_laid_out_renamed_moved_and_removed(terminal: Terminal, issue: str) -> None:
    """Each answer is the issue as it is now."""
    terminal.ok("issues", "section", "add", issue, "Dates", "--kind", "events", "--place", "1")
    terminal.ok("issues", "section", "edit", issue, "Dates", "--look", "events", "--most", "5", "--words", "20", "--required")
    terminal.ok("issues", "section", "rename", issue, "Dates", "What is on")
    terminal.ok("issues", "section", "remove", issue, "Feature articles")
    told = terminal.ok("issues", "section", "move", issue, "what is on", "2")

    letter, dates = told["sections"][:2]
    assert "Division Chair letter" == letter["title"]
    assert ("What is on", "events", "events", 5, 20, True) == tuple(
        dates[name] for name in ("title", "kind", "look", "most", "words", "is_required")
    )
    assert "Feature articles" not in {section["title"] for section in told["sections"]}


def test_what_shows_articles_goes_somewhere(terminal: Terminal, issue: str) -> None:
    """Or stays."""
    refused = terminal("issues", "section", "remove", issue, "Division Chair letter")
    told = terminal.ok("issues", "section", "remove", issue, "Division Chair letter", "--into", "… and more")

    assert Exit.REFUSED == refused.code
    assert "shows 1 article" in refused.err
    assert ["Division Chair letter"] == [one["title"] for one in told["sections"][-1]["articles"]]


def test_nothing_to_change_is_no_edit(terminal: Terminal, issue: str) -> None:
    """It would end an approval for nothing."""
    assert Exit.USAGE == terminal("issues", "section", "edit", issue, "Feature articles").code


def test_an_empty_section_is_shown_to_whoever_is_to_fill_it(terminal: Terminal, issue: str) -> None:
    """By its title; in the letter it is not seen."""
    shown = terminal("issues", "show", issue).out

    assert "Feature articles" in shown
