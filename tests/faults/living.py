"""Rows U01, U02, D13, D14: people and editors act while a mailing goes out."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select

from newsletter.database import DatabaseFault
from newsletter.errors import NewsletterError
from newsletter.mail import dispatch
from newsletter.mail.delivery import DeliveryState
from newsletter.people.erase import erase
from newsletter.people.withdraw import withdraw
from newsletter.tables.mail import delivery
from subscribers.errors import SubscribersError
from subscribers.tables.lists import subscription
from tests.harness import ledgercheck, mailroom, people
from tests.harness.ledgercheck import Findings
from tests.harness.processes import ROOT, own_environment, sink_process
from tests.harness.sinklog import LogTail, read_log
from tests.harness.trial import Record, Trial, record, running, wait_until

S = DeliveryState
CONNECTIONS = 2


def leave_during(trial: Trial, leavers: int, seed: int) -> Record:
    """U01: people leave in the middle; whoever was answered gets nothing that was not marked before."""
    begun = time.monotonic()
    dice = random.Random(seed)  # noqa: S311 -- repeatable, and no secret
    tail = LogTail(trial.log)
    answered: dict[int, float] = {}
    with sink_process(trial.log) as port, running(trial.settings(port, CONNECTIONS), trial.folder) as worker:
        wait_until(lambda: tail.count() > 0, "the mailing to begin")
        with trial.opened() as database:
            with database.read() as tx:
                everybody = list(tx.execute(select(subscription.c.id).order_by(subscription.c.id)).scalars())
            for subscription_id in dice.sample(everybody[len(everybody) // 10 :], leavers):
                with database.write() as tx:
                    withdraw(tx, trial.keyring, subscription_id, datetime.now(UTC), people.ONE_CLICK)
                answered[subscription_id] = time.time()
        ended = worker.wait()
    late, unmarked = _after_the_answer(trial, answered)
    states = trial.states()
    claims = {
        "the worker ends well": ended == 0,
        "nobody is marked after the answer": not unmarked,
        "everybody is settled": states[S.ACCEPTED] + states[S.SKIPPED] == trial.people,
        "somebody left in time": states[S.SKIPPED] > 0,
    }
    note = f"{leavers} left, {states[S.SKIPPED]} in time, {late} were on the wire, {len(unmarked)} marked later"
    return record(trial, "U01", begun, claims, note, seed=seed, times=leavers)


def _after_the_answer(trial: Trial, answered: dict[int, float]) -> tuple[int, list[int]]:
    """Give how many got it after their answer, and which of those had not been marked before it."""
    taken_at = {one.recipient: one.at for one in read_log(trial.log)}
    with trial.opened() as database, database.read() as tx:
        columns = (delivery.c.id, delivery.c.subscription_id, delivery.c.email, delivery.c.sending_at)
        rows = tx.execute(select(*columns).where(delivery.c.subscription_id.in_(answered))).all()
    late = [row for row in rows if taken_at.get(row.email, 0.0) > answered[row.subscription_id]]
    unmarked = [row.id for row in late if row.sending_at.timestamp() > answered[row.subscription_id]]
    return len(late), unmarked


def pause_and_resume(trial: Trial, times: int, seed: int) -> Record:
    """U02: paused and resumed again and again, cancelled in the end; each time it bites at once."""
    begun = time.monotonic()
    dice = random.Random(seed)  # noqa: S311 -- repeatable, and no secret
    tail = LogTail(trial.log)
    most_after = 0
    with sink_process(trial.log) as port:
        settings = trial.settings(port, CONNECTIONS)
        with running(settings, trial.folder, until_idle=False) as worker, trial.opened() as database:
            for number in range(times):
                _wait_for_more(tail, 1 + dice.randrange(5))
                with database.write() as tx:
                    if number + 1 < times:
                        dispatch.pause(tx, trial.issue_id, datetime.now(UTC))
                    else:
                        dispatch.cancel(tx, trial.issue_id, datetime.now(UTC))
                at_answer = tail.count()
                time.sleep(0.1)
                most_after = max(most_after, tail.count() - at_answer)
                if number + 1 < times:
                    with database.write() as tx:
                        dispatch.resume(tx, trial.issue_id, datetime.now(UTC))
            worker.send(signal.SIGTERM)
            ended = worker.wait()
    states = trial.states()
    claims = {
        "the worker ends well": ended == 0,
        "no more than are on the wire come after an answer": most_after <= CONNECTIONS,
        "everybody is settled": states[S.ACCEPTED] + states[S.CANCELLED] == trial.people,
    }
    note = f"at most {most_after} came after an answer; {states[S.CANCELLED]} cancelled in the end"
    return record(trial, "U02", begun, claims, note, seed=seed, times=times, bound=CONNECTIONS)


def _wait_for_more(tail: LogTail, messages: int) -> None:
    due = tail.count() + messages
    wait_until(lambda: tail.count() >= due, "the mailing to go on")


@dataclass(slots=True)
class Crowd:
    """What editors and readers do at random, in threads of their own, and what they were told."""

    trial: Trial
    seed: int
    ends_at: float
    done: int = 0
    # What a user would have seen as a failure.
    faults: list[str] = field(default_factory=list)

    def live(self) -> None:
        """Act until the time is up."""
        acts = (self._pause, self._resume, self._erase, self._import, self._plan, self._leave)
        threads = [threading.Thread(target=self._go_on, args=(number, acts)) for number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _go_on(self, number: int, acts: tuple[Callable[[random.Random], None], ...]) -> None:
        dice = random.Random(self.seed * 100 + number)  # noqa: S311 -- repeatable, and no secret
        while time.monotonic() < self.ends_at:
            act = dice.choice(acts)
            try:
                # A verb that finds the issue in another state says so, which is no fault.
                with suppress(NewsletterError, SubscribersError):
                    act(dice)
            except DatabaseFault as fault:
                self.faults.append(f"{act.__name__}: {fault.orig}")
            self.done += 1
            time.sleep(dice.random() * 0.02)

    def _pause(self, _dice: random.Random) -> None:
        with self.trial.opened() as database, database.write() as tx:
            dispatch.pause(tx, self.trial.issue_id, datetime.now(UTC))

    def _resume(self, _dice: random.Random) -> None:
        with self.trial.opened() as database, database.write() as tx:
            dispatch.resume(tx, self.trial.issue_id, datetime.now(UTC))

    def _erase(self, dice: random.Random) -> None:
        with self.trial.opened() as database, database.write() as tx:
            erase(tx, self.trial.keyring, dice.randrange(1, self.trial.people + 1), datetime.now(UTC))

    def _leave(self, dice: random.Random) -> None:
        with self.trial.opened() as database, database.write() as tx:
            standing = dice.randrange(1, self.trial.people + 1)
            withdraw(tx, self.trial.keyring, standing, datetime.now(UTC), people.ONE_CLICK)

    def _import(self, dice: random.Random) -> None:
        numbers = [dice.randrange(10**6) for _ in range(20)]
        rows = (b"email,name\n", *(b"late%d@example.net,Late\n" % number for number in numbers))
        with self.trial.opened() as database:
            trial = self.trial
            now = datetime.now(UTC)
            people.take_in_file(database.write, trial.keyring, trial.list_id, rows, now)

    def _plan(self, dice: random.Random) -> None:
        """Send another issue, and cancel it now and then."""
        with self.trial.opened() as database:
            with database.write() as tx:
                now = datetime.now(UTC)
                issue_id = mailroom.approved_issue(tx, self.trial.newsletter_id, now, f"Extra {dice.randrange(10**9)}")
                dispatch.send_issue(tx, issue_id, now)
            if dice.random() < 0.8:
                with database.write() as tx:
                    dispatch.cancel(tx, issue_id, datetime.now(UTC))


def live_at_random(trial: Trial, seconds: float, seed: int) -> Record:
    """D14: everything at once, for a while: no fault reaches anybody, and the ledger agrees with the sink."""
    begun = time.monotonic()
    tail = LogTail(trial.log)
    with sink_process(trial.log) as port:
        settings = trial.settings(port, CONNECTIONS)
        with running(settings, trial.folder, until_idle=False) as worker:
            wait_until(lambda: tail.count() > 0, "the mailing to begin")
            crowd = Crowd(trial, seed, time.monotonic() + seconds)
            crowd.live()
            worker.send(signal.SIGTERM)
            ended = worker.wait()
    log = read_log(trial.log)
    with trial.opened() as database, database.read() as tx:
        letters = ledgercheck.letters_mailed(tx)
        found = [ledgercheck.check(tx, trial.keyring, letter_id, log).findings for letter_id in letters]
    claims = {
        "the worker ends well": ended == 0,
        "every mailing agrees with the sink": all(one == Findings() for one in found),
        "no fault of the database reaches anybody": not crowd.faults,
    }
    note = f"{crowd.done} acts, {len(letters)} mailings, {len(log)} messages" + "".join(f"; {one}" for one in crowd.faults[:3])
    return record(trial, "D14", begun, claims, note, finishes=False, seed=seed, times=crowd.done)


def leave_and_import(trial: Trial, seconds: float, rows: int, seed: int) -> Record:
    """D13: SQLite at full speed, an import beside it, and 50 people a second who leave: nobody waits half a second."""
    begun = time.monotonic()
    dice = random.Random(seed)  # noqa: S311 -- repeatable, and no secret
    file = trial.folder / "import.csv"
    file.write_text("email,name\n" + "".join(f"late{number}@example.net,Late\n" for number in range(rows)))
    waits: list[float] = []
    with sink_process(trial.log) as port, running(trial.settings(port, CONNECTIONS), trial.folder, until_idle=False) as worker:
        command = (
            sys.executable,
            "-m",
            "newsletter.cli",
            "subscribers",
            "import",
            "readers",
            str(file),
            "--basis",
            "x",
            "--confirmed",
        )
        environment = own_environment() | trial.settings(port)
        with (
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as importing,
            trial.opened() as database,
        ):
            while time.monotonic() < begun + seconds or importing.poll() is None:
                asked = time.monotonic()
                with database.write() as tx:
                    standing = dice.randrange(1, trial.people + 1)
                    withdraw(tx, trial.keyring, standing, datetime.now(UTC), people.ONE_CLICK)
                waits.append(time.monotonic() - asked)
                time.sleep(max(0.0, 0.02 - waits[-1]))
            imported = importing.wait()
        worker.send(signal.SIGTERM)
        ended = worker.wait()
    p99 = sorted(waits)[len(waits) * 99 // 100]
    claims = {"all end well": (imported, ended) == (0, 0), "99 of 100 wait less than 500 ms": p99 < 0.5}
    note = f"{len(waits)} left, p99 {p99 * 1000:.0f} ms, longest {max(waits) * 1000:.0f} ms"
    return record(trial, "D13", begun, claims, note, finishes=False, seed=seed, times=len(waits))
