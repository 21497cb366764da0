"""`newsletter issues section owners` and `assign`."""

from datetime import UTC, datetime

import pytest

from newsletter.cli.exits import Exit
from newsletter.clock import MovableClock
from tests.harness.terminal import Terminal

LETTER = "Division Chair letter"


@pytest.fixture
def terminal(settings: dict[str, str]) -> Terminal:
    """Give a terminal on a day on which the deadlines of the issue are still ahead."""
    return Terminal(settings, MovableClock(datetime(2020, 2, 1, 9, 0, tzinfo=UTC)))


@pytest.fixture
def issue(terminal: Terminal, paper: str) -> str:
    """Give the id of a draft, and an editor who could see to it."""
    terminal.ok("staff", "add", "Ann", "--role", "editor")
    return str(terminal.ok("issues", "draft", paper, "--month", "2020-01")["issue"])


@pytest.mark.both_databases
def test_a_section_is_given_to_somebody_and_taken_back(terminal: Terminal, issue: str) -> None:
    """Each answer tells of all sections."""
    given = terminal.ok("issues", "section", "assign", issue, LETTER, "--to", "ann", "--by", "2020-02-28T17:00")
    usual = terminal.ok("issues", "section", "assign", issue, LETTER, "--to", "usual", "--by", "usual")

    letter = given["sections"][0]
    assert (LETTER, "Ann", True, True, False) == tuple(
        letter[name] for name in ("title", "owner", "is_owner_set", "is_due_set", "is_overdue")
    )
    assert letter["due_at"].startswith("2020-02-28T16:00")
    assert (None, False, False) == tuple(usual["sections"][0][name] for name in ("owner", "is_owner_set", "is_due_set"))


def test_who_cannot_see_to_it_is_refused(terminal: Terminal, issue: str) -> None:
    """A stranger, a guest who was not asked, nobody at all, two at once."""
    assert Exit.NOT_FOUND == terminal("issues", "section", "assign", issue, LETTER, "--to", "Nobody").code
    assert Exit.REFUSED == terminal("issues", "section", "assign", issue, LETTER, "--guest", "a@example.org").code
    assert Exit.USAGE == terminal("issues", "section", "assign", issue, LETTER).code
    assert Exit.USAGE == terminal("issues", "section", "assign", issue, LETTER, "--to", "Ann", "--guest", "b@example.org").code


def test_a_guest_who_was_asked_is_named(terminal: Terminal, issue: str) -> None:
    """By the address the invitation went to."""
    terminal.ok(
        "issues", "invite", issue, "--section", LETTER, "--to", "chair@example.org", "--name", "The Chair", "--by", "2020-02-24"
    )
    terminal.ok("issues", "section", "assign", issue, LETTER, "--guest", "CHAIR@example.org")

    assert "The Chair" in terminal("issues", "section", "owners", issue).out
