"""Rows R01, R04, R06: the shipped worker dies, or stands still, at a place of choice."""

import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsletter.mail import workers
from newsletter.mail.delivery import DeliveryState
from tests.harness.aside import aside
from tests.harness.chaosnames import When, weather
from tests.harness.crashdriver import PLACES
from tests.harness.processes import sink_process
from tests.harness.sinklog import LogTail
from tests.harness.trial import Record, Trial, plan, record, run, running, wait_until

S = DeliveryState

# Passed for each person, in any mailing.
EACH = PLACES
# Passed once for each person only where the relay is of this kind.
SPECIAL = {"mark.failed": ("554", "rcpt"), "smtp.connected": ("close-after", "answer")}
# Passed once, by the worker that plans an issue whose time has come, and by the one that finishes it.
ONCE = ("audience.begin", "audience.done", "issue.departed", "issue.finished")
# Passed once, by the worker that drafts.
DRAFTING = ("slots.recorded", "slot.claimed", "month.gathered", "issue.created", "slot.drafted")

# Passed where nothing is mailed, and killed at beside what they belong to: the place, and the tests.
BESIDE = {
    "migration.applied": "newsletter/migrations/test_every_step.py",
    "staff.reminded": "newsletter/worker/test_reminding.py",
    "person.reminded": "newsletter/worker/test_people.py",
    "person.forgotten": "newsletter/worker/test_people.py",
    "person.asked": "newsletter/worker/test_people.py",
    "digest.planned": "newsletter/worker/test_digests.py",
    "people.rekeyed": "newsletter/cli/test_suppressions.py",
    "order.done": "newsletter/worker/test_repeating.py",
    "order.departed": "newsletter/worker/test_repeating.py",
    "evidence.walked": "newsletter/worker/test_evidence.py",
    "batch.forgotten": "newsletter/cli/test_privacy.py",
    "return.fetched": "newsletter/returns/test_collecting.py",
    "return.recorded": "newsletter/returns/test_collecting.py",
    "return.moved": "newsletter/returns/test_collecting.py",
    "rows.restored": "newsletter/backups/test_restoring.py",
    "database.restored": "newsletter/backups/test_restoring.py",
    "rows.copied": "newsletter/backups/test_copying.py",
    "hook.told": "newsletter/webhooks/test_telling.py",
}


@dataclass(frozen=True, slots=True)
class Kill:
    """Where a worker is to die, and at the how manieth passage; from behind when negative."""

    place: str
    nth: int = 1

    def failpoint(self, left: int) -> str:
        """Give it as the setting, when so many people are left."""
        return f"{self.place}:kill:{self.nth if self.nth > 0 else left + 1 + self.nth}"


def sweep(trial: Trial, kills: Sequence[Kill], seed: int = 0) -> Record:
    """Kill worker after worker in one mailing over one connection, then let it be finished."""
    begun = time.monotonic()
    special = {SPECIAL[kill.place] for kill in kills if kill.place in SPECIAL}
    assert len(special) <= 1, "two kinds of relay at once"
    with ExitStack() as stack:
        if special:
            [(name, step)] = special
            sink = weather(name, When(step=step)).sink(trial.log)
            stack.enter_context(aside(sink))
            port = sink.port
        else:
            port = stack.enter_context(sink_process(trial.log))
        settings = trial.settings(port, connections=1)
        ended = [_die(trial, settings, kill) for kill in kills]
        trial.expire_leases()
        finished = run(settings, trial.folder)
    trial.find_letter()
    claims = {
        "every kill came where it was to come": [-signal.SIGKILL] * len(kills) == ended,
        "the last worker finished": finished == 0,
        **_nobody_is_forgotten(trial, len(kills)),
    }
    note = ", ".join(f"{kill.place}:{kill.nth}" for kill in kills)
    return record(trial, "R01", begun, claims, note, seed=seed, times=len(kills), bound=len(kills))


def _nobody_is_forgotten(trial: Trial, bound: int) -> dict[str, bool]:
    states = trial.states()
    return {
        "everybody is settled": not any(states[state] for state in (S.PENDING, S.DEFERRED, S.LEASED, S.SENDING)),
        f"{bound} are uncertain at most": states[S.UNCERTAIN] <= bound,
    }


def _die(trial: Trial, settings: dict[str, str], kill: Kill) -> int:
    if trial.letter_id:
        # As a minute later: what the one before held is free again, and the last person is the last of all.
        trial.expire_leases()
    states = trial.states()
    left = states[S.PENDING] + states[S.LEASED] or trial.people
    return run(settings, trial.folder, kill.failpoint(left))


def due_issue(url: str, folder: Path, people: int) -> Trial:
    """Give an issue whose time has just come, for the worker to plan."""
    return plan(url, folder, people, send_at=datetime.now(UTC) - timedelta(seconds=1))


def stand_still(trial: Trial, place: str, nth: int, *, waits: bool = False, connections: int = 2) -> Record:
    """R04: a worker stands still, is called dead, and goes on when another has finished; *waits* for its lease to end."""
    begun = time.monotonic()
    with sink_process(trial.log) as port:
        settings = trial.settings(port, connections)
        with running(settings, trial.folder, f"{place}:stop:{nth}") as frozen:
            frozen.wait_until_stopped()
            if waits:
                time.sleep(workers.LEASE.total_seconds() + 5)
            else:
                trial.expire_leases()
            second = run(settings, trial.folder)
            frozen.send(signal.SIGCONT)
            first = frozen.wait()
    claims = {"both end well": (first, second) == (0, 0), **_nobody_is_forgotten(trial, connections)}
    return record(trial, "R04", begun, claims, f"{place}:{nth}", times=1, bound=connections)


def stop_twice(trial: Trial, connections: int = 2) -> Record:
    """R06: SIGTERM, and again at once, as an impatient supervisor does; the next worker finishes."""
    begun = time.monotonic()
    tail = LogTail(trial.log)
    with sink_process(trial.log) as port:
        settings = trial.settings(port, connections)
        with running(settings, trial.folder, until_idle=False) as worker:
            wait_until(lambda: tail.count() > trial.people // 4, "the mailing to be under way")
            worker.send(signal.SIGTERM)
            wait_until(lambda: "Stopping" in worker.words or worker.ended is not None, "it to hear")
            worker.send(signal.SIGTERM)
            first = worker.wait()
        trial.expire_leases()
        second = run(settings, trial.folder)
    claims = {"the next one finishes": second == 0, **_nobody_is_forgotten(trial, connections)}
    return record(trial, "R06", begun, claims, f"ended {first}, {second}", times=1, bound=connections)
