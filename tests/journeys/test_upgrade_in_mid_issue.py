"""The next release comes in the middle of a mailing: the worker of this one goes on beside its tables (D17)."""

import signal
from pathlib import Path

from newsletter.database import Database
from newsletter.mail.delivery import DeliveryState
from newsletter.shape import current
from tests.harness import trial
from tests.harness.ledgercheck import Findings
from tests.harness.nextrelease import NextRelease
from tests.harness.processes import sink_process
from tests.harness.sinklog import read_log

# More than a worker claims at once.
READERS = 80


def test_two_versions_finish_what_one_began(database: Database, database_url: str, tmp_path: Path) -> None:
    """On PostgreSQL together, on SQLite one after the other: nobody is missed, and nobody gets it twice."""
    issue = trial.plan(database_url, tmp_path, READERS)
    coming = NextRelease(tmp_path / "next")
    with sink_process(issue.log) as port:
        settings = issue.settings(port, connections=1)
        with trial.running(settings, tmp_path, "mark.sent:stop:5") as old:
            old.wait_until_stopped()
            begun = len(read_log(issue.log))
            upgraded = coming.run(settings, "init")
            assert 0 == upgraded.returncode, upgraded.stderr
            if database.is_sqlite:
                # One at a time there: what is on the wire is finished, the rest given back.
                old.send(signal.SIGTERM)
                old.send(signal.SIGCONT)
                old.wait()
            with coming.running(settings, "worker", "--until-idle") as new:
                trial.wait_until(lambda: len(read_log(issue.log)) > begun or new.poll() is not None, "the next release to mail")
                old.send(signal.SIGCONT)
                ended = (old.wait(), new.wait(trial.LONGEST))
    with database.read() as tx:
        shape = current(tx)

    assert (coming.shape, 0) == (shape, ended[1])
    assert 2 == issue.workers()
    assert begun < READERS
    assert Findings() == issue.checked().findings
    assert {DeliveryState.ACCEPTED: READERS} == dict(issue.states())
