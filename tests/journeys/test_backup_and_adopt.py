"""A backup is made while an issue is mailed, the original goes on, and what comes out of the backup mails nobody twice."""

from pathlib import Path

import pytest

from newsletter.mail.delivery import DeliveryState
from tests.harness.processes import sink_process
from tests.harness.sinklog import LogTail
from tests.harness.terminal import Terminal
from tests.harness.trial import CONNECTIONS, Trial, plan, run, running, wait_until

PEOPLE = 60
# Of them, when the backup is begun.
MAILED = 8
# As on a machine that has much to do: a backup takes as long as some ten mails.
SLOWLY = "mark.sent:sleep0.03:p1"
LEFT = ("reader0", "reader20", "reader59")


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
        at_backup = _backup_while_mailing(trial, original, file, port)
        _leave(original)
        copy = Trial(there, tmp_path / "there", PEOPLE, letter_id=trial.letter_id, issue_id=trial.issue_id)
        elsewhere = Terminal(copy.settings(port))
        before = LogTail(trial.log).count()

        restored = elsewhere.ok("restore", str(file))
        assert 0 == run(copy.settings(port), copy.folder)
        assert before == LogTail(trial.log).count(), "a copy that nobody adopted has mailed"
        assert copy.states()[DeliveryState.ACCEPTED] in at_backup
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


def _backup_while_mailing(trial: Trial, terminal: Terminal, file: Path, port: int) -> range:
    """Make a backup while the worker mails, and let that go on to the end; gives how many may have been accepted by then."""
    tail = LogTail(trial.log)
    with running(trial.settings(port), trial.folder, SLOWLY) as worker:
        wait_until(lambda: tail.count() >= MAILED, "some mail")
        before = trial.states()[DeliveryState.ACCEPTED]
        told = terminal.ok("backup", str(file))
        after = trial.states()[DeliveryState.ACCEPTED]
        assert 0 == worker.wait()
    assert before < after, "nothing was mailed meanwhile"
    assert PEOPLE == told["rows"]["delivery"]
    return range(before, after + 1)


def _leave(terminal: Terminal) -> None:
    for name in LEFT:
        terminal.ok("subscribers", "unsubscribe", f"{name}@example.net")
    terminal.ok("subscribers", "erase", "reader5@example.net", "--yes")


def _empty(url: str, tmp_path: Path) -> str:
    """Give the address of a database that is not there yet."""
    return f"sqlite:///{tmp_path}/there/restored.db" if url.startswith("sqlite") else url
