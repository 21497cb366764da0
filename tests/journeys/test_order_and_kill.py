"""The worker is killed while it does what the desk ordered, and while it mails that; the sink's log says what readers got."""

import signal
from collections import Counter
from datetime import datetime
from pathlib import Path

from newsletter.database import Database
from newsletter.mail import dispatch, further, furtherbook
from newsletter.staff import audit
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.instance import environment
from tests.harness.ledgercheck import Findings, check
from tests.harness.processes import run_worker, sink_process
from tests.harness.sinklog import read_log
from tests.journeys.test_crash_and_resume import plan_issue

READERS = 8

# Before the commit that carries it out, behind it, and twice on the wire.
KILLS = ("order.done:kill:1", "order.departed:kill:1", "smtp.data354:kill:2", "smtp.data354:kill:3")


def test_an_order_is_carried_out_once_wherever_the_worker_dies(
    database: Database, database_url: str, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    """Of an issue that was cancelled everybody gets it by an order, but for whom was on the wire: these are held."""
    issue_id, letter_id = plan_issue(database, keyring, now, readers=READERS)
    with database.write() as tx:
        dispatch.cancel(tx, issue_id, now)
        further.order_rest(tx, issue_id, "Ann", mailroom.minutes_ago(3), also_new=True, people=3)
    log = tmp_path / "sink.log"
    waited = []
    with sink_process(log) as port:
        settings = environment(database_url, tmp_path, relay_port=port)
        for kill in KILLS:
            assert -signal.SIGKILL == run_worker(settings, kill).returncode
            with database.write() as tx:
                mailroom.expire_leases(tx)
                waited.append(len(furtherbook.of_issue(tx, issue_id)))
        finished = [run_worker(settings) for _ in range(2)]
    with database.read() as tx:
        checked = check(tx, keyring, letter_id, read_log(log))
        done = [one.detail["again"] for one in audit.recent(tx) if one.act == "issue.send_rest"]

    assert [0, 0] == [one.returncode for one in finished], finished[-1].stderr
    assert [1, 0, 0, 0] == waited
    assert [READERS] == done
    assert (Findings(), READERS) == (checked.findings, checked.accepted + checked.uncertain)
    assert {1} == set(Counter(one.recipient for one in read_log(log)).values())
