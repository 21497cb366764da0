"""Row R08: the plug is pulled at any instant, on SQLite: what lies on the disk then opens, and tells the truth."""

import os
import random
import shutil
import signal
import sqlite3
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from subscribers.tokens import Purpose
from tests.harness.processes import sink_process
from tests.harness.sinklog import LogTail, Taken, read_log
from tests.harness.trial import Record, Trial, record, running, wait_until

INVARIANTS = """
SELECT 'worker without a state' WHERE EXISTS (SELECT 1 FROM delivery WHERE worker_id = '' AND state IN ('leased', 'sending'))
UNION ALL
SELECT 'sending without a time' WHERE EXISTS (SELECT 1 FROM delivery WHERE state = 'sending' AND sending_at IS NULL)
UNION ALL
SELECT 'accepted without a yes' WHERE EXISTS (SELECT 1 FROM delivery WHERE state = 'accepted' AND code / 100 <> 2)
UNION ALL
SELECT 'settled without a time' WHERE EXISTS (SELECT 1 FROM delivery
    WHERE (settled_at IS NULL) <> (state IN ('pending', 'deferred', 'leased', 'sending')) AND letter_id = :letter)
"""


def pull_the_plug(trial: Trial, copies: int, seed: int, connections: int = 2) -> Record:
    """Copy the database and its log at random instants of a mailing, with everything standing still, and look into each."""
    begun = time.monotonic()
    assert trial.url.startswith("sqlite:///")
    dice = random.Random(seed)  # noqa: S311 -- repeatable, and no secret
    tail = LogTail(trial.log)
    stride = max(1, trial.people // (copies + 2))
    troubles: list[str] = []
    most_open = 0
    with sink_process(trial.log) as port, running(trial.settings(port, connections), trial.folder) as worker:
        for number in range(copies):
            due = number * stride + dice.randrange(stride)
            wait_until(lambda due=due: tail.count() >= due or worker.ended is not None, "the mailing to go on")  # type: ignore[misc]
            time.sleep(dice.random() * 0.003)
            copy = _copied(trial, number, worker.pid if worker.ended is None else 0)
            open_rows, found = _look_into(trial, copy)
            most_open = max(most_open, open_rows)
            troubles += [f"copy {number}: {trouble}" for trouble in found]
            shutil.rmtree(copy)
        ended = worker.wait()
    claims = {
        "the worker ends well": ended == 0,
        "every copy tells the truth": not troubles,
        f"a copy has 1 to {connections} open rows": 0 < most_open <= connections,
    }
    note = "; ".join([f"{copies} copies, at most {most_open} open rows in one", *troubles[:5]])
    return record(trial, "R08", begun, claims, note, seed=seed, times=copies, bound=connections)


def _copied(trial: Trial, number: int, pid: int) -> Path:
    source = Path(trial.url.removeprefix("sqlite:///"))
    copy = trial.folder / f"copy{number}"
    copy.mkdir()
    if pid:
        _signal(pid, signal.SIGSTOP)
    try:
        for name in (source.name, f"{source.name}-wal"):
            if source.with_name(name).exists():
                shutil.copy(source.with_name(name), copy / name)
        if trial.log.exists():
            shutil.copy(trial.log, copy / "sink.log")
    finally:
        if pid:
            _signal(pid, signal.SIGCONT)
    return copy


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _look_into(trial: Trial, copy: Path) -> tuple[int, list[str]]:
    """Open a copy; gives how many rows are on the wire, and what is wrong."""
    connection = sqlite3.connect(copy / Path(trial.url.removeprefix("sqlite:///")).name)
    try:
        [(integrity,)] = connection.execute("PRAGMA integrity_check").fetchall()
        rows = connection.execute("SELECT id, state FROM delivery WHERE letter_id = ?", [trial.letter_id]).fetchall()
        troubles = [row[0] for row in connection.execute(INVARIANTS, {"letter": trial.letter_id})]
    finally:
        connection.close()
    states = dict(rows)
    if integrity != "ok":
        troubles.append(f"integrity: {integrity}")
    if len(rows) != trial.people:
        troubles.append(f"{len(rows)} people of {trial.people}")
    return Counter(states.values())["sending"], troubles + _against_sink(trial, states, read_log(copy / "sink.log"))


def _against_sink(trial: Trial, states: dict[int, str], log: list[Taken]) -> list[str]:
    """Compare a copy with what the sink had by then: whoever has the letter was marked before, whoever is accepted has it."""
    taken = {trial.keyring.open(Purpose.DELIVERY, one.message_id.strip("<>").partition("@")[0]) for one in log}
    accepted = {delivery_id for delivery_id, state in states.items() if state == "accepted"}
    unmarked = [delivery_id for delivery_id in taken if states[delivery_id] not in {"accepted", "sending", "uncertain"}]
    return [f"taken, not marked: {unmarked}"] * bool(unmarked) + [f"accepted, not taken: {sorted(accepted - taken)}"] * bool(
        accepted - taken
    )
