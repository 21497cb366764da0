"""Webhooks at the desk: what they were told, told again, and a secret that is shown where it is asked for."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.staff import audit
from newsletter.webhooks import hookbook
from newsletter.worker import telling
from tests.harness.hooked import Listener, status
from tests.newsletter.web.desk.conftest import OpenDesk
from tests.newsletter.webhooks.conftest import POLICY

HERE = "/desk/settings/webhooks"


@pytest.fixture
def application(application: Application) -> Application:
    """Let this machine be called."""
    return replace(application, settings=replace(application.settings, fetch_policy=POLICY))


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Give a program that is told."""
    with Listener() as listening:
        yield listening


def added(desk: OpenDesk, listener: Listener, **fields: str) -> str:
    """Add a webhook; gives the address of its page."""
    chosen = {"event.issue.drafted": "1", "event.subscriber.confirmed": "1"}
    answer = desk.press(f"{HERE}/new", name="crm", url=f"{listener.origin}/in", **chosen, **fields)
    assert 303 == answer.status_code
    return answer.headers["location"].partition("?")[0]


def test_what_was_told_is_shown_and_told_again(desk: OpenDesk, listener: Listener, application: Application) -> None:
    """From the log, or from the page of one message, which names every try."""
    page = added(desk, listener)
    listener.answer = status(503)
    tested = desk.press(f"{page}/test").text
    shown = desk.page(page)
    first = desk.page(re.findall(rf"{page}/messages/\d+", shown)[0])
    listener.answer = status(200)
    again = desk.press(f"{page}/replay", message=re.findall(r'name="message" value="(\d+)"', first)[0])
    asyncio.run(telling.tell(application))

    assert "status 503" in tested
    assert re.search(r'webhook\.test</a>.{0,40}<span class="mark mark--waits">', shown)
    assert "not taken, it answered with the status 503" in first
    assert "hook-again" in again.headers["location"]
    assert "webhook.test" == listener.kinds[-1]
    assert re.search(r'webhook\.test</a>.{0,40}<span class="mark mark--done">', desk.page(f"{page}?state=taken"))


def test_a_secret_is_shown_where_it_is_asked_for(desk: OpenDesk, listener: Listener, database: Database) -> None:
    """And the audit keeps that; another one is made, and is no part of any other page."""
    page = added(desk, listener)
    secrets = [
        re.findall(r"whsec_[\w+/=]+", desk.press(f"{page}/secret", act=act).text) for act in ("show", "rotate", "at-once")
    ]
    others = [desk.page(path) for path in (HERE, page, f"{page}/edit", "/desk/settings/audit", "/desk/settings")]

    assert [1, 1, 1] == [len(one) for one in secrets]
    assert 3 == len({one[0] for one in secrets})
    assert not [text for text in others if "whsec_" in text]
    with database.read() as tx:
        assert 3 == sum(one.act == "hook.secret" for one in audit.recent(tx))


def test_a_webhook_is_changed_switched_and_forgotten(desk: OpenDesk, listener: Listener, database: Database) -> None:
    """An address inside, or none of all events, is refused with what was typed."""
    page = added(desk, listener)
    inside = desk.press(page, url="https://169.254.169.254/in", **{"event.issue.sent": "1"})
    nothing = desk.press(page, url="https://crm.example.org/in")
    desk.press(page, url="https://crm.example.org/in", shows_addresses="1", **{"event.issue.sent": "1"})
    desk.press(f"{page}/switch", act="disable")
    with database.read() as tx:
        [known] = hookbook.all_hooks(tx)
    off = desk.page(HERE)
    desk.press(f"{page}/remove")

    assert [422, 422] == [one.status_code for one in (inside, nothing)]
    assert 'value="https://169.254.169.254/in"' in inside.text
    assert (("issue.sent",), True, False) == (known.kinds, known.shows_addresses, known.is_enabled)
    assert "Switch it on" in off
    assert [404, 404] == [desk.client.get(f"{page}{rest}").status_code for rest in ("", "/messages/1")]
