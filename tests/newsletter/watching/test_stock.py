"""How the instance stands, asked of tallies."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from newsletter.database import Database
from newsletter.feeds import store as feeds
from newsletter.issues import alerts, newsletters
from newsletter.mail import dispatch, gate, leases, ledger, mailings, workers
from newsletter.mail.delivery import DeliveryState, Outcome, Phase, Reply, Verdict
from newsletter.mail.mailings import MailingState
from newsletter.tables.mail import worker
from newsletter.tables.returns import return_fact
from newsletter.watching import stock
from newsletter.watching.readings import ISSUE_PEOPLE, QUEUE, told
from newsletter.watching.stock import Stock
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.mailroom import Mailroom
from tests.harness.newsroom import a_newsletter

S = DeliveryState
NAMES = ("ann", "bob", "cem", "dan", "eve")


@pytest.fixture
def room(database: Database, keyring: Keyring, now: datetime) -> Mailroom:
    """Give a letter that is planned for five people."""
    with database.write() as tx:
        return mailroom.open_mailroom(tx, keyring, now, NAMES)


def taken(database: Database, now: datetime) -> Stock:
    """Ask for everything."""
    with database.read() as tx:
        return stock.take(tx, database, None, now)


def test_the_queue_is_told_by_state(database: Database, room: Mailroom, now: datetime) -> None:
    """Of five: one accepted, one deferred, one on the wire, two waiting; in the words of metrics, too."""
    with database.write() as tx:
        workers.register(tx, "w", "here", now)
        one, two, three = leases.claim(tx, "w", now, 3)
        gate.mark(tx, "w", [one, two, three], now)
        reply = Reply(Phase.BODY, 250, "", "")
        later = Verdict(S.DEFERRED, not_before=now + timedelta(hours=1))
        ledger.settle(tx, "w", [Outcome(one, Verdict(S.ACCEPTED), reply), Outcome(two, later, reply)], now)

    found = taken(database, now + timedelta(seconds=20))
    assert {"waiting": 2, "held": 1, "deferred": 1, "uncertain": 0} == found.queue
    assert timedelta(seconds=20) == found.queue_age
    assert {"alive": 1, "lost": 0} == found.workers
    with database.read() as tx:
        lease_until = tx.execute(select(worker.c.lease_until)).scalar_one()
    assert {"alive": 0, "lost": 1} == taken(database, lease_until + timedelta(minutes=5)).workers
    values = {one.metric: one.values for one in told(found)}
    assert 2.0 == values[QUEUE]["waiting",]


def test_nothing_waits_in_a_mailing_that_is_paused(database: Database, room: Mailroom, now: datetime) -> None:
    """Whoever paused it knows."""
    with database.write() as tx:
        mailings.change_state(tx, room.letter_id, MailingState.OPEN, MailingState.PAUSED)

    found = taken(database, now + timedelta(hours=3))
    assert (0, timedelta(), 0) == (found.queue["waiting"], found.queue_age, found.mailings["open"])


def test_the_latest_issue_is_told_with_what_came_back(database: Database, keyring: Keyring, now: datetime) -> None:
    """By the newsletter's short name; rates are for whoever asks."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, NAMES)
        made = mailroom.approved_issue(tx, room.newsletter_id, now)
        dispatch.send_issue(tx, made, now)
        workers.register(tx, "w", "here", now)
        claimed = leases.claim(tx, "w", now, 10)
        gate.mark(tx, "w", claimed, now)
        accepted = Reply(Phase.BODY, 250, "", "")
        ledger.settle(tx, "w", [Outcome(one, Verdict(S.ACCEPTED), accepted) for one in claimed], now)
        letter = mailings.letter_of_issue(tx, made)
        of_issue = next(one for one in claimed if one.letter_id == letter)
        facts: dict[str, Any] = {"delivery_id": of_issue.id, "letter_id": letter, "domain": "", "cause": "", "status": ""}
        tx.execute(insert(return_fact).values(**facts, kind="complaint", reason="", words="", at=now, followed="nothing"))
        slug = newsletters.by_id(tx, room.newsletter_id).slug

    [paper] = taken(database, now).papers
    assert (slug, 1) == (paper.slug, paper.latest.number)
    values = next(one.values for one in told(taken(database, now)) if one.metric is ISSUE_PEOPLE)
    assert (5.0, 1.0, 0.0) == tuple(values[slug, outcome] for outcome in ("accepted", "complained", "bounced"))


def test_feeds_alerts_and_newsletters_beyond_are_told_together(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred newsletters have names of their own, the rest is one."""
    monkeypatch.setattr(stock, "MOST_NEWSLETTERS", 1)
    with database.write() as tx:
        for name in ("One", "Two"):
            feeds.add(tx, a_newsletter(tx, name).id, f"https://{name.lower()}.example.org/feed/", now)
        alerts.raise_alert(tx, "feed:1", "It is down.", now)
        alerts.raise_alert(tx, "feed:2", "It is down.", now)

    found = taken(database, now + timedelta(hours=2))
    assert {"feed": 2} == found.alerts
    assert ["other"] == [one.slug for one in found.papers][1:]
    assert [timedelta(hours=2)] * 2 == [one.feed_age for one in found.papers]


def test_no_row_of_the_ledger_is_counted_but_by_an_index_of_few(database: Database, room: Mailroom, now: datetime) -> None:
    """Deliveries are looked at only through the indexes of those that wait, are held or are uncertain."""
    asked: list[str] = []
    with database.read() as tx:
        event.listen(tx, "before_cursor_execute", lambda *facts: asked.append(facts[2]))
        stock.take(tx, database, None, now)

    of_ledger = [one for one in asked if "FROM delivery" in one]
    assert of_ledger
    assert all("state IN ('" in one for one in of_ledger)
