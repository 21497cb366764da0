"""Attacks on the pages, tried with a real browser and real sockets."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request

from newsletter.archive import shelf, shelving
from newsletter.issues import alerts, draft, editing, newsletters, store
from newsletter.issues.model import Issue, Newsletter
from newsletter.mail import dispatch
from newsletter.people import contributors
from newsletter.review import comments, guests
from newsletter.review.approval import approve, look_over
from newsletter.review.contribution import Typed
from newsletter.review.guests import GuestPurpose
from newsletter.staff.permissions import LOCAL_OPERATOR
from subscribers import register
from subscribers.model import Subscription, SubscriptionState
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.chaosfeed import ChaosFeed
from tests.harness.chaosfeed import Page as Answer
from tests.harness.house import DESK_TOKEN, House, house_of_copy
from tests.harness.newsroom import MADE_AT
from tests.harness.people import join

EVIL = "\"'></title></textarea><script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>{{7*7}}${7*7}"
CANARY = "https://canary.example"
# What stands on no page of ours, whatever the policy would do about it.
ACTING = (
    "[onerror], [onload], [onclick], [formaction], [srcdoc], [href^='java'], "
    "script:not([src]), object, base, math, img[src='x']"
)
EVIL_HTML = f"""
<p onclick="alert(1)">mentoring<script src="{CANARY}/s.js"></script><a href="javascript:alert(1)">y</a></p>{EVIL}
<img src="{CANARY}/p.png" srcset="{CANARY}/q.png 2x">
<style>@import url({CANARY}/s.css);p{{background:url({CANARY}/b.png)}}</style><p style="background:url({CANARY}/c.png)">z</p>
<video poster="{CANARY}/v.png" src="{CANARY}/v.mp4" autoplay></video><object data="{CANARY}/o"></object>
<iframe src="{CANARY}/f" srcdoc="<script>alert(1)</script>"></iframe><link rel="stylesheet" href="{CANARY}/l.css">
<meta http-equiv="refresh" content="0;url={CANARY}/m"><base href="{CANARY}/">
<form action="{CANARY}/form"><button formaction="javascript:alert(1)">w</button></form>
<math><mi xlink:href="javascript:alert(1)">
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give the product, open."""
    folder = tmp_path_factory.mktemp("attacks")
    with house_of_copy(folder, sqlite_template, "newsletter") as opened:
        yield opened


@pytest.fixture(scope="module")
def newsletter(house: House) -> Newsletter:
    """Give a newsletter whose own words are attacks."""
    with house.application.database.write() as tx:
        list_ = register.create_list(tx, EVIL, MADE_AT, description=EVIL)
        return newsletters.create(
            tx,
            name=EVIL,
            sender_name=EVIL,
            sender_address="news@example.org",
            list_id=list_.id,
            postal_address=EVIL,
            now=MADE_AT,
        )


@pytest.fixture(scope="module")
def reader(house: House, newsletter: Newsletter) -> Subscription:
    """Give somebody whose name is an attack."""
    application = house.application
    with application.database.write() as tx:
        return join(tx, application.keyring, newsletter.list_id, "ann@example.org", application.clock(), EVIL).subscription


@pytest.fixture(scope="module")
def issue(house: House, newsletter: Newsletter, reader: Subscription) -> Issue:
    """Give an issue on its way, paused, in which every text that anybody may write is an attack."""
    application, now = house.application, house.application.clock()
    with application.database.write() as tx:
        made = draft.draft_empty(tx, newsletter, EVIL, now)
        editing.write_letter(tx, made.id, EVIL, EVIL_HTML, EVIL, now)
        editing.edit_issue(tx, made.id, now, title=EVIL, subject=EVIL, preheader=EVIL)
        send(tx, house, made)
        alerts.raise_alert(tx, "evil", EVIL, now, issue_id=made.id)
        return store.load(tx, made.id)


def send(tx: Transaction, house: House, made: Issue) -> None:
    """Approve and send an issue, and let it rest."""
    application, now = house.application, house.application.clock()
    seed = application.keyring.derive("slots")
    looked = look_over(tx, application.templates, made.id, links=application.links, seed=seed)
    approve(tx, looked, LOCAL_OPERATOR, now, override_reason=EVIL)
    dispatch.send_issue(tx, made.id, now)
    dispatch.pause(tx, made.id, now)


@pytest.fixture(scope="module")
def page(browser: Browser, house: House) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab with a session at the desk."""
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
    opened.get_by_role("button").click()
    opened.wait_for_url(f"{house.url}/desk")
    yield opened
    context.close()


