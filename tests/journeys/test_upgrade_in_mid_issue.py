"""An upgrade comes in the middle of a mailing: the worker of the release before goes on beside the new tables (D17)."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from newsletter.cli.exits import Exit
from newsletter.mail.delivery import DeliveryState
from newsletter.shape import SERVES, current, known
from tests.harness import trial
from tests.harness.ledgercheck import Findings
from tests.harness.processes import Process, run_command, sink_process
from tests.harness.releases import Release, former_release, next_release
from tests.harness.sinklog import read_log
from tests.harness.trial import Trial

# More than a worker claims at once.
READERS = 80

# The issue is planned by the former release itself, on tables that it made.
_PLAN = """
import json, sys
from pathlib import Path
from tests.harness import trial
made = trial.plan(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
print(json.dumps([made.issue_id, made.letter_id, made.list_id, made.newsletter_id]))
"""


@dataclass(frozen=True, slots=True)
class Worked:
    """How two workers did it, one of each release."""

    # How much was mailed when the new tables came.
    begun: int
    shape: str | None
    # Of the new one.
    ended: int


@contextmanager
def working(release: Release | None, issue: Trial, settings: dict[str, str], failpoint: str = "") -> Iterator[Process]:
    """Run a worker of a release; None is this one."""
    if release is None:
        with trial.running(settings, issue.folder, failpoint) as here:
            yield here.process
        return
    with release.running({**settings, "NEWSLETTER_FAILPOINT": failpoint}, "worker", "--until-idle") as there:
        yield there


def upgraded(issue: Trial, port: int, *, former: Release | None, coming: Release | None) -> Worked:
    """Let a worker begin, upgrade the tables beneath it, and let it and one of the newer release go on; None is this one.

    On PostgreSQL they work together, on SQLite one after the other.
    """
    settings = issue.settings(port, connections=1)
    with working(former, issue, settings, "mark.sent:stop:5") as old:
        trial.wait_until_stopped(old.pid)
        begun = len(read_log(issue.log))
        # However long it takes here to upgrade: nobody is to believe that the old one is dead.
        issue.lengthen_leases()
        init = run_command(settings, "init") if coming is None else coming.run(settings, "init")
        assert 0 == init.returncode, init.stderr
        if issue.kind == "sqlite":
            # One at a time there: what is on the wire is finished, the rest given back.
            old.send_signal(signal.SIGTERM)
            old.send_signal(signal.SIGCONT)
            old.wait(trial.LONGEST)
        with working(coming, issue, settings) as new:
            trial.wait_until(lambda: len(read_log(issue.log)) > begun or new.poll() is not None, "the newer release to mail")
            if old.poll() is None:
                old.send_signal(signal.SIGCONT)
            ended = (old.wait(trial.LONGEST), new.wait(trial.LONGEST))
    with issue.opened() as database, database.read() as tx:
        return Worked(begun, current(tx), ended[1])


def judge(issue: Trial, worked: Worked, shape: str) -> None:
    """Nobody is missed, and nobody gets it twice."""
    assert Worked(worked.begun, shape, 0) == worked
    assert worked.begun < READERS
    assert 2 == issue.workers()
    assert Findings() == issue.checked().findings
    assert {DeliveryState.ACCEPTED: READERS} == dict(issue.states())


def test_two_versions_finish_what_one_began(database_url: str, tmp_path: Path) -> None:
    """This release, and a next one that adds to the tables of a mailing."""
    issue = trial.plan(database_url, tmp_path, READERS)
    coming = next_release(tmp_path / "next")
    with sink_process(issue.log) as port:
        worked = upgraded(issue, port, former=None, coming=coming)

    judge(issue, worked, coming.shape)


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a database without any tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/newsletter.db"
    url = str(request.getfixturevalue("postgres_url"))
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as tx:
        tx.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Give the former release, as the history has it."""
    found = former_release(tmp_path_factory.mktemp("former") / "release")
    if found is None:
        pytest.skip(f"the release of shape {SERVES} is in the history, and there is none here")
    return found


def test_former_release_finishes_what_it_began_beside_the_tables_of_this_one(
    former: Release, empty_url: str, tmp_path: Path
) -> None:
    """The real one: its tables, its issue and its worker. Each refuses to begin on tables that are not for it."""
    planned = former.python({}, "-c", _PLAN, empty_url, str(tmp_path), str(READERS))
    assert 0 == planned.returncode, planned.stderr
    issue = Trial(empty_url, tmp_path, READERS)
    issue.issue_id, issue.letter_id, issue.list_id, issue.newsletter_id = json.loads(planned.stdout.splitlines()[-1])
    with sink_process(issue.log) as port:
        settings = issue.settings(port)
        early = run_command(settings, "worker", "--until-idle")
        worked = upgraded(issue, port, former=former, coming=None)
        late = former.run(settings, "worker", "--until-idle")

    assert (Exit.NOT_READY, True) == (early.returncode, "Run `newsletter init`" in early.stderr)
    assert (Exit.NOT_READY, True) == (late.returncode, "does not have the shape" in late.stderr)
    assert SERVES == former.shape
    judge(issue, worked, known()[-1])
