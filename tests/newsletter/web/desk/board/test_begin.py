"""Beginning an issue by hand."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.feeds import store as feeds
from newsletter.issues import store
from newsletter.issues.model import Issue, Newsletter
from newsletter.web.app import create_app
from newsletter.web.desk.issue.steps import SAID
from tests.harness.chaosfeed import ChaosFeed, Page
from tests.harness.newsroom import contents_of
from tests.harness.wordpress import Blog, BlogPost
from tests.newsletter.web.conftest import DESK_TOKEN, PUBLIC_URL, Hands, at_desk
from tests.newsletter.web.desk.conftest import OpenDesk


def where(newsletter: Newsletter) -> str:
    """Give the address of the page."""
    return f"/desk/newsletters/{newsletter.id}/begin"


def made(database: Database, newsletter: Newsletter) -> list[Issue]:
    """Give all issues there are, the latest first."""
    with database.read() as tx:
        return [store.load(tx, line.id) for line in store.issues_of(tx, newsletter.id)]


def test_the_board_leads_there(desk: OpenDesk, newsletter: Newsletter) -> None:
    """From the newsletter itself, and as a step on the way of a fresh one."""
    assert 2 == desk.page("/desk").count(f'href="{where(newsletter)}"')


def test_months_are_those_of_the_newsletter(desk: OpenDesk, newsletter: Newsletter, issue: Issue, clock: Hands) -> None:
    """The one that it is there comes first; one that has an issue says so, and can be taken all the same."""
    page = desk.page(where(newsletter))

    assert page.index("February 2020") < page.index("January 2020 (has an issue") < page.index("March 2019")
    assert "February 2019" not in page


@pytest.mark.parametrize(("status", "said", "titles"), [(200, "drafted", ["A year in pictures"]), (503, "drafted_unread", [])])
def test_of_a_month_after_a_look_at_its_feeds(
    application: Application, newsletter: Newsletter, clock: Hands, status: int, said: str, titles: list[str]
) -> None:
    """Its posts are there although nobody had gathered them; a feed that is away is said and stops nothing."""
    policy = replace(application.settings.fetch_policy, allow_loopback=True)
    local = replace(application, settings=replace(application.settings, fetch_policy=policy))
    client = TestClient(create_app(local, health=lambda: True, desk_token=DESK_TOKEN), PUBLIC_URL, follow_redirects=False)
    desk = OpenDesk(client, at_desk(client))
    blog = Blog([BlogPost(1, "A year in pictures", datetime(2019, 12, 17, 10, tzinfo=UTC))])
    with ChaosFeed() as chaos:
        url = blog.mount(chaos)
        if status != 200:
            chaos.put("/feed/", Page(b"", "text/plain", status))
        with local.database.write() as tx:
            feeds.add(tx, newsletter.id, url, clock())
        answer = desk.press(where(newsletter), of="month", month="2019-12")

    (issue,) = made(local.database, newsletter)
    assert f"/desk/issues/{issue.id}?said={said}" == answer.headers["location"]
    assert SAID[said].text in desk.page(answer.headers["location"])
    assert titles == [one.title for one in issue.articles if one.post_id is not None]


def test_of_nothing_but_a_title(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """It is empty, says where it is filled, and who began it."""
    answer = desk.press(where(newsletter), of="title", title="  Extra:\n Athens ")
    (issue,) = made(database, newsletter)

    assert "Extra: Athens" == issue.title
    assert () == issue.sections
    assert SAID["begun"].text in desk.page(answer.headers["location"])
    assert "issue.draft" in desk.page("/desk/settings/audit")


def test_with_the_sections_of_the_last(desk: OpenDesk, database: Database, newsletter: Newsletter, issue: Issue) -> None:
    """As its editors left them."""
    desk.press(where(newsletter), of="title", title="Extra", from_last="1")

    assert list(contents_of(issue)) == list(contents_of(made(database, newsletter)[0]))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"of": "title", "title": " "}, 'id="title-error">is empty'),
        ({"of": "title", "title": "Extra", "from_last": "1"}, "has none yet"),
        ({"of": "month", "month": "soon"}, "write it as 2020-01"),
        ({"of": "month"}, "write it as 2020-01"),
    ],
)
def test_what_is_wrong_stands_in_the_form(
    desk: OpenDesk, database: Database, newsletter: Newsletter, fields: dict[str, str], told: str
) -> None:
    """With what was typed, and nothing is made."""
    answer = desk.press(where(newsletter), **fields)

    assert 422 == answer.status_code
    assert told in answer.text
    assert f'value="{fields.get("title", "").strip()}"' in answer.text
    assert [] == made(database, newsletter)