@pytest.fixture(scope="module")
def article(house: House, issue: Issue) -> str:
    """Give where the hostile article has a page of its own, taken in as the worker does."""
    application = house.application
    assert (issue.id,) == shelving.take_in(application.database, application.links, application.clock)
    with application.database.read() as tx:
        [kept] = shelf.articles_of(tx, [issue.id])[issue.id]
        slug = newsletters.by_id(tx, issue.newsletter_id).slug
    return f"/archive/{slug}/{issue.number}/{kept.slug}"


@pytest.fixture(scope="module")
def approved(house: House, newsletter: Newsletter) -> Issue:
    """Give an issue of the same kind that waits to be sent."""
    application, now = house.application, house.application.clock()
    with application.database.write() as tx:
        made = draft.draft_empty(tx, newsletter, EVIL, now)
        editing.write_letter(tx, made.id, EVIL, EVIL_HTML, EVIL, now)
        seed = application.keyring.derive("slots")
        looked = look_over(tx, application.templates, made.id, links=application.links, seed=seed)
        return approve(tx, looked, LOCAL_OPERATOR, now, override_reason=EVIL).issue


@pytest.fixture(scope="module")
def guest_pages(house: House, newsletter: Newsletter) -> tuple[str, ...]:
    """Give what guests see of a draft that is an attack: one looks it over, one writes for it, and both write attacks."""
    application, now = house.application, house.application.clock()
    seal, week = application.keyring.seal, now + timedelta(days=7)
    who = {"address": "chair@example.org", "name": EVIL, "by": EVIL}
    with application.database.write() as tx:
        drafted = draft.draft_empty(tx, newsletter, EVIL, now)
        editing.write_letter(tx, drafted.id, EVIL, EVIL_HTML, EVIL, now)
        drafted = store.load(tx, drafted.id)
        looked = guests.make(tx, drafted.id, GuestPurpose.REVIEW, **who, now=now, ends_at=week)
        comments.say(tx, drafted, EVIL, EVIL_HTML, now, article_id=drafted.articles[0].id, link_id=looked.id)
        section = drafted.sections[0].title
        writing = contributors.invite(tx, drafted.id, section=section, words=400, due_at=week, now=now, **who)
        contributors.keep(
            tx, writing, Typed(text=EVIL_HTML, byline=EVIL, title=EVIL, picture_alt=EVIL, picture_credit=EVIL), now
        )
        edited = contributors.invite(tx, drafted.id, section=section, words=400, due_at=week, now=now, **who)
        handed_in = contributors.hand_in(tx, edited, EVIL_HTML, now)
        assert handed_in.article_id is not None
        editing.edit_article(tx, drafted.id, handed_in.article_id, now, content=f"{EVIL_HTML}<p>edited</p>")
        contributors.ask_again(tx, handed_in, now)
    review = f"/r/{seal(Purpose.REVIEW, looked.id)}"
    write, agree = (f"/w/{seal(Purpose.CONTRIBUTE, one.link_id)}" for one in (writing, edited))
    return (review, f"{review}/letter", write, f"{write}/letter", agree, f"{agree}/letter")


def written_pages(issue: Issue) -> tuple[str, ...]:
    """Give the pages on which a text of an issue is written, compared and asked for."""
    base, article = f"/desk/issues/{issue.id}", issue.articles[0]
    text = f"{base}/articles/{article.id}"
    return (
        text,
        f"{text}?edit=1",
        f"{text}/beside/{issue.version}",
        f"{base}/versions",
        f"{base}/versions/{issue.version}",
        f"{base}/contributions",
    )


def test_no_text_becomes_a_script(
    page: Page,
    house: House,
    newsletter: Newsletter,
    issue: Issue,
    reader: Subscription,
    article: str,
    approved: Issue,
    guest_pages: tuple[str, ...],
) -> None:
    """Whoever wrote it: editors, feeds, guests, readers, the staff; and nothing is loaded from elsewhere (A02, A04)."""
    seal = house.application.keyring.seal
    paths = (
        "/",
        "/archive/",
        f"/archive/{newsletter.slug}/",
        f"/archive/{newsletter.slug}/{issue.number}",
        article,
        "/archive/search?q=mentoring",
        f"/archive/search?{urlencode({'q': EVIL})}",
        f"/read/{seal(Purpose.READ, issue.id)}",
        f"/u/{seal(Purpose.UNSUBSCRIBE, reader.id)}",
        f"/p/{seal(Purpose.PREFERENCES, reader.subscriber_id)}",
        f"/c/{seal(Purpose.CONFIRM, 1)}",
        *guest_pages,
        "/desk",
        f"/desk/issues/{issue.id}",
        f"/desk/issues/{issue.id}/preview",
        f"/desk/issues/{issue.id}/live",
        f"/desk/issues/{issue.id}/send",
        f"/desk/issues/{issue.id}/uncertain",
        f"/desk/issues/{issue.id}/cancel",
        f"/desk/issues/{approved.id}",
        f"/desk/issues/{approved.id}/review",
        f"/desk/issues/{approved.id}/send",
        f"/desk/issues/{approved.id}/send/look",
        *written_pages(approved),
    )
    dialogs: list[str] = []
    asked: list[Request] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 -- it is written to
    for path in paths:
        answer = page.goto(house.url + path, wait_until="load")
        assert answer is not None
        assert 200 == answer.status, path
        assert "49" not in page.title()
        assert page.url == house.url + path
        assert 0 == page.locator(ACTING).count(), path

    assert [] == dialogs
    assert [] == [request.url for request in asked if not request.url.startswith((house.url, "data:"))]
    scripts = {urlsplit(request.url).path for request in asked if request.resource_type == "script"}
    assert {"/static/desk.js", "/static/editor.js", "/static/keep.js"} == scripts


