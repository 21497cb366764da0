"""The board."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.feeds import store as feeds
from newsletter.issues import alerts, draft, schedulebook, store, timetable
from newsletter.issues.model import Issue, IssueState, Month, Newsletter
from newsletter.issues.recurrence import parse_recurrence, parse_wall_time
from newsletter.issues.schedule import WhenEmpty
from newsletter.mail import figures, mailings, relaybook
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.figures import Change
from newsletter.mail.relays import Relay, Tls
from newsletter.staff.permissions import Actor, Role
from newsletter.strongbox import Strongbox
from newsletter.tables.mail import mailing as table
from newsletter.web.app import create_app
from newsletter.web.desk.board.board import MOST_ALERTS, MOST_ISSUES
from newsletter.web.desk.issue.steps import SAID
from subscribers.tokens import Keyring
from tests.harness.chaosfeed import ChaosFeed, Page
from tests.harness.newsroom import a_newsletter
from tests.harness.wordpress import Blog, BlogPost
from tests.newsletter.web.conftest import DESK_TOKEN, PUBLIC_URL, Hands, at_desk, browser_of
from tests.newsletter.web.desk.conftest import OpenDesk, buttons


def schedule(database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """Let its issues go out on the first Monday at nine."""
    with database.write() as tx:
        schedulebook.set_schedule(
            tx,
            timetable.propose(
                newsletter.id,
                parse_recurrence("first monday"),
                parse_wall_time("09:00"),
                newsletter.zone,
                timedelta(days=7),
                None,
                WhenEmpty.SKIP,
                clock(),
            ),
        )


def test_an_empty_board_says_how_to_begin(desk: OpenDesk) -> None:
    """Step by step, with one button: the one to press now."""
    page = desk.page("/desk")

    assert "No newsletter yet" in page
    assert ["Make a newsletter"] == buttons(page)
    assert 'href="/desk/settings/newsletters/new"' in page


def test_the_way_to_a_first_issue_goes_on(desk: OpenDesk, newsletter: Newsletter) -> None:
    """What is done is ticked off; the next step has the button."""
    page = desk.page("/desk")

    assert ["Add the feed it is made of"] == buttons(page)
    assert 1 == page.count("button--first")


def test_a_newsletter_without_a_calendar(desk: OpenDesk, newsletter: Newsletter) -> None:
    """Says that it has none, and how to get one."""
    page = desk.page("/desk")

    assert "No calendar yet" in page
    assert "No issue yet" in page


def test_readers_are_counted_with_a_script_and_without(desk: OpenDesk, newsletter: Newsletter) -> None:
    """Behind the board, or on a page of its own that a link leads to."""
    there = f"/desk/newsletters/{newsletter.id}/readers"
    board = desk.page("/desk")

    assert f'hx-get="{there}" hx-trigger="load" hx-select="#people"' in board
    assert f'<a href="{there}">Count them</a>' in board
    assert '<span id="people"><span>nobody</span></span>' in desk.page(there)


def test_the_next_slot_stands_in_the_newsletters_zone(
    desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands
) -> None:
    """With the time its draft is made, and the feed that is missing."""
    schedule(database, newsletter, clock)
    page = desk.page("/desk")

    assert "Mon 3 Feb 2020, 09:00 Amsterdam" in page
    assert ">2 days to go</span>)" in page
    assert "No feed to draft it from" in page


def test_a_missed_month_is_drafted_by_a_button(
    desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands
) -> None:
    """Once, and only a month that was missed."""
    path = f"/desk/newsletters/{newsletter.id}/draft"
    with database.write() as tx:
        key = draft.missed_key(newsletter.id, Month(2019, 12))
        alerts.raise_alert(tx, key, "It has no issue.", clock(), newsletter_id=newsletter.id)

    assert "Draft December 2019 now" in buttons(desk.page("/desk"))
    answer = desk.press(path, month="2019-12")
    assert "Drafted." in desk.page(answer.headers["location"])
    assert "Draft December 2019 now" not in desk.page("/desk")
    assert [422, 422] == [desk.press(path, month=month).status_code for month in ("2019-12", "soon")]
    with database.read() as tx:
        assert ["2019-12"] == [line.month for line in store.issues_of(tx, newsletter.id)]


@pytest.mark.parametrize(
    ("is_up", "said", "titles"), [(True, "drafted", ["A year in pictures"]), (False, "drafted_unread", [])]
)
def test_a_missed_month_is_drafted_after_a_look_at_its_feeds(
    application: Application, newsletter: Newsletter, clock: Hands, *, is_up: bool, said: str, titles: list[str]
) -> None:
    """Its posts are there although nobody had gathered them; a feed that is away is said and stops nothing."""
    policy = replace(application.settings.fetch_policy, allow_loopback=True)
    local = replace(application, settings=replace(application.settings, fetch_policy=policy))
    client = TestClient(create_app(local, health=lambda: True, desk_token=DESK_TOKEN), PUBLIC_URL, follow_redirects=False)
    desk = OpenDesk(client, at_desk(client))
    blog = Blog([BlogPost(1, "A year in pictures", datetime(2019, 12, 17, 10, tzinfo=UTC))])
    with ChaosFeed() as chaos:
        url = blog.mount(chaos)
        if not is_up:
            chaos.put("/feed/", Page(b"", "text/plain", 503))
        with local.database.write() as tx:
            feeds.add(tx, newsletter.id, url, clock())
            alerts.raise_alert(
                tx, draft.missed_key(newsletter.id, Month(2019, 12)), "None.", clock(), newsletter_id=newsletter.id
            )
        answer = desk.press(f"/desk/newsletters/{newsletter.id}/draft", month="2019-12")

    assert answer.headers["location"].endswith(f"said={said}")
    assert SAID[said].text in desk.page(answer.headers["location"])
    with local.database.read() as tx:
        (line,) = store.issues_of(tx, newsletter.id)
        assert titles == [one.title for one in store.load(tx, line.id).articles if one.post_id is not None]


def test_a_draft_says_what_blocks_it(desk: OpenDesk, database: Database, issue: Issue, clock: Hands) -> None:
    """The letter nobody wrote, and the approval nobody gave; each leads to where it is mended."""
    with database.write() as tx:
        store.set_send_at(tx, issue.id, clock() + timedelta(days=2))
    page = desk.page("/desk")

    letter = next(article for article in issue.articles if article.is_placeholder)
    here = f"/desk/issues/{issue.id}"
    assert f'<a href="{here}/articles/{letter.id}">Division Chair letter is not written yet</a>' in page
    assert f'<a href="{here}/review">Nobody has approved it yet</a>' in page
    assert "Open the draft" in buttons(page)
    assert "January 2020" in page


def test_an_issue_of_which_too_much_bounced_is_told(desk: OpenDesk, database: Database, mailing: Issue, clock: Hands) -> None:
    """One in fifty is too much, of fifty people and more; of fewer one is none, and of few nobody can tell."""
    with database.write() as tx:
        store.set_state(tx, store.load(tx, mailing.id), IssueState.SENT, clock())
        letter_id = mailings.letter_of_issue(tx, mailing.id)
        assert letter_id is not None
    told, bounced = {}, 0
    for people, refused in ((50, 0), (49, 1), (51, 1), (50, 1), (49, 48), (2451, 49), (2450, 49)):
        with database.write() as tx:
            tx.execute(update(table).where(table.c.letter_id == letter_id).values(audience=people))
            figures.add(tx, Counter({Change(letter_id, DeliveryState.REFUSED): refused - bounced}))
        bounced = refused
        told[people, refused] = re.findall(r"([0-9.]+ % of [^<]+ bounced, [^<]+?)\. Mailbox", desk.page("/desk"))

    assert {
        (50, 1): ["2.0 % of January 2020 bounced, 1 of 50"],
        (2450, 49): ["2.0 % of January 2020 bounced, 49 of 2,450"],
    } == {figure: texts for figure, texts in told.items() if texts}
    assert f'<a href="/desk/issues/{mailing.id}/send">See what mail servers answered</a>' in desk.page("/desk")


def test_a_running_mailing_has_its_bar(desk: OpenDesk, mailing: Issue) -> None:
    """With figures, and where news of it come from."""
    page = desk.page("/desk")

    assert f'data-stream="/desk/issues/{mailing.id}/stream" data-poll="/desk/issues/{mailing.id}/live"' in page
    assert "0 accepted of 3, 3 waiting" in page
    assert "/static/desk.js" in page


def test_without_a_running_mailing_nothing_is_asked_again(desk: OpenDesk, issue: Issue) -> None:
    """The page is only a page."""
    assert "data-stream" not in desk.page("/desk")


def test_a_held_issue_asks_for_a_decision(desk: OpenDesk, database: Database, ready: Issue, clock: Hands) -> None:
    """Before anything else of its newsletter."""
    with database.write() as tx:
        store.set_state(tx, ready, IssueState.HELD, clock())
    page = desk.page("/desk")

    assert "“January 2020” waits for a decision" in page


def test_alerts_stand_on_top_and_the_rest_is_counted(desk: OpenDesk, database: Database, clock: Hands) -> None:
    """A bad night fills no three screens."""
    with database.write() as tx:
        for number in range(MOST_ALERTS + 2):
            alerts.raise_alert(tx, f"feed:{number}", f"Feed {number} is down.", clock() - timedelta(hours=1))
    page = desk.page("/desk")

    assert "Feed 0 is down." in page
    assert f"Feed {MOST_ALERTS} is down." not in page
    assert "And 2 more." in page
    assert "1 hour ago" in page or "60 minutes ago" in page


def test_a_feed_in_trouble_is_shown(desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """With its address and the reason."""
    with database.write() as tx:
        feed = feeds.add(tx, newsletter.id, "https://blog.example.org/feed/", clock())
        feeds.record_trouble(tx, feed.id, trouble="It answered 503.", failures=1, not_before=clock())
    page = desk.page("/desk")

    assert "https://blog.example.org/feed/" in page
    assert "It answered 503." in page


def test_a_missing_mail_server_is_said(application: Application, issue: Issue) -> None:
    """Before anybody wonders why nothing arrives."""
    bare = replace(application, settings=replace(application.settings, relay=None))
    client = TestClient(create_app(bare, health=lambda: True, desk_token=DESK_TOKEN), PUBLIC_URL)
    client.post(f"/desk/enter/{DESK_TOKEN}")

    assert "No mail server is connected" in client.get("/desk").text


def test_a_mail_server_that_was_added_is_enough(
    application: Application, database: Database, keyring: Keyring, newsletter: Newsletter, clock: Hands
) -> None:
    """It need not stand in the setting; when none is enabled, that is said."""
    bare = replace(application, settings=replace(application.settings, relay=None))
    client = TestClient(create_app(bare, health=lambda: True, desk_token=DESK_TOKEN), PUBLIC_URL)
    client.post(f"/desk/enter/{DESK_TOKEN}")
    with database.write() as tx:
        relaybook.add(tx, Relay("127.0.0.1", 9, Tls.NONE, name="main"), Strongbox.of(keyring), clock())

    assert "No mail server" not in client.get("/desk").text
    with database.write() as tx:
        relaybook.enable(tx, relaybook.find(tx, "main", None), clock(), is_enabled=False)
    assert "No mail server is given mail (main)" in client.get("/desk").text


def test_one_newsletter_has_the_first_button(desk: OpenDesk, database: Database, issue: Issue, clock: Hands) -> None:
    """One thing to do next on a screen."""
    with database.write() as tx:
        other = a_newsletter(tx, "Library Weekly")
        draft.draft_empty(tx, other, "Special", clock())

    assert 1 == desk.page("/desk").count("button--first")


@pytest.mark.usefixtures("readers")
def test_an_overfull_board_shows_a_year(desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """And says where the rest is."""
    with database.write() as tx:
        for year in (2017, 2018):
            for month in range(1, 13):
                draft.draft_month(tx, newsletter, Month(year, month), clock())
    page = desk.page("/desk")

    assert MOST_ISSUES == page.count('class="rows__title"')
    assert f'href="/desk/newsletters/{newsletter.id}/issues"' in page
    assert "the older ones too" in page


def test_somebody_sees_what_is_theirs(
    application: Application, database: Database, newsletter: Newsletter, clock: Hands
) -> None:
    """Of other newsletters neither their issues nor what waits there."""
    with database.write() as tx:
        other = a_newsletter(tx, "Library Weekly")
        alerts.raise_alert(tx, "feed:7", "Its feed is down.", clock(), newsletter_id=other.id)
        alerts.raise_alert(tx, "feed:8", "Our feed is down.", clock(), newsletter_id=newsletter.id)
    viewer = Actor("vic", None, {newsletter.id: Role.VIEWER})
    page = browser_of(application, viewer).get("/desk").text

    assert newsletter.name in page
    assert "Our feed is down." in page
    assert "Library Weekly" not in page
    assert "Its feed is down." not in page


def test_a_worker_that_does_not_tick_is_said(application: Application, newsletter: Newsletter) -> None:
    """Nothing would be mailed, and nobody would know why."""
    app = create_app(application, health=lambda: False, desk_token=DESK_TOKEN)
    client = TestClient(app, PUBLIC_URL)
    client.post(f"/desk/enter/{DESK_TOKEN}")

    assert "does not tick" in client.get("/desk").text
