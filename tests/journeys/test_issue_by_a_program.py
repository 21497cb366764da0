"""From a blog's feed to the inboxes by programs alone: the client, a real server, real mail, and a webhook that is told."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from newsletter.client.client import Client
from newsletter.client.problems import Problem
from newsletter.clock import MovableClock
from newsletter.staff import accounts, apikeys
from newsletter.staff.apikeys import Terms
from newsletter.staff.permissions import LOCAL_OPERATOR, Permission, Role
from newsletter.worker import steps, telling
from tests.harness.chaosfeed import ChaosFeed
from tests.harness.hooked import Listener
from tests.harness.house import House, house_of_copy
from tests.harness.wordpress import Blog, BlogPost

START = datetime(2020, 2, 3, 10, 0, tzinfo=UTC)
POSTS = [
    BlogPost(1, "Mentoring in Norway by Almuth Gastinger", datetime(2020, 1, 8, 9, 0, tzinfo=UTC)),
    BlogPost(2, "Learning for free", datetime(2020, 1, 20, 9, 0, tzinfo=UTC)),
]
PEOPLE = b"email,name\nann@example.net,Ann Other\nbob@example.net,Bob\n"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOLD = {"subscriber.subscribed", "subscriber.unsubscribed", "issue.drafted", "issue.approved", "issue.sent", "issue.finished"}


@pytest.fixture
def clock() -> MovableClock:
    """Give the clock of the house."""
    return MovableClock(START)


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path, clock: MovableClock) -> Iterator[House]:
    """Give a house that reads feeds and tells programs on this machine."""
    more = {"NEWSLETTER_ALLOW_LOOPBACK": "1"}
    with house_of_copy(tmp_path, sqlite_template, "by a program", clock=clock, more=more) as opened:
        yield opened


def client_of(house: House, name: str) -> Client:
    """Give a client with a key of somebody who may do everything."""
    now = house.application.clock()
    with house.application.database.write() as tx:
        account = accounts.add(tx, name, None, now)
        account = accounts.set_roles(tx, LOCAL_OPERATOR, account, Role.ADMIN, {})
        _, secret = apikeys.make(tx, account, f"{name}'s program", Terms(frozenset(Permission)), now)
    return Client(house.url, secret, sleep=lambda _: time.sleep(0.05))


def test_an_issue_is_made_mailed_and_followed(house: House, clock: MovableClock) -> None:
    """Who edits does not approve; each program outside is told, and nobody twice."""
    with ChaosFeed() as chaos, Listener() as listener, client_of(house, "cleo") as cleo, client_of(house, "dan") as dan:
        paper = found(cleo, Blog(POSTS).mount(chaos), f"{listener.origin}/in")
        brought(cleo, paper["list_id"])
        cleo.add_subscriber("cem@example.net", paper["list_id"], basis="On paper")
        issue_id = approved(cleo, dan, paper["id"])
        dan.send(issue_id)
        clock.set(clock() + timedelta(minutes=2))
        asyncio.run(steps.send_due(house.application))
        mails = [house.postbox.wait_for(f"{name}@example.net") for name in ("ann", "bob", "cem")]
        # A mail may have arrived before its mailer wrote that down.
        while dan.issue(issue_id).state != "sent":
            asyncio.run(steps.finish_issues(house.application))
        report = dan.report(issue_id)
        [cem] = cleo.subscribers(q="cem@")
        left = cleo.unsubscribe(cem.id)
        asyncio.run(telling.tell(house.application))
        staying = sorted(one["email"] for one in cleo.people_of(paper["list_id"]) if one["state"] == "confirmed")

        assert [1, 1, 1] == [len(each) for each in mails]
        assert "Mentoring in Norway" in mails[0][0].text
        assert (3, 3, "sent", 1) == (report.audience, report.accepted, dan.issue(issue_id).state, left)
        assert ["ann@example.net", "bob@example.net"] == staying
        assert set(listener.kinds) >= TOLD, listener.kinds
        assert all(one.is_signed(SECRET) for one in listener.told)
        assert len(listener.told) == len({one.uid for one in listener.told})


def found(client: Client, feed: str, hook: str) -> Any:  # noqa: ANN401 -- JSON
    """Make a newsletter that reads a feed, tells a program, and is approved by a second person."""
    readers = client.request("POST", "/lists", {"name": "Readers"})
    terms = {"name": "Section News", "list_id": readers["id"], "sender_address": "news@example.org"}
    paper = client.request("POST", "/newsletters", {**terms, "postal_address": "1 Library Road", "zone": "Europe/Amsterdam"})
    here = f"/newsletters/{paper['id']}"
    client.request("PATCH", here, {"needs_second_person": True})
    reading = client.request("POST", f"{here}/feeds", {"url": feed})
    client.request("POST", f"/feeds/{reading['id']}/read")
    client.request("POST", "/webhooks", {"name": "crm", "url": hook, "secret": SECRET})
    assert ["Learning for free", "Mentoring in Norway"] == sorted(one["title"] for one in client.pages(f"{here}/posts"))
    return paper


def brought(client: Client, list_id: int) -> None:
    """Bring people by a file, which is tried and taken in behind the pages."""
    upload = client.bring(list_id, BytesIO(PEOPLE), called="people.csv")
    here = f"/imports/uploads/{upload['id']}"
    client.request("POST", f"{here}/try", {"basis": "At the congress", "is_confirmed": True})
    assert "tried" == client.settled(upload["id"])["state"]
    client.request("POST", f"{here}/run")
    done = client.settled(upload["id"])
    assert ("done", 2) == (done["state"], done["report"]["added"])


def approved(cleo: Client, dan: Client, newsletter_id: int) -> int:
    """Draft, edit, and have it approved by the other one."""
    issue = cleo.draft(newsletter_id, month="2020-01")
    letter = {"section": "Division Chair letter", "content": "<p>Dear readers.</p>", "by": "Cleo", "version": issue.version}
    cleo.request("PUT", f"/issues/{issue.id}/letter", letter)
    cleo.request("PATCH", f"/issues/{issue.id}", {"subject": "What January brought"})
    with pytest.raises(Problem) as refused:
        cleo.approve(issue.id)
    assert (403, "own-work") == (refused.value.status, refused.value.name)
    assert "approved" == dan.approve(issue.id).state
    return issue.id
