"""`newsletter issues`: drafted, looked at, checked and approved."""

import pytest

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal


@pytest.fixture
def issue(terminal: Terminal, paper: str) -> str:
    """Give the id of an empty month's draft; its letter is missing."""
    return str(terminal.ok("issues", "draft", paper, "--month", "2020-01")["issue"])


def test_draft_prints_its_id(terminal: Terminal, paper: str) -> None:
    """For scripts, with everything else of the issue."""
    drafted = terminal.ok("issues", "draft", paper, "--month", "2020-01")

    assert (1, 1, "January 2020", "draft", "2020-01") == tuple(
        drafted[key] for key in ("issue", "number", "title", "state", "month")
    )


def test_month_without_posts_is_told(terminal: Terminal, paper: str) -> None:
    """Or somebody who drafts a month twice looks for its posts."""
    told = terminal("issues", "draft", paper, "--month", "2020-01")

    assert 0 == told.code
    assert "No post of January 2020 was left" in told.err
    assert "No post" not in terminal("issues", "draft", paper, "--empty", "An extra issue").err


def test_one_off_has_the_title_given(terminal: Terminal, paper: str) -> None:
    """And no sections before somebody writes one."""
    drafted = terminal.ok("issues", "draft", paper, "--empty", "An extra\u2028issue")

    assert ("An extra issue", []) == (drafted["title"], drafted["sections"])


@pytest.mark.parametrize("month", ["January", "2020-13", "2020-1", "0000-01", "2020-01-01", ""])
def test_unreadable_month_is_refused(terminal: Terminal, paper: str, month: str) -> None:
    """And nothing is made."""
    assert Exit.REFUSED == terminal("issues", "draft", paper, "--month", month).code
    assert [] == terminal.ok("issues", "list")["issues"]


def test_draft_for_nobody_is_not_found(terminal: Terminal) -> None:
    """With the name that was typed."""
    told = terminal("issues", "draft", "Nobody's news", "--month", "2020-01")

    assert (Exit.NOT_FOUND, "Error: There is no newsletter Nobody's news.\n") == (told.code, told.err)


def test_show_and_list_name_the_issue(terminal: Terminal, paper: str, issue: str) -> None:
    """For people as tables."""
    assert "Division Chair letter" in terminal("issues", "show", issue).out
    assert "January 2020" in terminal("issues", "list", paper).out
    assert [1] == [one["issue"] for one in terminal.ok("issues", "list")["issues"]]


def test_check_lists_what_blocks_and_exits_3(terminal: Terminal, issue: str) -> None:
    """Without changing anything."""
    told = terminal("issues", "check", issue, "--offline", "--json")

    assert Exit.BLOCKED == told.code
    assert told.answer["blocked"]
    missing = next(finding for finding in told.answer["findings"] if finding["code"] == "letter_missing")
    assert 'newsletter issues letter 1 "Division Chair letter" FILE --by NAME' == missing["command"]
    assert "Put in what its author sent, or ask somebody for it. newsletter issues invite asks a guest." == missing["mend"]
    assert "draft" == terminal.ok("issues", "show", issue)["state"]


def test_blocked_approval_lists_its_findings_and_exits_3(terminal: Terminal, issue: str) -> None:
    """For people on stderr, and nothing is approved."""
    told = terminal("issues", "approve", issue)

    assert (Exit.BLOCKED, "") == (told.code, told.out)
    assert "has not been written yet" in told.err
    assert "--override REASON" in told.err
    assert "draft" == terminal.ok("issues", "show", issue)["state"]


def test_override_approves_and_tells_what_was_set_aside(terminal: Terminal, issue: str) -> None:
    """The reason is on record."""
    approved = terminal.ok("issues", "approve", issue, "--override", "The chair is ill.")

    assert "approved" == approved["state"]
    assert approved["findings"]


def test_approving_twice_is_refused(terminal: Terminal, issue: str) -> None:
    """It is approved already."""
    terminal.ok("issues", "approve", issue, "--override", "The chair is ill.")

    assert Exit.REFUSED == terminal("issues", "approve", issue, "--override", "Again").code


def test_editor_may_not_approve(terminal: Terminal, issue: str) -> None:
    """Four eyes, where the roles say so."""
    terminal.ok("staff", "add", "ed", "--role", "editor")
    told = terminal("--as", "ed", "issues", "approve", issue, "--override", "Because")
    terminal.ok("staff", "add", "pia", "--role", "publisher")
    again = terminal("--as", "ed", "issues", "approve", issue, "--override", "Because")

    assert (Exit.REFUSED, "Error: ed may not approve; that takes the role publisher or admin.\n") == (told.code, told.err)
    assert again.err.endswith("that takes the role publisher or admin. Here that is pia.\n")
