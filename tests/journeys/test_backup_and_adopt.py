"""A backup is made in the middle of a mailing, the original goes on, and what comes out of the backup mails nobody twice."""

import signal
from pathlib import Path

import pytest

from newsletter.mail.delivery import DeliveryState
from newsletter.writers import DatabaseBusy
from tests.harness.processes import sink_process
from tests.harness.sinklog import LogTail
from tests.harness.terminal import Terminal
from tests.harness.trial import CONNECTIONS, Running, Trial, plan, run, running, wait_until

PEOPLE = 40
# Of them, when the backup is made.
MAILED = 8
LEFT = ("reader0", "reader20", "reader39")


@pytest.mark.parametrize("databases", [("sqlite_url", "postgres_url"), ("postgres_url", "sqlite_url")], ids=["up", "down"])
def test_backup_in_mid_mailing_mails_nobody_twice(
    databases: tuple[str, str], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Restored into the other kind of database it is held, knows who left since, and leaves to a person who may have it."""
    here, there = (str(request.getfixturevalue(one)) for one in databases)
    there = _empty(there, tmp_path)
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    trial = plan(here, tmp_path / "here", PEOPLE)
    file = tmp_path / "of-the-middle.backup"
    with sink_process(trial.log) as port:
        original = Terminal(trial.settings(port))
        at_backup = _backup_in_the_middle(trial, original, file, port)
        _leave(original)
        copy = Trial(there, tmp_path / "there", PEOPLE, letter_id=trial.letter_id, issue_id=trial.issue_id)
        elsewhere = Terminal(copy.settings(port))
        before = LogTail(trial.log).count()

        restored = elsewhere.ok("restore", str(file))
        assert 0 == run(copy.settings(port), copy.folder)
        assert before == LogTail(trial.log).count(), "a copy that nobody adopted has mailed"
        assert at_backup == copy.states()[DeliveryState.ACCEPTED]
        assert (PEOPLE, False) == (restored["rows"]["delivery"], restored["replayed"])

        assert 5 == elsewhere("adopt", "--yes").code
        replayed = elsewhere.ok("journal", "replay", str(tmp_path / "here" / "journal"))
        adopted = elsewhere.ok("adopt", "--yes")
        assert 0 == run(copy.settings(port), copy.folder)

    assert replayed["applied"] >= len(LEFT) + 1
    assert before == LogTail(trial.log).count(), "somebody was mailed who may have it"
    _judge(copy, adopted["uncertain"])


def _judge(copy: Trial, uncertain: int) -> None:
    """Whoever left is gone, whoever may have it is uncertain, and all figures add up."""
    states = copy.states()
    # What was on the wire when the backup was made was uncertain before.
    assert uncertain <= states[DeliveryState.UNCERTAIN] <= uncertain + CONNECTIONS
    assert PEOPLE == sum(states[one] for one in (DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN, DeliveryState.SKIPPED))
    terminal = Terminal(copy.settings(9))
    assert PEOPLE - len(LEFT) - 1 == terminal.ok("lists", "list")["lists"][-1]["people"]
    assert 0 == terminal("issues", "verify", str(copy.issue_id)).code
    assert 0 == terminal("consent", "verify").code


def _backup_in_the_middle(trial: Trial, terminal: Terminal, file: Path, port: int) -> int:
    """Make a backup while the worker stands still somewhere, and let it go on to the end; gives who was accepted by then."""
    tail = LogTail(trial.log)
    with running(trial.settings(port), trial.folder) as worker:
        wait_until(lambda: tail.count() >= MAILED, "some mail")
        _stop_between_writes(trial, worker)
        told = terminal.ok("backup", str(file))
        accepted = trial.states()[DeliveryState.ACCEPTED]
        worker.send(signal.SIGCONT)
        assert 0 == worker.wait()
    assert MAILED - 3 <= accepted < PEOPLE
    assert PEOPLE == told["rows"]["delivery"]
    return accepted


def _stop_between_writes(trial: Trial, worker: Running) -> None:
    """Stop the worker where it holds no lock of SQLite, which would be held for as long as it stands."""
    with trial.opened() as database:
        while True:
            worker.send(signal.SIGSTOP)
            if not database.is_sqlite:
                return
            writer = database.hasty_writer()
            try:
                with writer.write():
                    return
            except DatabaseBusy:
                worker.send(signal.SIGCONT)
            finally:
                writer.close()


def _leave(terminal: Terminal) -> None:
    for name in LEFT:
        terminal.ok("subscribers", "unsubscribe", f"{name}@example.net")
    terminal.ok("subscribers", "erase", "reader5@example.net", "--yes")


def _empty(url: str, tmp_path: Path) -> str:
    """Give the address of a database that is not there yet."""
    return f"sqlite:///{tmp_path}/there/restored.db" if url.startswith("sqlite") else url
