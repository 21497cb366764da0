"""Kills the shipped worker again and again in the middle of a mailing, and tells what came of it.

By hand: `python -m tests.harness.crashdriver --people 12000 --kills 25 --seed 7 [--workers 3 --postgres]` prints one line of
JSON and ends with 0 when nobody was missed, nobody got it twice, and no more is uncertain than may be.
"""

import argparse
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter.mail.delivery import DeliveryState
from tests.harness.postgres import postgres
from tests.harness.processes import sink_process
from tests.harness.sinklog import LogTail
from tests.harness.trial import CONNECTIONS, LONGEST, Record, Running, Trial, plan, record

S = DeliveryState

# Passed once for each person: a worker that is to die there gets there.
PLACES = (
    "lease.claimed",
    "mark.sending",
    "mark.sent",
    "smtp.mail",
    "smtp.rcpt",
    "smtp.data354",
    "smtp.body",
    "smtp.dot",
    "smtp.reply",
)
# A mailing is to be finished so soon after the last kill; on PostgreSQL a dead worker's lease is half of it.
FINISHED_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done to a mailing."""

    kills: int
    seed: int
    workers: int = 1
    connections: int = CONNECTIONS
    # Whether the leases of the dead run out by themselves, after half a minute on PostgreSQL, or as soon as they are dead.
    waits: bool = True


class Driver:
    """One run: workers that die, by a signal from outside or at a fail point, and are started again."""

    def __init__(self, trial: Trial, port: int, plan_: Plan) -> None:
        self._trial = trial
        self._plan = plan_
        self._settings = trial.settings(port, plan_.connections)
        self._dice = random.Random(plan_.seed)  # noqa: S311 -- repeatable, and no secret
        self._tail = LogTail(trial.log)
        # Messages from one kill to the next, at most: so that all kills fall into the mailing.
        self._stride = max(2, trial.people // (plan_.kills + 2))
        self.kills: list[str] = []
        self.last_kill = time.monotonic()
        self._workers: list[Running] = []

    def drive(self) -> float:
        """Kill and start until it was done often enough and all is mailed; gives the seconds from the last kill to the end."""
        try:
            self._workers = [self._start() for _ in range(self._plan.workers)]
            self._kill_on()
            self._finish()
        finally:
            for worker in self._workers:
                worker.close()
        return time.monotonic() - self.last_kill

    def _start(self) -> Running:
        failpoint = ""
        if len(self.kills) < self._plan.kills and self._dice.random() < 0.5:
            failpoint = f"{self._dice.choice(PLACES)}:kill:{self._dice.randrange(1, self._stride)}"
        return Running(self._settings, self._trial.folder, failpoint)

    def _kill_on(self) -> None:
        due = self._tail.count() + self._dice.randrange(1, self._stride)
        while len(self.kills) < self._plan.kills and any(worker.ended != 0 for worker in self._workers):
            time.sleep(0.002)
            if self._tail.count() >= due:
                time.sleep(self._dice.random() * 0.02)
                self._dice.choice(self._workers).send(signal.SIGKILL)
                due = self._tail.count() + self._dice.randrange(1, self._stride)
            if self._bury():
                due = self._tail.count() + self._dice.randrange(1, self._stride)

    def _finish(self) -> None:
        end = time.monotonic() + LONGEST
        while any(worker.ended != 0 for worker in self._workers):
            assert time.monotonic() < end, f"not finished after {LONGEST} s: {self._workers[0].words[-4000:]}"
            time.sleep(0.01)
            # Those that were to die at a fail point, and had not got there yet.
            self._bury()

    def _bury(self) -> bool:
        """Count the dead and start others in their place; whoever ended in another way has failed."""
        anybody = False
        for place, worker in enumerate(self._workers):
            if worker.ended in {None, 0}:
                continue
            assert worker.ended == -signal.SIGKILL, f"a worker ended with {worker.ended}: {worker.words[-4000:]}"
            self.kills.append(worker.failpoint)
            self.last_kill = time.monotonic()
            worker.close()
            if not self._plan.waits:
                self._trial.expire_lease_of(worker.pid)
            self._workers[place] = self._start()
            anybody = True
        return anybody


def soak(trial: Trial, port: int, plan_: Plan, row: str = "R02") -> Record:
    """Drive a mailing to its end and judge it by the sink's log."""
    begun = time.monotonic()
    driver = Driver(trial, port, plan_)
    after = driver.drive()
    states = trial.states()
    kills, bound = len(driver.kills), len(driver.kills) * plan_.connections
    claims = {
        f"{plan_.kills} kills fell into the mailing": kills >= plan_.kills,
        "everybody is accepted or uncertain": states[S.ACCEPTED] + states[S.UNCERTAIN] == trial.people,
        f"{bound} are uncertain at most": states[S.UNCERTAIN] <= bound,
        f"finished {FINISHED_WITHIN:.0f} s after the last kill": after <= FINISHED_WITHIN,
    }
    note = f"{plan_.workers} workers at a time, {plan_.connections} connections each"
    judged = record(trial, row, begun, claims, note, seed=plan_.seed, times=kills, bound=bound)
    return replace(judged, after=round(after, 1))


def main() -> int:
    """Make a database, mail, kill, judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.crashdriver", description=__doc__)
    parser.add_argument("--people", type=int, default=12_000)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--connections", type=int, default=CONNECTIONS, help="of each worker")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311 -- no secret
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own instead of SQLite")
    options = parser.parse_args()
    plan_ = Plan(options.kills, options.seed, options.workers, options.connections)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.postgres:
            with postgres() as server:
                record = _run(server.new_database(), folder, options.people, plan_)
        else:
            record = _run(f"sqlite:///{folder}/newsletter.db", folder, options.people, plan_)
    sys.stdout.write(record.line() + "\n")
    return 0 if record.is_good else 1


def _run(url: str, folder: Path, people: int, plan_: Plan) -> Record:
    trial = plan(url, folder, people)
    with sink_process(trial.log) as port:
        return soak(trial, port, plan_)


if __name__ == "__main__":
    sys.exit(main())
