"""An issue on its way, as it is watched."""

import re
from collections import Counter

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues.model import Issue
from newsletter.mail import relaybook
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.figures import Change, add
from newsletter.staff.permissions import Actor, Role
from newsletter.tables.mail import delivery
from newsletter.web.app import create_app
from tests.newsletter.web.conftest import DESK_TOKEN, PUBLIC_URL, browser_of
from tests.newsletter.web.desk.conftest import OpenDesk, buttons

S = DeliveryState
EVIL = '550 5.1.1 <img src=x onerror=alert(1)>"><script>alert(2)</script>\r\n\r\nevent: x {{7*7}}'


def settle(database: Database, issue: Issue, state: DeliveryState, reply: str = "", count: int = 1) -> None:
    """Let some of those who wait for an issue come to an end."""
    with database.write() as tx:
        rows = tx.execute(select(delivery.c.id, delivery.c.letter_id).where(delivery.c.state == "pending").limit(count)).all()
        ids = [row.id for row in rows]
        tx.execute(update(delivery).where(delivery.c.id.in_(ids)).values(state=state, reply=reply, code=550))
        add(tx, Counter({Change(rows[0].letter_id, state): len(rows)}))
    assert issue.letter_id == rows[0].letter_id


def live(desk: OpenDesk, issue: Issue) -> str:
    """Give what changes while an issue is mailed."""
    return desk.page(f"/desk/issues/{issue.id}/live")


def told(page: str) -> str:
    """Give what is said to whoever hears the page."""
    (found,) = re.findall(r"data-told>([^<]*)<", page)
    return str(found)


def test_it_is_a_piece_of_the_page(desk: OpenDesk, mailing: Issue) -> None:
    """The same pieces, so that what is told can take their place."""
    page, piece = desk.page(f"/desk/issues/{mailing.id}/send"), live(desk, mailing)

    assert "<html" not in piece
    assert re.findall(r'data-live-piece="(\w+)"', page) == re.findall(r'data-live-piece="(\w+)"', piece)
    assert "0 accepted of 3, 3 waiting" in piece
    assert "data-over" not in piece

    desk.act(mailing, "cancel")

    assert "data-over" in live(desk, mailing)


def test_what_a_relay_answers_is_text(desk: OpenDesk, database: Database, mailing: Issue) -> None:
    """Counted in the same words, and run by nobody (A03)."""
    settle(database, mailing, S.REFUSED, EVIL, 2)
    piece = live(desk, mailing)

    assert "<script" not in piece
    assert "<img" not in piece
    assert "&lt;img src=x onerror=alert(1)&gt;" in piece
    assert "{{7*7}}" in piece
    assert "example.org" in piece


def test_whoever_hears_it_is_told_at_milestones(desk: OpenDesk, database: Database, mailing: Issue) -> None:
    """Not of every number that changes."""
    before = told(live(desk, mailing))
    settle(database, mailing, S.ACCEPTED)
    after = told(live(desk, mailing))
    desk.act(mailing, "pause")

    assert ("January 2020: mailed to 0 percent.", "January 2020: mailed to 30 percent.") == (before, after)
    assert "January 2020: paused at 30 percent." == told(live(desk, mailing))


def test_the_rate_of_a_mail_server_is_changed(desk: OpenDesk, application: Application, mailing: Issue) -> None:
    """And taken away again; what cannot be read is refused."""
    path = f"/desk/issues/{mailing.id}/rate"

    def rate() -> str:
        with application.database.read() as tx:
            return str(relaybook.find(tx, "setting", application.relay).relay.limits.rate)

    desk.act(mailing, "rate", relay="setting", rate="300/min")
    assert "300/min" == rate()
    assert 'value="300/min"' in desk.page(f"/desk/issues/{mailing.id}/send")
    assert 422 == desk.press(path, version=str(mailing.version), relay="setting", rate="fast").status_code
    assert 404 == desk.press(path, version=str(mailing.version), relay="other", rate="1/s").status_code

    desk.act(mailing, "rate", relay="setting", rate="")
    assert "None" == rate()


def test_whoever_sends_is_told_how_fast_it_goes(desk: OpenDesk, application: Application, mailing: Issue) -> None:
    """And who changes that, where it is not theirs; nothing of the mail server but its name."""
    desk.act(mailing, "rate", relay="setting", rate="300/min")
    page = browser_of(application, Actor("pia", Role.PUBLISHER)).get(f"/desk/issues/{mailing.id}/send").text

    assert '<bdi>setting</bdi>: <span class="figure">300/min</span>' in page
    assert "whoever looks after them changes their rate" in page
    assert {"Pause", "Cancel the rest …"} <= set(buttons(page))
    assert "Change the rate" not in buttons(page)


def test_whoever_may_not_send_only_watches(application: Application, mailing: Issue) -> None:
    """No button, and no rate."""
    viewer = Actor("vic", Role.VIEWER)
    page = browser_of(application, viewer).get(f"/desk/issues/{mailing.id}/send").text

    assert "0 accepted of 3" in page
    assert "How fast it goes" not in page
    assert [] == [one for one in buttons(page) if one in {"Pause", "Cancel the rest …", "Change the rate"}]


def test_a_stream_asks_for_a_session(client: TestClient, mailing: Issue, desk: OpenDesk) -> None:
    """Like every page of the desk."""
    stranger = TestClient(client.app, PUBLIC_URL)

    assert 403 == stranger.get(f"/desk/issues/{mailing.id}/stream").status_code


def test_a_stream_tells_the_piece_and_ends_with_the_process(
    application: Application, mailing: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept by no cache and guessed at by no browser; the same piece again is no news."""
    monkeypatch.setattr("newsletter.web.streams.BETWEEN_LOOKS", 0.0)
    looks = iter([False, False, True])
    app = create_app(application, health=lambda: True, desk_token=DESK_TOKEN, is_stopping=lambda: next(looks))
    client = TestClient(app, PUBLIC_URL, follow_redirects=False)
    client.post(f"/desk/enter/{DESK_TOKEN}")
    answer = client.get(f"/desk/issues/{mailing.id}/stream")

    assert "text/event-stream; charset=utf-8" == answer.headers["content-type"]
    assert ("no-store", "nosniff") == (answer.headers["cache-control"], answer.headers["x-content-type-options"])
    told = [block for block in answer.text.split("\n\n") if block.startswith("data: ")]
    assert 1 == len(told)
    assert "0 accepted of 3, 3 waiting" in told[0]
