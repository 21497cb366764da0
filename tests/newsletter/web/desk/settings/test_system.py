"""System health at the desk: what was looked at, and who mails."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

from sqlalchemy import update
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.feeds import store as feeds
from newsletter.issues.model import Newsletter
from newsletter.mail import workers
from newsletter.tables.mail import worker
from newsletter.web.app import create_app
from tests.newsletter.web.conftest import DESK_TOKEN, PUBLIC_URL, Hands
from tests.newsletter.web.desk.conftest import OpenDesk

HERE = "/desk/settings/system"

_POINT = re.compile(
    r'mark--\w+">([^<]+)</span>\s*<div class="point__text">\s*<p><strong class="point__what">([^<]+)</strong>: (.*?)</p>'
)
_WORKER = re.compile(r'<tr><td>([^<]+)</td><td><span class="mark mark--\w+">([^<]+)</span>')


def test_what_the_doctor_looked_at_stands_there_as_it_is(
    application: Application, database: Database, newsletter: Newsletter, clock: Hands
) -> None:
    """What is wrong first, what could be better behind it, what is well at the end; a worker that stands still is said."""
    with database.write() as tx:
        feed = feeds.add(tx, newsletter.id, "https://blog.example.org/feed/", clock())
        feeds.record_trouble(tx, feed.id, trouble="It answered 503.", failures=1, not_before=clock())
    bare = replace(application, settings=replace(application.settings, relay=None))
    client = TestClient(create_app(bare, health=lambda: False, desk_token=DESK_TOKEN), PUBLIC_URL)
    client.post(f"/desk/enter/{DESK_TOKEN}")
    page = unescape(client.get(HERE).text)
    found = _POINT.findall(page)
    standings = [standing for standing, _, _ in found]

    assert {("Wrong", "relay"), ("Advice", "feed"), ("Well", "pages"), ("Well", "database"), ("Well", "key")} <= {
        (standing, what) for standing, what, _ in found
    }
    assert "The feed https://blog.example.org/feed/ could not be read: It answered 503." in [said for _, _, said in found]
    assert sorted(standings, key=["Wrong", "Advice", "Not known", "Well"].index) == standings
    assert f"{standings.count('Wrong')} of {len(found)} things" in page
    assert "The worker of this process stands still: nothing is drafted or sent by it" in page


def test_who_mails_stands_there_with_how_they_are(desk: OpenDesk, database: Database, clock: Hands) -> None:
    """The newest first: one at work, one that gave no sign, one that stopped."""
    assert "No mailer was ever started on this database." in desk.page(HERE)
    with database.write() as tx:
        for minute, name in enumerate(("first", "second", "third")):
            workers.register(tx, name, f"{name} host", clock() + timedelta(minutes=minute))
        workers.release(tx, "first", clock())
        # As if its lease had run out.
        tx.execute(update(worker).where(worker.c.id == "second").values(lease_until=clock()))
    page = desk.page(HERE)

    assert [("third host", "at work"), ("second host", "gave no sign lately"), ("first host", "stopped")] == _WORKER.findall(
        page
    )
    assert "The worker of this process is running" in page
