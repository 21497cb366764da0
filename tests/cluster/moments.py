"""An issue that falls due: rows T03, schedulers that die at every step of it, and T05, clocks that are wrong."""

import signal
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from newsletter.issues import alerts
from newsletter.mail import workers as leases
from newsletter.tables.mail import delivery
from newsletter.worker.clocks import key_of
from tests.cluster.cluster import CONNECTIONS, START_WITHIN, Cluster, Issue, Running
from tests.cluster.rows import judged, none_ended
from tests.harness.sinklog import read_log
from tests.harness.trial import Record

# What a scheduler does about an issue that is due, in this order; behind the last it is committed, and nobody does it again.
STEPS = ("audience.begin", "audience.done", "issue.departed")
# From the start of the workers, in seconds: time for all of them to begin, and to tell of their clocks.
AHEAD = 25
# A clock that steps does so this often, in seconds.
STEP = 3.0


def die_at_every_step(cluster: Cluster, scale: float, seed: int) -> Record:
    """T03: three schedulers on three hosts, every one of them killed at every step that it comes to."""
    due = datetime.now(UTC) + timedelta(seconds=AHEAD)
    with cluster.issue(max(60, int(200 * scale)), send_at=due) as issue, ExitStack() as stack:
        kills = 0
        for step in STEPS:
            armed = [stack.enter_context(issue.worker(at, failpoint=f"{step}:kill:1")) for at in cluster.mailers]
            last = step == STEPS[-1]
            issue.waits_for(lambda armed=armed, last=last: (any if last else all)(_died(one) for one in armed), step)  # type: ignore[misc]
            kills += sum(_died(one) for one in armed)
        stack.enter_context(issue.worker(next(one.host for one in armed if _died(one))))
        first = _goes_out(issue)
        claims = {"nothing is early": first >= due.timestamp(), "one audience": _audience(issue) == issue.trial.people}
        note = f"{kills} killed: each of three at each step before the commit, one behind it"
        # Whoever was killed behind the commit may have begun to mail.
        return judged(issue, "T03", claims, note, times=kills, bound=CONNECTIONS, seed=seed)


def lie_about_the_time(cluster: Cluster, scale: float, seed: int) -> Record:
    """T05: the clock of one host is three hours ahead, of another three behind, and that of the third steps all the time."""
    due = datetime.now(UTC) + timedelta(seconds=AHEAD)
    ahead, behind, stepping = cluster.mailers
    with cluster.issue(max(60, int(200 * scale)), send_at=due) as issue, ExitStack() as stack:
        for at, off in ((ahead, "+3h"), (behind, "-3h"), (stepping, "+3h")):
            at.set_clock(off)
        workers = stack.enter_context(issue.workers())
        steps = 0
        while not (issue.is_planned() and not issue.left()):
            steps += 1
            stepping.set_clock("+3h" if steps % 2 else "-3h")
            time.sleep(STEP)
            assert steps * STEP < START_WITHIN + AHEAD, "it is not mailed"
        first = _goes_out(issue)
        now = issue.database.moment()
        with issue.database.read() as tx:
            told = [at.name for at in cluster.mailers if alerts.was_raised(tx, key_of(at.name))]
        alive = [one for one in issue.roster() if one.stopped_at is None]
        claims = none_ended(workers) | {
            "nothing is early": first >= due.timestamp(),
            "one audience": _audience(issue) == issue.trial.people,
            "every wrong clock is told of": len(told) == len(cluster.mailers),
            "no lease is lost, or lasts for longer": all(now < one.lease_until <= now + leases.LEASE for one in alive)
            and len(alive) == len(workers),
        }
        late = first - due.timestamp()
        note = (
            f"the first went out {late:.1f} s after its time; one clock stepped {steps} times; {len(told)} wrong clocks told of"
        )
        return judged(issue, "T05", claims, note, times=steps, seed=seed)


def _died(one: Running) -> bool:
    return one.ended == -signal.SIGKILL


def _goes_out(issue: Issue) -> float:
    """Wait until it is planned and mailed; gives when the first went out."""
    issue.waits_for(issue.is_planned, "the issue to be planned", START_WITHIN)
    issue.finishes()
    return min(one.at for one in read_log(issue.trial.log))


def _audience(issue: Issue) -> int:
    """Count whom anything was planned for, in whichever letter."""
    with issue.database.read() as tx:
        return int(tx.execute(select(func.count()).select_from(delivery)).scalar_one())
