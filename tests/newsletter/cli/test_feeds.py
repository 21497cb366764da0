"""`newsletter feeds`: added, read, listed and removed."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from newsletter.cli.exits import Exit
from tests.harness.chaosfeed import ChaosFeed, Page
from tests.harness.terminal import Terminal
from tests.harness.wordpress import Blog, BlogPost


@pytest.fixture
def chaos() -> Iterator[ChaosFeed]:
    """Give a web server."""
    with ChaosFeed() as chaos:
        yield chaos


@pytest.fixture
def local(settings: dict[str, str], paper: str) -> Terminal:
    """Give a terminal whose feeds may come from this machine."""
    return Terminal(settings | {"NEWSLETTER_ALLOW_LOOPBACK": "1"})


def a_blog(chaos: ChaosFeed) -> str:
    """Serve a blog of one post; gives its feed."""
    return Blog([BlogPost(1, "One", datetime(2020, 1, 3, tzinfo=UTC))]).mount(chaos)


def test_feed_is_added_read_and_listed(local: Terminal, paper: str, chaos: ChaosFeed) -> None:
    """A second reading brings nothing new."""
    url = a_blog(chaos)

    assert 1 == local.ok("feeds", "add", paper, url)["feed"]
    assert "never" in local("feeds", "list").out
    assert (1, 0) == (local.ok("feeds", "gather")["new"], local.ok("feeds", "gather", paper)["new"])
    assert [("A blog", "")] == [(one["title"], one["trouble"]) for one in local.ok("feeds", "list", paper)["feeds"]]


def test_address_of_a_blog_is_looked_at_when_it_is_added(local: Terminal, paper: str, chaos: ChaosFeed) -> None:
    """The feed it names is found and told; the same feed under another address is not added again."""
    url = a_blog(chaos)
    link = b'<link rel="alternate" type="application/rss+xml" href="/feed/">'
    blog = chaos.put("/", Page(b"<html><head>" + link + b"</head></html>", "text/html"))
    told = local("feeds", "add", paper, blog)

    assert (0, f"Found “A blog” at {url}: RSS 2.0, 1 post on its first page.\n") == (told.code, told.err)
    assert Exit.REFUSED == local("feeds", "add", paper, url).code
    assert 1 == local.ok("feeds", "gather")["new"]


def test_address_that_cannot_be_read_now_is_added_all_the_same(local: Terminal, paper: str, chaos: ChaosFeed) -> None:
    """And told; or not looked at, where that is not wanted."""
    down = chaos.put("/down", Page(b"", "text/plain", 503))

    assert "is added all the same and tried every hour" in local("feeds", "add", paper, down).err
    chaos.asked.clear()
    local.ok("feeds", "add", paper, a_blog(chaos), "--unseen")
    assert [] == chaos.asked


def test_broken_feed_does_not_stop_the_others(local: Terminal, paper: str, chaos: ChaosFeed) -> None:
    """It is told on stderr, kept in the list, and the command ends well."""
    local.ok("feeds", "add", paper, chaos.put("/broken", Page(b"", "text/plain", 503)))
    local.ok("feeds", "add", paper, a_blog(chaos))
    told = local("feeds", "gather", paper)

    assert (0, "1 new and 0 revised posts.\n") == (told.code, told.out)
    assert "answered 503" in told.err
    assert "answered 503" in local("feeds", "list").out


def test_when_no_feed_could_be_read_it_is_an_error(local: Terminal, paper: str, chaos: ChaosFeed) -> None:
    """A script must not go on as if there were posts."""
    local.ok("feeds", "add", paper, chaos.put("/page", Page(b"<html>hello</html>", "text/html")))
    told = local("feeds", "gather", "--json")

    assert Exit.REFUSED == told.code
    assert told.answer["feeds"][0]["trouble"]


def test_private_addresses_are_not_read(terminal: Terminal, paper: str, chaos: ChaosFeed) -> None:
    """Unless a setting for demo and tests allows it."""
    terminal.ok("feeds", "add", paper, a_blog(chaos))

    assert Exit.REFUSED == terminal("feeds", "gather").code
    assert [] == chaos.asked


@pytest.mark.parametrize("url", ["", "not a feed", "file:///etc/passwd", "javascript:alert(1)"])
def test_what_is_no_web_address_is_refused(terminal: Terminal, paper: str, url: str) -> None:
    """And not added."""
    assert Exit.REFUSED == terminal("feeds", "add", paper, url).code
    assert [] == terminal.ok("feeds", "list")["feeds"]


def test_feed_is_removed(local: Terminal, paper: str, chaos: ChaosFeed) -> None:
    """With its posts; asking again finds none."""
    local.ok("feeds", "add", paper, a_blog(chaos))
    local.ok("feeds", "gather")
    local.ok("feeds", "remove", "1")

    assert [] == local.ok("feeds", "list")["feeds"]
    assert Exit.NOT_FOUND == local("feeds", "remove", "1").code
    assert [] == local.ok("issues", "draft", paper, "--month", "2020-01")["sections"][-1]["articles"]


def test_feed_that_is_added_again_repeats_nothing(local: Terminal, paper: str, chaos: ChaosFeed) -> None:
    """What an issue carries is known by its address when the feed is gone."""
    url = a_blog(chaos)
    for number in ("1", "2"):
        local.ok("feeds", "add", paper, url)
        local.ok("feeds", "gather")
        local.ok("issues", "draft", paper, "--month", "2020-01")
        local.ok("feeds", "remove", number)

    assert [2, 1] == [issue["articles"] for issue in reversed(local.ok("issues", "list")["issues"])]


def test_draft_reads_the_feeds_first(local: Terminal, paper: str, chaos: ChaosFeed) -> None:
    """Nobody has to gather before, and a month that was read yesterday lacks nothing of today."""
    blog = Blog([BlogPost(1, "One", datetime(2020, 1, 3, tzinfo=UTC))])
    local.ok("feeds", "add", paper, blog.mount(chaos))
    local.ok("feeds", "gather")
    blog.posts.append(BlogPost(2, "Two", datetime(2020, 1, 31, tzinfo=UTC)))

    drafted = local.ok("issues", "draft", paper, "--month", "2020-01")

    assert {"One", "Two"} == {
        one["title"] for section in drafted["sections"] for one in section["articles"] if "letter" not in one["title"]
    }


def test_feed_that_is_away_stops_no_draft_and_is_told(local: Terminal, paper: str, chaos: ChaosFeed) -> None:
    """What was read before is drafted; the words say which feed, why, and what becomes of the rest."""
    url = a_blog(chaos)
    local.ok("feeds", "add", paper, url)
    local.ok("feeds", "gather")
    for path in ("/feed/", "/feed/atom/"):
        chaos.put(path, Page(b"", "text/plain", 503))

    told = local("issues", "draft", paper, "--month", "2020-01")

    assert 0 == told.code
    assert f"Not all posts could be read. {url}: " in told.err
    assert "One" in told.out


def test_draft_as_read_asks_no_server(local: Terminal, paper: str, chaos: ChaosFeed) -> None:
    """For whoever is offline; an empty month may only be an unread one, which is said."""
    url = a_blog(chaos)
    local.ok("feeds", "add", paper, url)
    chaos.asked.clear()

    assert f"{url} has not been read yet" in local("issues", "draft", paper, "--month", "2020-01", "--as-read").err
    assert [] == chaos.asked


def test_nothing_to_read_is_told(terminal: Terminal, paper: str) -> None:
    """And is no error."""
    assert "There is no feed to read." in terminal("feeds", "gather").out


def test_unreadable_month_is_refused(terminal: Terminal, paper: str) -> None:
    """Before anything is asked of a server."""
    assert Exit.REFUSED == terminal("feeds", "gather", "--month", "January").code


def test_feed_is_shown_with_what_the_blog_says_of_itself(local: Terminal, paper: str, chaos: ChaosFeed) -> None:
    """Whoever writes a plan needs the names of its categories."""
    post = BlogPost(1, "One", datetime(2020, 1, 3, tzinfo=UTC), categories=("Resources",))
    local.ok("feeds", "add", paper, Blog([post], zone="Asia/Tokyo", has_api=True).mount(chaos), "--unseen")
    before = local("feeds", "show", "1").out
    local.ok("feeds", "gather")
    after = local.ok("feeds", "show", "1")

    assert "it does not say" in before
    assert ("Asia/Tokyo", ["Resources"]) == (after["site_zone"], after["site_categories"])
    assert Exit.NOT_FOUND == local("feeds", "show", "9").code
