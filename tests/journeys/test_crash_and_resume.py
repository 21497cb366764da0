"""The worker is killed in the middle of a mailing, again and again; the sink's log says what the readers got."""

import json
import signal
import time
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.database import Database
from newsletter.issues import store as issues
from newsletter.issues.model import IssueState
from newsletter.mail import dispatch, mailings
from newsletter.tables.mail import delivery
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.instance import environment
from tests.harness.ledgercheck import Checked, Findings, check
from tests.harness.processes import run_worker, sink_process, worker_process
from tests.harness.sinklog import read_log

# Of the relay in these settings (tests.harness.instance).
CONNECTIONS = 2
READERS = 40

# Where it is killed, and the how manieth to get there.
KILLS = ("lease.claimed:kill:3", "mark.sending:kill:5", "smtp.body:kill:4", "smtp.dot:kill:4", "mark.sent:kill:6")


def plan_issue(database: Database, keyring: Keyring, now: datetime, readers: int = READERS) -> tuple[int, int]:
    """Plan an issue for so many readers; gives the issue's id and the letter's."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, tuple(f"reader{number}" for number in range(readers)))
        mailings.cancel(tx, room.letter_id, now)
        issue_id = mailroom.approved_issue(tx, room.newsletter_id, now)
        dispatch.send_issue(tx, issue_id, now)
        letter_id = mailings.letter_of_issue(tx, issue_id)
    assert letter_id is not None
    return issue_id, letter_id


def test_nobody_is_missed_and_nobody_gets_it_twice(
    database: Database, database_url: str, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    """Five kills at five places; then one run to the end."""
    issue_id, letter_id = plan_issue(database, keyring, now)
    log = tmp_path / "sink.log"
    with sink_process(log) as port:
        settings = environment(database_url, tmp_path, relay_port=port)
        killed = []
        for kill in KILLS:
            killed.append(run_worker(settings, kill).returncode)
            with database.write() as tx:
                mailroom.expire_leases(tx)
        finished = run_worker(settings)
    with database.read() as tx:
        checked = check(tx, keyring, letter_id, read_log(log))
        report = dispatch.report(tx, issue_id)
        state = issues.load(tx, issue_id).state

    assert [-signal.SIGKILL] * len(KILLS) == killed
    assert (0, IssueState.SENT) == (finished.returncode, state), finished.stderr
    assert Findings() == checked.findings
    assert READERS == checked.accepted + checked.uncertain
    assert checked.uncertain <= len(KILLS) * CONNECTIONS
    assert (report.accepted, report.uncertain) == (checked.accepted, checked.uncertain)
    assert json.loads(finished.stdout.splitlines()[-1])["accepted"] <= checked.accepted


@pytest.mark.parametrize(
    ("kill", "uncertain", "taken"),
    [
        ("lease.claimed:kill:1", 0, 0),
        ("smtp.connected:kill:1", 0, 0),
        ("smtp.rcpt:kill:1", 0, 0),
        ("mark.sending:kill:1", 1, 0),
        ("smtp.data354:kill:1", 0, 0),
        ("smtp.body:kill:1", 1, 0),
        ("smtp.dot:kill:1", 1, 1),
        ("smtp.reply:kill:1", 1, 1),
        ("mark.sent:kill:3", 0, 3),
    ],
)
def test_each_place_leaves_what_it_must(
    kill: str, uncertain: int, taken: int, sqlite_url: str, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    """With one connection it is exact: what was never sent is sent, what may have been is held, what was is known."""
    database = Database(sqlite_url)
    _, letter_id = plan_issue(database, keyring, now, readers=3)
    log = tmp_path / "sink.log"
    with sink_process(log) as port:
        settings = environment(sqlite_url, tmp_path, relay_port=port)
        settings["NEWSLETTER_RELAY_URL"] = f"smtp://127.0.0.1:{port}?tls=none&connections=1"
        killed = run_worker(settings, kill)
        taken_by_then = len(read_log(log))
        finished = run_worker(settings)
    with database.read() as tx:
        checked = check(tx, keyring, letter_id, read_log(log))
        held = list(tx.execute(select(delivery.c.note).where(delivery.c.state == "uncertain")).scalars())
    database.close()

    assert (-signal.SIGKILL, 0) == (killed.returncode, finished.returncode), finished.stderr
    assert (taken, Findings()) == (taken_by_then, checked.findings)
    assert (3 - uncertain, uncertain) == (checked.accepted, checked.uncertain)
    assert ["the mailer ended while this was on the wire"] * uncertain == held


def test_worker_that_is_told_to_stop_leaves_nothing_open(
    database: Database, database_url: str, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    """SIGTERM in the middle: what is on the wire is finished, the rest is given back, and the next run sends it."""
    _, letter_id = plan_issue(database, keyring, now, readers=400)
    log = tmp_path / "sink.log"
    with sink_process(log) as port:
        settings = environment(database_url, tmp_path, relay_port=port)
        with worker_process(settings) as worker:
            while len(read_log(log)) < 5:
                assert worker.poll() is None
                time.sleep(0.02)
            worker.terminate()
            ended = worker.wait(30)
        with database.read() as tx:
            stopped = check(tx, keyring, letter_id, read_log(log))
        run_worker(settings)
    with database.read() as tx:
        checked = check(tx, keyring, letter_id, read_log(log))

    assert 0 == ended
    assert (Findings(), 0) == (stopped.findings, stopped.uncertain)
    assert stopped.accepted < 400
    assert Checked(Findings(), accepted=400, uncertain=0, uncertain_taken=0) == checked
