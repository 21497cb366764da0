"""A host whose clock is wrong: on PostgreSQL nothing comes early or twice by it, and a person is told (T05)."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from newsletter.bootstrap import Application, open_application
from newsletter.clock import Clock, system_clock
from newsletter.issues import alerts, calendar, schedulebook, store, timetable
from newsletter.issues.model import IssueState
from newsletter.issues.recurrence import parse_recurrence
from newsletter.issues.schedule import SlotState, WhenEmpty
from newsletter.settings import load
from newsletter.tables.issues import issue, slot
from newsletter.worker.clocks import key_of
from newsletter.worker.metronome import Worker
from tests.harness import mailroom
from tests.harness.instance import environment
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
WRONG = 3 * HOUR
WEEK = timedelta(days=7)


def wrong_by(ahead: timedelta) -> Clock:
    """Give the clock of a host that is so far ahead of the others."""
    return lambda: system_clock() + ahead


def jumping() -> Clock:
    """Give a clock that is set forward and back each time somebody looks."""
    jumps = cycle((WRONG, -WRONG))
    return lambda: system_clock() + next(jumps)


class Hosts:
    """Several hosts with one database; each has a clock of its own."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._settings = load(environment(database_url, folder))
        with self.one() as host, host.database.write() as tx:
            self.newsletter = a_newsletter(tx)
            join(tx, host.keyring, self.newsletter.list_id, "ann@example.net", system_clock())

    @contextmanager
    def one(self, clock: Clock = system_clock) -> Iterator[Application]:
        """Open the application on a host whose clock is *clock*."""
        with open_application(self._settings, host=clock) as application:
            yield application

    def tick(self, clock: Clock) -> list[str]:
        """Let a worker on such a host tick; gives the keys of what waits for a person then."""
        with self.one(clock) as host:
            assert () == asyncio.run(Worker(host).tick())
            with host.database.read() as tx:
                return [one.key for one in alerts.open_alerts(tx)]

    def approved(self, due: timedelta) -> int:
        """Give an approved issue its time, so far from now; gives its id."""
        now = system_clock()
        with self.one() as host, host.database.write() as tx:
            issue_id = mailroom.approved_issue(tx, self.newsletter.id, now - WEEK)
            store.set_state(tx, store.load(tx, issue_id), IssueState.SCHEDULED, now)
            store.set_send_at(tx, issue_id, now + due)
        return issue_id

    def schedule(self, draft: timedelta) -> None:
        """Let a draft be made so far from now, for an issue a week later."""
        at = (system_clock() + draft + WEEK).astimezone(ZoneInfo("UTC")).replace(second=0, microsecond=0)
        rule = parse_recurrence(f"day {at.day}")
        made = system_clock() - WEEK
        with self.one() as host, host.database.write() as tx:
            proposed = timetable.propose(self.newsletter.id, rule, at.time(), "UTC", WEEK, None, WhenEmpty.HOLD, made)
            schedulebook.set_schedule(tx, proposed)

    def states(self) -> set[str]:
        """Give how issues stand."""
        with self.one() as host, host.database.read() as tx:
            return set(tx.execute(select(issue.c.state)).scalars())

    def slots(self) -> int:
        """Count the slots that were recorded."""
        with self.one() as host, host.database.read() as tx:
            return len(tx.execute(select(slot.c.slot_key)).all())


@pytest.fixture
def hosts(postgres_url: str, tmp_path: Path) -> Hosts:
    """Give hosts that share a PostgreSQL."""
    return Hosts(postgres_url, tmp_path)


@pytest.mark.parametrize("clock", [wrong_by(WRONG), jumping()], ids=["three hours ahead", "set every time"])
def test_host_with_a_wrong_clock_does_nothing_early(hosts: Hosts, clock: Clock) -> None:
    """What is due in an hour is neither drafted nor sent, whatever this machine believes."""
    hosts.schedule(HOUR)
    hosts.approved(HOUR)
    waiting = hosts.tick(clock)

    assert {IssueState.SCHEDULED} == hosts.states()
    assert 0 == hosts.slots()
    assert [key_of(socket.gethostname())] == waiting


def test_host_that_is_behind_does_nothing_late(hosts: Hosts) -> None:
    """What was due a minute ago is drafted and sent."""
    hosts.schedule(-2 * MINUTE)
    hosts.approved(-MINUTE)
    hosts.tick(wrong_by(-WRONG))

    # The slot's issue has no posts, so it waits for them.
    assert {IssueState.SENDING} == hosts.states()
    assert 1 == hosts.slots()


@pytest.mark.parametrize("ahead", [WRONG, -WRONG])
def test_lease_is_over_when_the_database_says_so(hosts: Hosts, ahead: timedelta) -> None:
    """A slot that another host is drafting is not taken from it, and is free when its lease is over (T03)."""
    hosts.schedule(-2 * MINUTE)
    with hosts.one() as right, hosts.one(wrong_by(ahead)) as wrong:
        with right.database.write() as tx:
            calendar.record_slots(tx, right.clock())
            assert calendar.claim_draft(tx, right.clock(), "right") is not None
        with wrong.database.write() as tx:
            assert calendar.claim_draft(tx, wrong.clock(), "wrong") is None
            assert calendar.claim_draft(tx, wrong.clock() + calendar.LEASE + MINUTE, "later") is not None
            assert [SlotState.DRAFTING] == list(tx.execute(select(slot.c.state)).scalars())


def test_alert_ends_when_the_clock_is_right_again(hosts: Hosts) -> None:
    """And says before how far it was off, in which direction, and that nothing came early by it."""
    hosts.tick(wrong_by(WRONG))
    with hosts.one() as host, host.database.read() as tx:
        (told,) = alerts.open_alerts(tx)

    assert told.text.startswith(f"The clock of {socket.gethostname()} is 3 h 0 min ahead of the database's.")
    assert [] == hosts.tick(system_clock)


def test_host_decides_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    """There is one machine and one clock, and nothing to compare it with."""
    hosts = Hosts(sqlite_url, tmp_path)
    hosts.approved(HOUR)
    waiting = hosts.tick(wrong_by(WRONG))

    assert {IssueState.SENDING} == hosts.states()
    assert [] == waiting
