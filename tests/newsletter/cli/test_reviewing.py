"""`newsletter issues review`, `comments`, `resolve-comment`."""

import pytest

from newsletter.cli.exits import Exit
from newsletter.database import Database
from newsletter.issues import store
from newsletter.review import comments
from tests.harness.terminal import Terminal


@pytest.fixture
def issue(terminal: Terminal, paper: str) -> str:
    """Give the id of a draft."""
    terminal.ok("staff", "add", "ann", "--role", "editor")
    return str(terminal.ok("issues", "draft", paper, "--month", "2020-01")["issue"])


@pytest.mark.both_databases
def test_a_reviewer_is_invited_listed_and_kept_out(terminal: Terminal, issue: str) -> None:
    """The link is answered once, by whoever invites."""
    made = terminal.ok(
        "issues", "review", issue, "--invite", "chair@example.org", "--name", "Chair", "--for", "2d", "--as", "ann"
    )
    (listed,) = terminal.ok("issues", "review", issue)["links"]

    assert "/r/" in made["link"]
    assert ("chair@example.org", "ann", True) == (listed["address"], listed["invited_by"], listed["is_open"])
    assert "link" not in listed
    (revoked,) = terminal.ok("issues", "review", issue, "--revoke", str(made["link_id"]))["links"]
    assert not revoked["is_open"]
    assert "revoked" in terminal("issues", "review", issue).out
    assert Exit.NOT_FOUND == terminal("issues", "review", issue, "--revoke", "77").code
    assert Exit.REFUSED == terminal("issues", "review", issue, "--invite", "nobody").code
    assert Exit.USAGE == terminal("issues", "review", issue, "--invite", "a@b.example", "--revoke", "1").code


def test_an_issue_that_is_over_is_not_reviewed(terminal: Terminal, issue: str) -> None:
    """Nothing that is said could change it."""
    terminal.ok("issues", "cancel", issue)

    assert Exit.REFUSED == terminal("issues", "review", issue, "--invite", "chair@example.org").code
    assert [] == terminal.ok("issues", "review", issue)["links"]


@pytest.mark.both_databases
def test_comments_are_listed_and_resolved(terminal: Terminal, issue: str, instance_url: str) -> None:
    """What is done is shown where it is asked for."""
    database = Database(instance_url)
    with database.write() as tx:
        known = store.load(tx, int(issue))
        comments.say(tx, known, "Chair", "The date is wrong.", known.created_at, article_id=known.articles[0].id)
    database.close()
    (one,) = terminal.ok("issues", "comments", issue)["comments"]

    assert ("Chair", "The date is wrong.", False) == (one["by"], one["text"], one["is_done"])
    assert "The date is wrong." in terminal("issues", "comments", issue).out
    assert (
        0 == terminal.ok("issues", "resolve-comment", issue, str(one["comment"]), "--answer", "Mended.", "--as", "ann")["open"]
    )
    assert [] == terminal.ok("issues", "comments", issue)["comments"]
    assert ["ann"] == [one["resolved_by"] for one in terminal.ok("issues", "comments", issue, "--all")["comments"]]
    assert Exit.NOT_FOUND == terminal("issues", "resolve-comment", issue, "77").code