def test_a_form_on_a_foreign_page_does_nothing(page: Page, house: House, issue: Issue) -> None:
    """Another port of this machine gets the cookie sent along, and still cannot press a button (A11)."""
    target = f"{house.url}/desk/issues/{issue.id}/resume"
    form = f'<form method="post" action="{target}"><input name="version" value="{issue.version}"><button>win</button></form>'
    with ChaosFeed() as foreign:
        page.goto(foreign.put("/", Answer(form.encode(), "text/html")))
        page.get_by_role("button").click()
        page.wait_for_url(target)

    assert "This form was not accepted" == page.locator("h1").inner_text()
    with house.application.database.read() as tx:
        assert store.load(tx, issue.id).is_paused


def test_the_desk_is_shown_in_no_foreign_frame(page: Page, house: House) -> None:
    """Nobody is lured into clicking on something that lies beneath (A46)."""
    with ChaosFeed() as foreign:
        frame = f'<iframe src="{house.url}/desk"></iframe>'
        page.goto(foreign.put("/", Answer(frame.encode(), "text/html")))
        inside = page.frames[1]

        assert 0 == inside.locator("text=Sign out").count()


def ask(house: House, lines: str, body: str = "") -> str:
    """Send a request as it stands; gives the answer as it comes."""
    with socket.create_connection(("127.0.0.1", urlsplit(house.url).port or 0), timeout=30) as wire:
        wire.sendall((lines.replace("\n", "\r\n") + "\r\n\r\n" + body).encode())
        pieces = iter(lambda: wire.recv(65536), b"")
        return b"".join(pieces).decode()


@pytest.mark.parametrize(
    "lines",
    [
        "GET / HTTP/1.1\nHost: evil.example\nConnection: close",
        "GET http://evil.example/ HTTP/1.1\nHost: evil.example\nConnection: close",
        "GET / HTTP/1.1\nHost: a/?x=\nConnection: close",
        "GET / HTTP/1.1\nHost: 127.0.0.1@evil.example\nConnection: close",
        "GET / HTTP/1.1\nConnection: close",
    ],
)
def test_a_foreign_name_gets_no_page(house: House, lines: str) -> None:
    """By whatever way it is given (A16)."""
    answer = ask(house, lines)

    assert answer.startswith("HTTP/1.1 400")
    assert "evil.example" not in answer


def test_a_forwarded_name_is_not_believed(house: House, newsletter: Newsletter) -> None:
    """No address on a page is built from a header."""
    names = "X-Forwarded-Host: evil.example\nForwarded: host=evil.example\nX-Original-Host: evil.example"
    answer = ask(house, f"GET /archive/{newsletter.slug}/atom.xml HTTP/1.1\nHost: 127.0.0.1\n{names}\nConnection: close")

    assert answer.startswith("HTTP/1.1 200")
    assert "evil.example" not in answer
    assert house.url in answer


def test_one_click_over_http_1_0(house: House, reader: Subscription) -> None:
    """The oldest client that can post is heard, too."""
    token = house.application.keyring.seal(Purpose.UNSUBSCRIBE, reader.id)
    body = "List-Unsubscribe=One-Click"
    kind = f"Content-Type: application/x-www-form-urlencoded\nContent-Length: {len(body)}"
    answer = ask(house, f"POST /u/{token} HTTP/1.0\n{kind}", body)

    assert " 200 " in answer.splitlines()[0]
    assert answer.endswith("Unsubscribed.\n")
    assert "set-cookie" not in answer.lower()
    with house.application.database.read() as tx:
        standing = register.subscription_by_id(tx, reader.id)
    assert standing is not None
    assert SubscriptionState.WITHDRAWN is standing.state
