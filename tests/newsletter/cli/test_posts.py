"""`newsletter posts`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from newsletter.cli.exits import Exit
from tests.harness.chaosfeed import ChaosFeed, Page
from tests.harness.terminal import Terminal
from tests.harness.wordpress import Blog, BlogPost

MORE = "… and more"


@dataclass
class Newsroom:
    """A blog of two posts, one of them in an issue."""

    terminal: Terminal
    chaos: ChaosFeed
    issue: str
    paper: str

    def listed(self, *options: str) -> dict[str, str]:
        """Give the state of posts by title."""
        found = self.terminal.ok("posts", "list", self.paper, *options)["posts"]
        return {one["title"]: one["state"] for one in found}


@pytest.fixture
def newsroom(settings: dict[str, str], paper: str) -> Iterator[Newsroom]:
    """Give a draft of January, and a post of February."""
    terminal = Terminal(settings | {"NEWSLETTER_ALLOW_LOOPBACK": "1"})
    posts = [BlogPost(number, f"Post {number}", datetime(2020, number, 7, 9, 30, tzinfo=UTC)) for number in (1, 2)]
    with ChaosFeed() as chaos:
        terminal.ok("feeds", "add", paper, Blog(posts).mount(chaos))
        terminal.ok("feeds", "gather", paper)
        yield Newsroom(terminal, chaos, str(terminal.ok("issues", "draft", paper, "--month", "2020-01")["issue"]), paper)


def test_posts_are_listed_with_the_issue_that_carries_them(newsroom: Newsroom) -> None:
    """By month, all or only the free ones."""
    assert {"Post 1": "carried in January 2020 (issue 1, draft)"} == newsroom.listed("--month", "2020-01")
    assert {} == newsroom.listed("--month", "2020-01", "--free")
    assert {"Post 2": "free"} == newsroom.listed("--month", "2020-02", "--free")
    assert "carried in January 2020" in newsroom.terminal("posts", "list", newsroom.paper, "--month", "2020-01").out


def test_post_is_shown_and_taken_once(newsroom: Newsroom) -> None:
    """Of another month, by hand."""
    into = ("--issue", newsroom.issue, "--section", MORE)
    (free,) = newsroom.terminal.ok("posts", "list", newsroom.paper, "--month", "2020-02")["posts"]
    post = str(free["post"])

    assert "free" in newsroom.terminal("posts", "show", post).out
    assert Exit.NOT_FOUND == newsroom.terminal("posts", "show", "99").code
    newsroom.terminal.ok("posts", "take", post, *into)
    assert Exit.REFUSED == newsroom.terminal("posts", "take", post, *into).code
    assert newsroom.issue == str(newsroom.terminal.ok("posts", "show", post)["issue"])


def test_page_is_added_by_its_address(newsroom: Newsroom) -> None:
    """And told where it was taken from."""
    head = '<title>A report</title><meta name="author" content="Ann Lee"><meta name="description" content="Words.">'
    url = newsroom.chaos.put("/report/", Page(head.encode(), "text/html"))
    told = newsroom.terminal("posts", "add", url, "--issue", newsroom.issue, "--section", MORE)
    sections = newsroom.terminal.ok("issues", "show", newsroom.issue)["sections"]

    assert (0, f"Taken from {url}: “A report” by Ann Lee.\n") == (told.code, told.err)
    assert ("A report", "Ann Lee", url) in [
        (one["title"], one["byline"], one["link"]) for section in sections for one in section["articles"]
    ]


def test_what_is_no_page_is_refused_and_nothing_is_added(newsroom: Newsroom) -> None:
    """With the reason."""
    url = newsroom.chaos.put("/file", Page(b"%PDF", "application/pdf"))
    told = newsroom.terminal("posts", "add", url, "--issue", newsroom.issue, "--section", MORE)

    assert Exit.REFUSED == told.code
    assert "is no web page but a file (application/pdf)" in told.err
    assert 1 == newsroom.terminal.ok("issues", "show", newsroom.issue)["version"]
