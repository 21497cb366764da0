"""What happens in a mount namespace of its own, on a disk of four megabytes: started by tests.faults.databases."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from newsletter.mail.delivery import DeliveryState
from tests.harness.processes import sink_process
from tests.harness.sinklog import LogTail
from tests.harness.trial import Record, Trial, plan, record, run, running, wait_until

S = DeliveryState
# What the ledger says of a mail before its body may go.
MARKED = (S.SENDING, S.ACCEPTED, S.UNCERTAIN)
SIZE = "4m"
# Left free when the mailing begins: enough to begin and for a third of the people, not enough to end.
LEFT = 1_000_000
# A small mark may still find room after a larger write found none: the disk is full for good when nothing was mailed for
# this long, which is longer than the worker waits between two tries. In seconds.
RESTS_FOR = 4.0


def mount(disk: Path, *options: str) -> None:
    """Mount the disk, or change how it is mounted."""
    subprocess.run(("mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(disk)), check=True)  # noqa: S607


def full(disk: Path, folder: Path, people: int) -> Record:
    """D09: the disk of the ledger is full: nothing is mailed that is not marked, and it goes on when there is room."""
    begun = time.monotonic()
    trial = _planned(disk, folder, people)
    filler = disk / "filler"
    filler.write_bytes(b"x" * max(0, shutil.disk_usage(disk).free - LEFT))
    tail = LogTail(trial.log)
    with sink_process(trial.log) as port, running(trial.settings(port), folder) as worker:
        wait_until(lambda: "cannot be written" in worker.words or worker.ended is not None, "the disk to be full")
        stopped_at = _at_rest(tail, people)
        states = trial.states()
        filler.unlink()
        mount(disk, "remount", "size=64m")
        ended = worker.wait()
    claims = {
        "the disk was full in the middle": 0 < stopped_at < people,
        "nothing is mailed that is not marked": stopped_at <= sum(states[state] for state in MARKED),
        "the ledger can be read meanwhile": sum(states.values()) == people,
        "the worker ends well when there is room": ended == 0,
        "everybody is accepted": trial.states()[S.ACCEPTED] == people,
    }
    return record(trial, "D09", begun, claims, f"full after {stopped_at} of {people}", times=1)


def _at_rest(tail: LogTail, people: int) -> int:
    """Wait until nothing is mailed any more, give how many were; everybody at the latest."""
    mailed, since = tail.count(), time.monotonic()
    while time.monotonic() - since < RESTS_FOR and mailed < people:
        time.sleep(0.2)
        if (now_mailed := tail.count()) != mailed:
            mailed, since = now_mailed, time.monotonic()
    return mailed


def read_only(disk: Path, folder: Path, people: int) -> Record:
    """D10: the disk cannot be written: the worker says so and ends, nothing is mailed, and the next one mails."""
    begun = time.monotonic()
    trial = _planned(disk, folder, people)
    mount(disk, "remount", "ro")
    with sink_process(trial.log) as port:
        with running(trial.settings(port), folder) as worker:
            refused = worker.wait(60)
            words = worker.words
        mailed = len(trial.log.read_bytes()) if trial.log.exists() else 0
        mount(disk, "remount", "rw")
        ended = run(trial.settings(port), folder)
    claims = {
        "the worker refuses": refused not in {0, None},
        "it says why, without a traceback": "Traceback" not in words and "cannot be used" in words,
        "nothing is mailed": mailed == 0,
        "the next one mails": ended == 0 and trial.states()[S.ACCEPTED] == people,
    }
    return record(trial, "D10", begun, claims, f"ended {refused}: {words.strip()[-200:]}", times=1)


def _planned(disk: Path, folder: Path, people: int) -> Trial:
    mount(disk, f"size={SIZE}")
    return plan(f"sqlite:///{disk}/newsletter.db", folder, people)


def main() -> None:
    """Do what the arguments say and print the record."""
    row, disk, folder, people = sys.argv[1:]
    done = (full if row == "D09" else read_only)(Path(disk), Path(folder), int(people))
    sys.stdout.write(done.line() + "\n")


if __name__ == "__main__":
    main()
