"""Feeds at the desk."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.feeds import store
from newsletter.issues.model import Newsletter
from newsletter.web.app import create_app
from tests.harness.chaosfeed import ChaosFeed, Page
from tests.harness.wordpress import Blog, BlogPost
from tests.newsletter.web.conftest import DESK_TOKEN, PUBLIC_URL, Hands, at_desk
from tests.newsletter.web.desk.conftest import OpenDesk

HERE = "/desk/settings/feeds"
POSTS = [
    BlogPost(1, "A year in pictures by Ann Lee", datetime(2020, 1, 17, 10, tzinfo=UTC)),
    BlogPost(2, "Minutes of a meeting", datetime(2020, 1, 18, 10, tzinfo=UTC)),
    BlogPost(3, "Of another month", datetime(2019, 11, 18, 10, tzinfo=UTC)),
]


@contextmanager
def a_blog(application: Application) -> Iterator[tuple[OpenDesk, str, ChaosFeed]]:
    """Give a desk that may read from this machine, the address of a blog, and the server it is on."""
    policy = replace(application.settings.fetch_policy, allow_loopback=True)
    local = replace(application, settings=replace(application.settings, fetch_policy=policy))
    client = TestClient(create_app(local, health=lambda: True, desk_token=DESK_TOKEN), PUBLIC_URL, follow_redirects=False)
    with ChaosFeed() as chaos:
        yield OpenDesk(client, at_desk(client)), Blog(POSTS).mount(chaos), chaos


def test_trying_a_feed_shows_what_would_be_drafted_and_keeps_nothing(
    application: Application, database: Database, newsletter: Newsletter
) -> None:
    """Post by post, in the section each would fall into; of one month."""
    with a_blog(application) as (desk, url, _):
        answer = desk.client.get(f"{HERE}/try", params={"newsletter": newsletter.id, "url": url, "month": "2020-01"})

    _, _, features = answer.text.partition("Feature articles</h2>")
    assert "A year in pictures" in features.partition("</section>")[0]
    assert "Minutes of a meeting" in features.partition("… and more")[2]
    assert "Of another month" not in answer.text
    with database.read() as tx:
        assert () == store.feeds_of(tx, newsletter.id)


def test_a_feed_is_added_tried_read_and_removed(
    application: Application, database: Database, newsletter: Newsletter, clock: Hands
) -> None:
    """Each by a button; reading keeps its posts."""
    with a_blog(application) as (desk, url, _):
        added = desk.press(HERE, newsletter=str(newsletter.id), url=url)
        with database.read() as tx:
            [feed] = store.feeds_of(tx, newsletter.id)
        tried = desk.page(f"{HERE}/{feed.id}/test?month=2020-01")
        read = desk.press(f"{HERE}/{feed.id}/read")
        with database.read() as tx:
            posts = store.posts_between(tx, newsletter.id, datetime(2020, 1, 1, tzinfo=UTC), clock())
        asked = desk.page(f"{HERE}/{feed.id}/remove")
        desk.press(f"{HERE}/{feed.id}/remove")

    assert ["feed-added", "feed-read"] == [answer.headers["location"].partition("said=")[2] for answer in (added, read)]
    assert "2 posts of January 2020" in tried
    assert 2 == len(posts)
    assert "Stop reading" in asked
    with database.read() as tx:
        assert () == store.feeds_of(tx, newsletter.id)


def test_a_feed_that_is_away_is_added_all_the_same(
    application: Application, database: Database, newsletter: Newsletter
) -> None:
    """And says why it could not be read, on its own page and after reading it by hand."""
    with a_blog(application) as (desk, url, chaos):
        chaos.put("/feed/", Page(b"", "text/plain", 503))
        added = desk.press(HERE, newsletter=str(newsletter.id), url=url)
        with database.read() as tx:
            [feed] = store.feeds_of(tx, newsletter.id)
        read = desk.press(f"{HERE}/{feed.id}/read")
        page = desk.page(read.headers["location"])

    assert added.headers["location"].endswith("feed-blind")
    assert "Could not be read" in page
    assert "503" in page


def test_what_is_no_address_is_refused_with_what_was_typed(desk: OpenDesk, newsletter: Newsletter) -> None:
    """In words; so is a newsletter that is not there."""
    wrong = desk.press(HERE, newsletter=str(newsletter.id), url="file:///etc/passwd")
    nobody = desk.press(HERE, newsletter="99", url="https://blog.example.org/")

    assert [422, 422] == [wrong.status_code, nobody.status_code]
    assert "file:///etc/passwd" in wrong.text
    assert "choose one of the list" in nobody.text


def test_an_inner_address_is_not_fetched(desk: OpenDesk, newsletter: Newsletter) -> None:
    """Trying an address asks nothing of this machine or network (A18)."""
    answer = desk.client.get(f"{HERE}/try", params={"newsletter": newsletter.id, "url": "http://169.254.169.254/latest/"})

    assert 200 == answer.status_code
    assert "note--stop" in answer.text
