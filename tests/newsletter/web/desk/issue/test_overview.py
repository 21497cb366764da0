"""The page of one issue."""

import re
from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.issues import alerts, draft, editing
from newsletter.issues.model import Issue, Newsletter
from newsletter.people import segments
from newsletter.web.guard import FOLLOWED_POLICY
from subscribers import attributebook
from subscribers.attributes import AttributeKind
from tests.harness.newsroom import article_called
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk, buttons, overheard, state_of, uncountable


def test_it_says_how_the_issue_stands(desk: OpenDesk, issue: Issue) -> None:
    """Sections and articles in order, findings, figures of the list."""
    page = desk.page(f"/desk/issues/{issue.id}")

    titles = ["Division Chair letter", "Feature articles", "Staying relevant", "by Susan Schnuer", "… and more"]
    places = [page.index(title, page.index('id="contents"')) for title in titles]
    assert places == sorted(places)
    assert "Readers of Section News" in page
    assert "1 must be mended" in page
    assert ["See what must be mended", "Cancel this issue …"] == buttons(page)


def test_an_issue_that_may_go_out(desk: OpenDesk, ready: Issue) -> None:
    """One button is the first."""
    page = desk.page(f"/desk/issues/{ready.id}")

    assert ["Review and approve", "Cancel this issue …"] == buttons(page)
    assert 1 == page.count("button--first")


def test_an_empty_issue_says_how_to_begin(desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """Nothing breaks without articles."""
    with database.write() as tx:
        empty = draft.draft_empty(tx, newsletter, "A one-off", clock())

    assert "It is empty." in desk.page(f"/desk/issues/{empty.id}")
    assert 200 == desk.client.get(f"/desk/issues/{empty.id}/preview").status_code


def test_the_preview_is_locked_in(desk: OpenDesk, issue: Issue) -> None:
    """A frame without scripts, forms or our origin, whatever the letter holds (A02)."""
    page = desk.page(f"/desk/issues/{issue.id}")
    preview = desk.client.get(f"/desk/issues/{issue.id}/preview")

    frame = re.search(r"<iframe[^>]+>", page)
    assert frame is not None
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame[0]
    assert FOLLOWED_POLICY.format(pictures="'self' https://news.example.org") == preview.headers["content-security-policy"]
    assert "script-src 'none'" in FOLLOWED_POLICY
    assert "sandbox allow-popups" in FOLLOWED_POLICY
    assert "no-store" == preview.headers["cache-control"]


def test_the_preview_holds_nobodys_links(desk: OpenDesk, issue: Issue) -> None:
    """Unsubscribing from it leads to the newsletter's page."""
    preview = desk.page(f"/desk/issues/{issue.id}/preview")

    assert "/u/" not in preview
    assert "/p/" not in preview


def test_what_feeds_and_editors_write_is_text(desk: OpenDesk, database: Database, issue: Issue, clock: Hands) -> None:
    """A payload in every field (A02, A03)."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'
    article = article_called(issue, "Staying relevant")
    with database.write() as tx:
        editing.edit_issue(tx, issue.id, clock(), title=evil, subject=evil, preheader=evil)
        editing.edit_article(tx, issue.id, article.id, clock(), title=evil, byline=evil, content=evil)
        alerts.raise_alert(tx, "evil", evil, clock(), issue_id=issue.id)

    base = f"/desk/issues/{issue.id}"
    for path in (base, "/desk", f"{base}/cancel", f"{base}/review", f"{base}/send"):
        page = desk.page(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "49" not in re.sub(r"\d{4,}", "", page.split("<main")[1].split("csrf")[0])


def test_what_waits_because_of_it_stands_on_top(desk: OpenDesk, database: Database, issue: Issue, clock: Hands) -> None:
    """And no alert of another one."""
    with database.write() as tx:
        alerts.raise_alert(tx, "mine", "This one waits.", clock(), issue_id=issue.id)
        alerts.raise_alert(tx, "other", "The feed is down.", clock())
    page = desk.page(f"/desk/issues/{issue.id}")

    assert "This one waits." in page
    assert "The feed is down." not in page


def test_looking_changes_nothing(desk: OpenDesk, database: Database, ready: Issue) -> None:
    """No page of the desk acts when it is only opened (A11)."""
    for path in ("", "/preview", "/review", "/send", "/send/count", "/send/look", "/live", "/cancel", "/uncertain", "/rest"):
        for method in ("GET", "HEAD"):
            desk.client.request(method, f"/desk/issues/{ready.id}{path}")

    assert "draft" == state_of(database, ready)


def chosen(database: Database, issue: Issue, rule: str, now: datetime) -> None:
    """Let an issue go to a segment only."""
    with database.write() as tx:
        attributebook.define(tx, "member", AttributeKind.YES_NO, now)
        segments.create(tx, "Some", rule, "ann", now)
        editing.select_people(tx, issue.id, now, included=["Some"], excluded=[])


def test_it_says_whom_it_goes_to(desk: OpenDesk, ready: Issue, database: Database, clock: Hands) -> None:
    """On its page, and where it is asked whether it is to go out."""
    chosen(database, ready, "not member = yes and not name = Nobody", clock())
    page = desk.page(f"/desk/issues/{ready.id}")

    assert "Readers of Section News, in “Some”" in page


def test_it_says_that_nobody_can_tell_whom_it_goes_to(desk: OpenDesk, ready: Issue, database: Database, clock: Hands) -> None:
    """What its segment speaks of is gone; nobody can approve it."""
    chosen(database, ready, "member = yes", clock())
    with database.write() as tx:
        attributebook.remove(tx, "member")
    page = desk.page(f"/desk/issues/{ready.id}/review")

    assert "segment Some: cannot be asked any more: there is no attribute “member”" in page
    assert "Approve for sending" not in buttons(page)


def test_it_does_not_wait_for_a_number(
    desk: OpenDesk, approved: Issue, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its readers are counted for some seconds and no longer; the page says so and can do what it could."""
    with uncountable(database, monkeypatch):
        page = desk.page(f"/desk/issues/{approved.id}/send/look?counted=1")

    assert "could not be counted within" in page
    assert "Send to an unknown number of people" in buttons(page)


@pytest.mark.parametrize("path", ["", "/review", "/send", "/send/look", "/cancel"])
def test_nobody_is_counted_for_a_page(desk: OpenDesk, approved: Issue, path: str) -> None:
    """A million people take a second; the number comes behind the page."""
    with overheard() as asked:
        desk.page(f"/desk/issues/{approved.id}{path}")

    assert [] == [one for one in asked if "count" in one and "FROM subscription" in one]


def test_the_address_of_the_web_copy_is_copied(desk: OpenDesk, mailing: Issue) -> None:
    """From the moment it is mailed."""
    page = desk.page(f"/desk/issues/{mailing.id}")
    found = re.search(r'<pre [^>]*id="web-copy"[^>]*>https?://[^/<]+(/[^<]+)</pre>', page)

    assert found is not None
    assert 200 == desk.client.get(found[1]).status_code
