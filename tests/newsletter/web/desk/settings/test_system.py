"""System health at the desk: what was looked at, and who mails."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape

from sqlalchemy import update
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.feeds import store as feeds
from newsletter.issues.model import Newsletter
from newsletter.mail import roster, workers
from newsletter.tables.mail import worker
from newsletter.web.app import create_app
from tests.newsletter.web.conftest import DESK_TOKEN, PUBLIC_URL, Hands
from tests.newsletter.web.desk.conftest import OpenDesk

HERE = "/desk/settings/system"

_POINT = re.compile(
    r'mark--\w+">([^<]+)</span>\s*<div class="point__text">\s*<p><strong class="point__what">([^<]+)</strong>: (.*?)</p>'
)
_WORKER = re.compile(r'thing__name" translate="no">([^<]+)</h3>\s*<p class="small"><span class="mark mark--\w+">([^<]+)</span>')


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


def started(database: Database, name: str, at: datetime) -> str:
    """Start a worker on a host of its own; gives its id."""
    worker_id = name * 8
    with database.write() as tx:
        workers.register(tx, worker_id, f"{name} host, process 7", at, "0.7.0")
    return worker_id


def test_who_mails_stands_there_with_how_they_are(desk: OpenDesk, database: Database, clock: Hands) -> None:
    """Those that have not ended first, then the newest: one at work, one that gave no sign, one that stopped."""
    assert "No worker ran today." in desk.page(HERE)
    first, second, _ = (started(database, name, clock() + timedelta(minutes=minute)) for minute, name in enumerate("abc"))
    with database.write() as tx:
        workers.release(tx, first, clock())
        # As if its lease had run out.
        tx.execute(update(worker).where(worker.c.id == second).values(lease_until=clock()))
    page = desk.page(HERE)

    assert [
        ("c host, process 7", "at work"),
        ("b host, process 7", "gave no sign lately"),
        ("a host, process 7", "stopped"),
    ] == _WORKER.findall(page)
    assert "version 0.7.0" in page
    assert "The worker of this process is running" in page


def test_workers_and_hosts_are_drained_and_resumed_by_a_button(desk: OpenDesk, database: Database, clock: Hands) -> None:
    """One at a time, or all of a host; who presses it after its end is told so; the audit has the words."""
    first, _ = (started(database, name, clock()) for name in "ab")
    told = []
    for act, kind, name in (("drain", "worker", first), ("drain", "host", "b host"), ("drain", "worker", "e" * 8)):
        desk.press(f"{HERE}/workers", **{"act": act, kind: name})
        told.append(desk.page(HERE))
    with database.read() as tx:
        drained = [roster.is_drained(tx, name * 8) for name in "ab"]
    for kind, name in (("worker", first), ("host", "b host")):
        desk.press(f"{HERE}/workers", **{"act": "resume", kind: name})

    assert [True, True] == drained
    assert [("a host, process 7", "claims nothing"), ("b host, process 7", "claims nothing")] == sorted(
        _WORKER.findall(told[-1])
    )
    assert {"at work"} == {how for _, how in _WORKER.findall(desk.page(HERE))}
