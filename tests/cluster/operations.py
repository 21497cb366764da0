"""What an operator meets sooner or later: a pooler that is restarted, a database that is elsewhere now, a disk that is full."""

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from tests.cluster.cluster import CONNECTIONS, MAILERS, Cluster, Issue
from tests.cluster.net import MAIL
from tests.cluster.rows import RESUMES_WITHIN, judged, none_ended
from tests.harness.sinklog import read_log
from tests.harness.trial import Record

# P7: within it everything goes on by itself. A line to an address that is nowhere is given up by half a minute.
ELSEWHERE_WITHIN = 60.0
# Of the disk that is filled, in megabytes, and for how long it stays full, in seconds: ticks, renewals and looks go by.
SMALL = 2
FULL_FOR = 20.0


def restart_the_pooler(cluster: Cluster, scale: float, seed: int) -> Record:
    """Pooler: PgBouncer, which all hosts are behind, is ended and started again, and is away for some seconds in between."""
    dice, times = random.Random(seed), max(2, int(6 * scale))  # noqa: S311 -- repeatable, and no secret
    behind = replace(cluster, pooler=next(cluster.site.ports))
    longest = 0.0
    with ExitStack() as stack:
        pooler = stack.enter_context(ExitStack())
        pooler.enter_context(behind.server.pooler(behind.pooler))
        issue = stack.enter_context(behind.issue(60 * times))
        workers = stack.enter_context(issue.workers(pooled=True))
        tail = issue.tail()
        issue.reaches(tail, 1)
        for _ in range(times):
            issue.reaches(tail, tail.count() + dice.randrange(1, 25))
            pooler.close()
            time.sleep(dice.uniform(0, 4))
            pooler.enter_context(behind.server.pooler(behind.pooler))
            before = tail.count()
            longest = max(longest, issue.waits_for(lambda before=before: tail.count() > before, "the mailing to resume"))  # type: ignore[misc]
        issue.finishes()
        claims = none_ended(workers) | {"it resumes within 30 s": longest <= RESUMES_WITHIN}
        return judged(issue, "pooler", claims, f"{times} restarts, resumed within {longest:.1f} s", times=times, seed=seed)


def fail_over(cluster: Cluster, scale: float, seed: int) -> Record:
    """Failover: the database's host vanishes without a word; its name leads to another address, with all that it kept."""
    with cluster.own_server() as own, own.issue(max(120, int(300 * scale))) as issue, issue.workers(by_name=True) as workers:
        tail = issue.tail()
        issue.reaches(tail, 20)
        left = issue.left()
        own.server.fail_over(next(cluster.site.addresses))
        before = tail.count()
        took = issue.waits_for(lambda: tail.count() > before, "the mailing to resume")
        issue.finishes()
        claims = none_ended(workers) | {
            "it was in the middle of the mailing": left > 0,
            "it resumes within 60 s": took <= ELSEWHERE_WITHIN,
        }
        note = f"resumed {took:.1f} s after the name led elsewhere"
        # Away for longer than a lease: whoever comes back first may find what others had on the wire.
        return judged(issue, "failover", claims, note, times=1, bound=len(MAILERS) * CONNECTIONS, seed=seed)


def fill_a_disk(cluster: Cluster, scale: float, seed: int) -> Record:
    """Disk: one host has no room left on its disk, where its data folder and its log are: it mails on, and so do the others."""
    poor = cluster.mailers[0]
    with ExitStack() as stack:
        folder = stack.enter_context(poor.small_disk(SMALL))
        issue = stack.enter_context(cluster.issue(max(300, int(400 * scale))))
        workers = stack.enter_context(issue.workers())
        issue.reaches(issue.tail(), 1)
        with _full(folder):
            began, left = time.time(), issue.left()
            with issue.braked():
                while time.time() < began + FULL_FOR:
                    # So that there is something to be said in the log.
                    issue.break_one()
                    time.sleep(2)
            ended = time.time()
        mailed = _mailed(issue, poor.address(MAIL), began, ended)
        issue.finishes()
        claims = none_ended(workers) | {"it was in the middle of the mailing": left > 0, "it mails on": mailed > 0}
        note = f"{mailed} were mailed from the host whose disk was full for {FULL_FOR:.0f} s"
        return judged(issue, "disk", claims, note, times=1, seed=seed)


@contextmanager
def _full(folder: Path) -> Iterator[None]:
    """Leave no room there while the block lasts."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    yield
    filler.unlink()


def _mailed(issue: Issue, peer: str, since: float, until: float) -> int:
    return sum(one.peer == peer and since + 1 < one.at < until for one in read_log(issue.trial.log))
