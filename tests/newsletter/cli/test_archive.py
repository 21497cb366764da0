"""`newsletter archive` and `newsletter newsletters edit --archive`."""

from contextlib import closing
from datetime import UTC, datetime

import pytest

from newsletter.cli.exits import Exit
from newsletter.clock import MovableClock
from newsletter.database import Database
from tests.harness import mailroom
from tests.harness.terminal import Terminal
from tests.harness.wordpressapi import Api


@pytest.fixture
def published(settings: dict[str, str], terminal: Terminal, paper: str) -> Terminal:
    """Give a terminal where an issue with a letter was sent on 1 February 2020."""
    at_desk = Terminal(settings, MovableClock(datetime(2020, 2, 1, 8, 0, tzinfo=UTC)))
    issue = str(at_desk.ok("issues", "draft", paper, "--month", "2020-01")["issue"])
    at_desk.ok("issues", "letter", issue, "Division Chair letter", "-", "--by", "Ann Other", stdin=b"Of mentors.")
    at_desk.ok("issues", "approve", issue, "--override", "A test")
    at_desk.ok("issues", "send", issue)
    return at_desk


@pytest.mark.both_databases
def test_published_issues_are_taken_in_and_found(published: Terminal, paper: str) -> None:
    """As often as somebody likes."""
    assert () == tuple(published.ok("archive", "search", "mentoring")["hits"])
    for _ in range(2):
        assert {"issues": [1], "articles": 1} == published.ok("archive", "index", paper)
    [hit] = published.ok("archive", "search", "mentoring", "--in", paper)["hits"]

    assert ("section-news", 1, "Division Chair letter", "Ann Other") == (
        hit["newsletter"],
        hit["number"],
        hit["title"],
        hit["byline"],
    )
    assert "http://127.0.0.1:8000/archive/section-news/1/division-chair-letter" == hit["link"]
    assert "Division Chair letter" in published("archive", "search", "mentors").out
    assert "Nothing was found" in published("archive", "search", "nobody").out
    assert Exit.REFUSED == published("archive", "search", "***").code


@pytest.mark.both_databases
def test_an_archive_is_switched_off(terminal: Terminal, paper: str) -> None:
    """And on again, or left to the list."""
    shown = [
        terminal.ok("newsletters", "edit", paper, "--archive", choice)["is_shown"] for choice in ("off", "public", "as-list")
    ]

    assert [False, True, True] == shown
    assert "off" in terminal("newsletters", "edit", paper, "--archive", "off").out


@pytest.mark.both_databases
def test_an_issue_is_announced(published: Terminal, paper: str) -> None:
    """With what is inside, ready to be pasted."""
    published.ok("archive", "index")
    shown = published("issues", "announce", "1", "--format", "markdown").out
    told = published.ok("issues", "announce", "1")

    assert shown.startswith("January 2020 Issue OUT!\n\nSection News: January 2020 is out.\n")
    assert "[Division Chair letter](<http://127.0.0.1:8000/archive/section-news/1/division-chair-letter>)" in shown
    assert ("January 2020 Issue OUT!", "html") == (told["title"], told["format"])
    assert Exit.NOT_FOUND == published("issues", "announce", "2").code
    published.ok("newsletters", "edit", paper, "--archive", "off")
    assert Exit.REFUSED == published("issues", "announce", "1").code


def test_nothing_is_announced_before_it_is_out(terminal: Terminal, paper: str) -> None:
    """The draft is there, and the message says what is the matter with it."""
    issue = str(terminal.ok("issues", "draft", paper, "--month", "2020-01")["issue"])

    told = terminal("issues", "announce", issue)

    assert Exit.REFUSED == told.code
    assert f"Issue {issue} is draft; it cannot be announced now." in told.err


@pytest.mark.both_databases
def test_an_announcement_is_written_on_a_blog(published: Terminal, instance_url: str) -> None:
    """As a draft, asked again as the same one; without a password, and from a copy of the instance, nothing is sent."""
    published.ok("archive", "index")
    with Api() as api:
        call = ("issues", "announce", "1", "--publish-to-wordpress", api.site, "--user", api.user)
        published.settings["NEWSLETTER_ALLOW_LOOPBACK"] = "1"
        refused = published(*call)
        assert Exit.REFUSED == refused.code
        assert "NEWSLETTER_WORDPRESS_PASSWORD" in refused.err
        assert [] == api.asked
        published.settings["NEWSLETTER_WORDPRESS_PASSWORD"] = api.password
        written = [published.ok(*call), published.ok(*call)]

        assert [(101, False), (101, True)] == [(one["post"], one["was_there"]) for one in written]
        assert ["draft"] == [post["status"] for post in api.posts.values()]
        assert "Division Chair letter" in api.posts[101]["content"]
        with closing(Database(instance_url)) as database, database.write() as tx:
            mailroom.set_adopted(tx, is_adopted=False)
        asked = list(api.asked)
        assert (Exit.REFUSED, asked) == (published(*call).code, api.asked)
        published.ok("adopt", "--stopped", "A test.")
        published.settings["NEWSLETTER_WORDPRESS_PASSWORD"] = "wrong"
        told = published(*call)
        assert Exit.REFUSED == told.code
        assert "wrong" not in told.err
        assert Exit.USAGE == published(*call[:-2]).code
