"""Rows D01, D02, D05, D09, D10, D12: the database goes away, fills up or cannot be written while the shipped worker mails."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from newsletter.mail.delivery import DeliveryState
from newsletter.tables.mail import delivery
from tests.harness.aside import aside
from tests.harness.chaostcp import Proxy
from tests.harness.postgres import Postgres, through
from tests.harness.processes import ROOT, own_environment, sink_process
from tests.harness.sinklog import LogTail
from tests.harness.trial import CONNECTIONS, Record, Trial, record, run, running, wait_until

S = DeliveryState

BREAK_ANY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND datname = current_database() ORDER BY random() LIMIT 1
"""
# As the product's own guard does it, idle_in_transaction_session_timeout, when a minute has passed.
END_IDLE = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%'
"""
# After a restart of the database the mailing goes on by itself within this. In seconds.
RESUMES_WITHIN = 30.0

# A report that does not read for a minute is ended by the product's own guard of PostgreSQL. In seconds.
BETWEEN_READINGS = 1.0


def restart(trial: Trial, server: Postgres, times: int, seed: int) -> Record:
    """D01: PostgreSQL is crashed and started again, again and again; no process ends, nobody acts, all goes on."""
    begun = time.monotonic()
    dice = random.Random(seed)  # noqa: S311 -- repeatable, and no secret
    tail = LogTail(trial.log)
    longest = 0.0
    stride = trial.people // (times + 2)
    with sink_process(trial.log) as port, running(trial.settings(port), trial.folder) as worker:
        for _ in range(times):
            due = tail.count() + dice.randrange(1, stride)
            wait_until(lambda due=due: tail.count() >= due or worker.ended is not None, "the mailing to go on")  # type: ignore[misc]
            server.crash()
            back = time.monotonic()
            before = tail.count()
            wait_until(lambda before=before: tail.count() > before or worker.ended is not None, "it to resume")  # type: ignore[misc]
            longest = max(longest, time.monotonic() - back)
        ended = worker.wait()
    claims = _all_accepted(trial, ended) | {"it resumes within 30 s": longest <= RESUMES_WITHIN}
    return record(trial, "D01", begun, claims, f"{times} restarts, resumed within {longest:.1f} s", seed=seed, times=times)


def break_connections(trial: Trial, server: Postgres, every: float, seed: int = 0) -> Record:
    """D02: a connection of the database is ended at random, again and again."""
    begun = time.monotonic()
    broken = 0
    tail = LogTail(trial.log)
    with sink_process(trial.log) as port, running(trial.settings(port), trial.folder) as worker:
        # Before that it may say that its database cannot be used, and end.
        wait_until(lambda: tail.count() > 0, "the mailing to begin")
        while worker.ended is None:
            time.sleep(every)
            broken += bool(server.execute(BREAK_ANY, trial.url))
        ended = worker.wait()
    return record(trial, "D02", begun, _all_accepted(trial, ended), f"{broken} connections ended", seed=seed, times=broken)


def half_open(trial: Trial, server: Postgres, seconds: float, *, waits: bool = True) -> Record:
    """D05: the line to the database carries nothing for a while, or for good, and nobody is told; another worker finishes.

    What the one at the other end of that line holds is let go by PostgreSQL after a minute; at once where nobody *waits*.
    """
    begun = time.monotonic()
    tail = LogTail(trial.log)
    proxy = Proxy(server.socket)
    behind = trial.settings(0)
    with sink_process(trial.log) as port, aside(proxy) as beside:
        behind = trial.settings(port) | {"NEWSLETTER_DATABASE_URL": through(trial.url, proxy.port)}
        with running(behind, trial.folder) as worker:
            wait_until(lambda: tail.count() > trial.people // 4, "the mailing to be under way")
            beside.do(proxy.hold)
            time.sleep(1)
            quiet = tail.count()
            time.sleep(seconds)
            mailed_blind = tail.count() - quiet
            trial.expire_leases()
            if not waits:
                server.execute(END_IDLE, trial.url)
            second = run(trial.settings(port), trial.folder)
            beside.do(proxy.cut)
            beside.do(proxy.release)
            first = worker.wait()
    states = trial.states()
    claims = {
        "both end well": (first, second) == (0, 0),
        "nothing is mailed that could not be marked": mailed_blind == 0,
        "everybody is accepted or uncertain": states[S.ACCEPTED] + states[S.UNCERTAIN] == trial.people,
        f"{CONNECTIONS} are uncertain at most": states[S.UNCERTAIN] <= CONNECTIONS,
    }
    return record(trial, "D05", begun, claims, f"held for {seconds:.0f} s", times=1, bound=CONNECTIONS)


def read_beside(trial: Trial) -> Record:
    """D12: somebody's long report reads an old snapshot all the time; the mailing does not wait for it."""
    begun = time.monotonic()
    with sink_process(trial.log) as port, trial.opened() as database, database.read() as tx:
        if trial.kind == "postgresql":
            # Else each statement would see what is there by then, and hold nothing back.
            tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        with _read_on(tx) as seen:
            ended = run(trial.settings(port), trial.folder)
    claims = _all_accepted(trial, ended) | {"the report read on, and saw nothing of the mailing": set(seen) == {trial.people}}
    return record(trial, "D12", begun, claims, f"one transaction open all the time, read {len(seen)} times", times=1)


@contextmanager
def _read_on(tx: Connection) -> Iterator[list[int]]:
    """Count who is pending, again and again beside what is done meanwhile; gives the counts, from before it to after it."""
    seen: list[int] = []
    is_over = threading.Event()

    def read() -> None:
        seen.append(tx.execute(select(func.count()).where(delivery.c.state == S.PENDING)).scalar_one())

    def read_again() -> None:
        while not is_over.wait(BETWEEN_READINGS):
            read()

    read()
    reading = threading.Thread(target=read_again)
    reading.start()
    try:
        yield seen
    finally:
        is_over.set()
        reading.join()
    read()


def _all_accepted(trial: Trial, ended: int) -> dict[str, bool]:
    return {"the worker ends well": ended == 0, "everybody is accepted": trial.states()[S.ACCEPTED] == trial.people}


def why_no_small_disk() -> str:
    """Say why a disk that is full or read-only cannot be made here; empty when it can."""
    if os.geteuid() != 0:
        return "a small disk of its own needs root (unshare -m, mount -t tmpfs)"
    tried = subprocess.run(("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"), check=False, capture_output=True)  # noqa: S607
    return "" if tried.returncode == 0 else f"unshare -m with a tmpfs does not work here: {tried.stderr.decode().strip()}"


def on_small_disk(folder: Path, row: str, people: int) -> Record:
    """D09, D10, mail case 68: do it in a mount namespace of its own, on a disk of four megabytes."""
    disk = folder / "disk"
    disk.mkdir()
    command = ("unshare", "-m", sys.executable, "-m", "tests.faults.smalldisk", row, str(disk), str(folder), str(people))
    done = subprocess.run(command, cwd=ROOT, env=own_environment(), capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stderr[-4000:]
    return Record(**json.loads(done.stdout.splitlines()[-1]))
