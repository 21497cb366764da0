"""`newsletter issues changes`, and the look at the feeds before an approval."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from newsletter.cli.exits import Exit
from tests.harness.chaosfeed import ChaosFeed, Page
from tests.harness.terminal import Terminal
from tests.harness.wordpress import Blog, BlogPost


@dataclass
class Newsroom:
    """A blog of one post, and the draft that was made of it."""

    terminal: Terminal
    chaos: ChaosFeed
    blog: Blog
    issue: str

    def edit(self, **more: str) -> None:
        """Change the post on the blog."""
        self.blog.posts[0] = replace(self.blog.posts[0], changed=datetime(2020, 2, 2, tzinfo=UTC), **more)  # type: ignore[arg-type]  # only texts are passed

    def changes(self) -> list[dict[str, object]]:
        """Give what is on offer."""
        found: list[dict[str, object]] = self.terminal.ok("issues", "changes", self.issue)["changes"]
        return found

    def approve(self) -> str:
        """Approve the issue though its letter is missing; gives what was told on the way."""
        told = self.terminal("issues", "approve", self.issue, "--override", "A test.")
        assert 0 == told.code
        return told.err


@pytest.fixture
def newsroom(settings: dict[str, str], paper: str) -> Iterator[Newsroom]:
    """Give a draft of one post."""
    terminal = Terminal(settings | {"NEWSLETTER_ALLOW_LOOPBACK": "1"})
    post = BlogPost(1, "Athens in August", datetime(2020, 1, 7, 9, 30, tzinfo=UTC), "<p>The congress begins on Sunday.</p>")
    with ChaosFeed() as chaos:
        blog = Blog([post, replace(post, number=2, title="Other", published=datetime(2020, 1, 3, 9, tzinfo=UTC))])
        terminal.ok("feeds", "add", paper, blog.mount(chaos))
        terminal.ok("feeds", "gather", paper)
        yield Newsroom(terminal, chaos, blog, str(terminal.ok("issues", "draft", paper, "--month", "2020-01")["issue"]))


def article(newsroom: Newsroom) -> str:
    """Give the id of the article that has a change on offer."""
    (change,) = newsroom.changes()
    return str(change["article"])


def test_edit_is_noticed_before_an_approval_and_shown_word_by_word(newsroom: Newsroom) -> None:
    """The approval stands: nothing of the issue has changed."""
    newsroom.edit(content="<p>The congress begins on Monday.</p>")
    told = newsroom.approve()
    shown = newsroom.terminal("issues", "changes", newsroom.issue).out

    assert "“Athens in August” was changed by its feed since it was taken: text." in told
    assert "The congress begins on [-Sunday.-] {+Monday.+}" in shown
    assert "approved" == newsroom.terminal.ok("issues", "show", newsroom.issue)["state"]


@pytest.mark.both_databases
def test_new_text_is_taken_and_ends_the_approval(newsroom: Newsroom) -> None:
    """On the editor's word only."""
    newsroom.edit(title="Athens in September")
    newsroom.approve()
    taken = newsroom.terminal.ok("issues", "changes", newsroom.issue, "--take", article(newsroom))
    issue = newsroom.terminal.ok("issues", "show", newsroom.issue)

    assert [] == taken["changes"]
    assert "Athens in September" in [one["title"] for section in issue["sections"] for one in section["articles"]]
    assert "draft" == issue["state"]


def test_own_text_is_kept(newsroom: Newsroom) -> None:
    """And the approval with it."""
    newsroom.edit(title="Athens in September")
    newsroom.approve()

    assert [] == newsroom.terminal.ok("issues", "changes", newsroom.issue, "--keep", article(newsroom))["changes"]
    assert "approved" == newsroom.terminal.ok("issues", "show", newsroom.issue)["state"]


def test_deleted_post_is_told_before_an_approval(newsroom: Newsroom) -> None:
    """With what can be done."""
    del newsroom.blog.posts[0]
    told = newsroom.approve()

    assert "“Athens in August” is not in its feed any more" in told
    assert ["vanished"] == [change["kind"] for change in newsroom.changes()]
    assert f"--article {article(newsroom)} --drop" in newsroom.terminal("issues", "changes", newsroom.issue).out


def test_feed_that_is_away_is_told_and_does_not_stop_the_approval(newsroom: Newsroom) -> None:
    """Nobody can know, and somebody decides."""
    for path in ("/feed/", "/feed/atom/"):
        newsroom.chaos.put(path, Page(b"", "text/plain", 503))

    assert "Whether its posts were changed since is not known. http" in newsroom.approve()


def test_feed_that_is_away_is_among_the_findings(newsroom: Newsroom) -> None:
    """Until it could be read again; a one-off without posts has nothing to do with it."""
    codes = []
    for page in (Page(b"", "text/plain", 503), newsroom.blog.answer):
        for path in ("/feed/", "/feed/atom/"):
            newsroom.chaos.put(path, page)
        newsroom.terminal("feeds", "gather")
        check = newsroom.terminal("issues", "check", newsroom.issue, "--offline", "--json").answer
        codes.append([one["is_blocking"] for one in check["findings"] if one["code"] == "feed_unread"])

    assert [[False], []] == codes


def test_feeds_are_not_read_where_that_is_not_wanted(newsroom: Newsroom) -> None:
    """For whoever has just read them."""
    newsroom.chaos.asked.clear()
    newsroom.terminal("issues", "approve", newsroom.issue, "--override", "A test.", "--as-read")

    assert [] == newsroom.chaos.asked


def test_nothing_on_offer_is_said(newsroom: Newsroom) -> None:
    """And a decision about nothing is refused."""
    assert "The feeds say nothing else" in newsroom.terminal("issues", "changes", newsroom.issue).out
    assert Exit.NOT_FOUND == newsroom.terminal("issues", "changes", newsroom.issue, "--keep", "1").code
    assert Exit.USAGE == newsroom.terminal("issues", "changes", newsroom.issue, "--keep", "1", "--take", "1").code
