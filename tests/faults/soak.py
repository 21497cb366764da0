"""The long versions of all fault tests, one after the other; each run writes one line of JSON.

`python -m tests.faults.soak --out FILE [--seed N] [--only R02] [--quick]`; ends with 0 when every run was good.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import FrameType

from newsletter.letters.letter import Draft
from tests.faults import databases, drafting, kills, living, pressing, relaying, snapshots, weathers
from tests.faults.kills import Kill
from tests.harness import crashdriver, trial
from tests.harness.certificates import Authority
from tests.harness.mailroom import a_long_draft
from tests.harness.postgres import Postgres, postgres
from tests.harness.processes import sink_process
from tests.harness.trial import Record, Trial

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = (SQLITE, POSTGRESQL)
ONCE = tuple(Kill(place) for place in kills.ONCE)


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its row, on which database, for how many people, and what is done."""

    row: str
    database: str
    people: int
    do: Callable[[Trial, Postgres], Record]
    # The issue is one that the worker is to plan, now or tomorrow.
    due_in: timedelta | None = None
    # They are at so many domains, and get this instead of a short letter.
    domains: int = 1
    draft: Draft | None = None


def all_runs(seed: int, scale: float) -> Iterator[Run]:
    """Give every run there is; *scale* makes all of them smaller."""
    yield from _crashes(seed, scale)
    yield from _relays(seed)
    yield from _pace(scale)
    yield from _databases(seed, scale)
    yield from _people(seed, scale)


def _crashes(seed: int, scale: float) -> Iterator[Run]:
    for database in BOTH:
        for nth, name in ((1, "first"), (20, "middle"), (-1, "last")):
            # A mailing for each place where the last person is to be hit: after it there is nobody left.
            groups = [[Kill(place, nth)] for place in kills.EACH] if name == "last" else [[Kill(p, nth) for p in kills.EACH]]
            for group in groups:
                yield Run("R01", database, 30 * len(group), lambda t, _s, g=group: kills.sweep(t, g, seed))  # type: ignore[misc]
            for place in kills.SPECIAL:
                kill = Kill(place, nth if nth < 2 else 5)
                yield Run("R01", database, 9, lambda t, _s, k=kill: kills.sweep(t, [k], seed))  # type: ignore[misc]
        yield Run("R01", database, 50, lambda t, _s: kills.sweep(t, ONCE, seed), due_in=timedelta(seconds=-1))
        yield Run("R01", database, 1, lambda t, _s: drafting.die_over_a_draft(t), due_in=timedelta(days=1))
        plan = crashdriver.Plan(max(3, int(25 * scale)), seed, workers=1 if database == SQLITE else 3)
        yield Run("R02", database, int(12_000 * scale), partial(_soak, plan=plan))
        yield Run("R06", database, 1500, lambda t, _s: kills.stop_twice(t))
    for place in ("lease.claimed", "mark.sending", "smtp.data354", "smtp.body", "smtp.reply"):
        yield Run("R04", POSTGRESQL, 200, lambda t, _s, p=place: kills.stand_still(t, p, 50, waits=scale >= 1))  # type: ignore[misc]
    yield Run("R08", SQLITE, int(8000 * scale), lambda t, _s: snapshots.pull_the_plug(t, max(10, int(200 * scale)), seed))


def _soak(trial_: Trial, _server: Postgres, plan: crashdriver.Plan) -> Record:
    with sink_process(trial_.log) as port:
        return crashdriver.soak(trial_, port, plan)


def _relays(seed: int) -> Iterator[Run]:
    for database in BOTH:
        for case in weathers.ALL:
            yield Run("S01-S10", database, 30, lambda t, _s, c=case: weathers.brave(t, c, seed=seed))  # type: ignore[misc]
        for name in ("accept-then-reset", "accept-then-close", "reset-in-body", "close-in-body"):
            lost = weathers.Case(name)
            yield Run("S02, S03", database, 1000, lambda t, _s, c=lost: weathers.brave(t, c, seed=seed, share=0.05))  # type: ignore[misc]
    for case in weathers.ALL:
        yield Run("S01-S10", SQLITE, 30, lambda t, _s, c=case: weathers.brave(t, c, seed=seed, chunking=True))  # type: ignore[misc]
    for name in ("starttls-stripped", "wrong-certificate", "plaintext-before-tls"):
        yield Run("S11", SQLITE, 20, lambda t, _s, n=name: weathers.keep_the_password(t, n, Authority()))  # type: ignore[misc]
    yield Run("S12", SQLITE, 60, lambda t, _s: weathers.refuse_login(t))
    yield Run("S09", SQLITE, 300, lambda t, _s: weathers.be_patient(t, "connection-cap", 2, 5))
    yield Run("S09", SQLITE, 40, lambda t, _s: weathers.be_patient(t, "slow-server", 1, 2))
    yield Run("case 64", SQLITE, 300, lambda t, _s: weathers.be_far_away(t, 0.02))
    yield Run("case 66", SQLITE, 400, lambda t, _s: weathers.be_away(t, 3))


def _pace(scale: float) -> Iterator[Run]:
    for database in BOTH:
        yield Run("relays", database, int(10_000 * scale), lambda t, _s: relaying.share(t, {"a": 5, "b": 3, "c": 2}))
        yield Run("relays", database, int(3000 * scale) + 300, lambda t, _s: relaying.fail_over(t))
        yield Run("relays", database, int(1000 * scale) + 400, lambda t, _s: relaying.change_all(t))
        for option in (("--daily-cap", "5"), ("--warm-up", "5 x 2")):
            yield Run("relays", database, 12, lambda t, _s, o=option: relaying.rest(t, *o, expected=5))  # type: ignore[misc]
        yield Run("relays", database, 12, lambda t, _s: relaying.rest(t, "--quiet-hours", "06:00-18:00", expected=0))
        for halfway in (False, True):
            yield Run("S12", database, 60, lambda t, _s, h=halfway: relaying.refuse_login(t, halfway=h))  # type: ignore[misc]
        yield Run("S16", database, 1000, lambda t, _s: pressing.slow_domain(t, "2/s", 50), domains=50)
        yield Run("U02", database, int(8000 * scale) + 2000, lambda t, _s: pressing.steer_in_full_flight(t))
        yield Run("S04, S09", database, int(2000 * scale) + 200, lambda t, _s: pressing.throttle(t))
    yield Run("S09", SQLITE, int(100 * scale) + 16, lambda t, _s: pressing.bear_slowness(t, 1, 5))
    yield Run("S15", POSTGRESQL, int(800 * scale) + 20, lambda t, _s: relaying.keep_a_rate(t, "300/min", 5))
    yield Run("case 69", POSTGRESQL, int(10_000 * scale), lambda t, _s: pressing.share_a_ledger(t))
    megabyte = 1_000_000
    letter = a_long_draft(megabyte)
    yield Run("back-pressure", SQLITE, 200, lambda t, _s: pressing.press_back(t, megabyte, 20), draft=letter)


def _databases(seed: int, scale: float) -> Iterator[Run]:
    times = max(2, int(20 * scale))
    yield Run("D01", POSTGRESQL, 500 * times, lambda t, s: databases.restart(t, s, times, seed))
    yield Run("D02", POSTGRESQL, int(6000 * scale), lambda t, s: databases.break_connections(t, s, 0.2, seed))
    yield Run("D05", POSTGRESQL, 2000, lambda t, s: databases.half_open(t, s, 35 * scale))
    for database in BOTH:
        yield Run("D12", database, int(8000 * scale), lambda t, _s: databases.read_beside(t))


def _people(seed: int, scale: float) -> Iterator[Run]:
    for database in BOTH:
        yield Run("U01", database, int(6000 * scale), lambda t, _s: living.leave_during(t, int(500 * scale), seed))
        yield Run("U02", database, int(8000 * scale), lambda t, _s: living.pause_and_resume(t, max(5, int(50 * scale)), seed))
        yield Run("D14", database, 2000, lambda t, _s: living.live_at_random(t, 120 * scale, seed))
    rows = int(100_000 * scale)
    yield Run("D13", SQLITE, int(20_000 * scale), lambda t, _s: living.leave_and_import(t, 30 * scale, rows, seed))


def _one(run: Run, server: Postgres) -> Record:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        send_at = None if run.due_in is None else datetime.now(UTC) + run.due_in
        try:
            url = f"sqlite:///{folder}/newsletter.db" if run.database == SQLITE else server.new_database()
            planned = trial.plan(url, folder, run.people, send_at=send_at, domains=run.domains, draft=run.draft)
            return run.do(planned, server)
        except Exception as error:  # noqa: BLE001 -- the others are to be run all the same
            traceback.print_exc()
            return Record(
                run.row, run.database, 0, is_good=False, people=run.people, note=f"{type(error).__name__}: {error}"[:2000]
            )


def _small_disks() -> Iterator[Record]:
    reason = databases.why_no_small_disk()
    for row, people in (("D09", 300), ("D10", 20)):
        if reason:
            yield Record(row, SQLITE, 0, is_good=False, note=f"not tried: {reason}")
            continue
        with tempfile.TemporaryDirectory() as name:
            yield databases.on_small_disk(Path(name), row, people)


def _records(seed: int, scale: float, only: list[str]) -> Iterator[Record]:
    with postgres() as server:
        for run in all_runs(seed, scale):
            if not only or any(row in run.row for row in only):
                yield _one(run, server)
    if not only or any(row in "D09 D10" for row in only):
        yield from _small_disks()


def _stopped(_signal: int, _frame: FrameType | None) -> None:
    # Ended like this its own PostgreSQL, relays and workers end with it; the system would leave them running.
    sys.exit(128 + signal.SIGTERM)


def main() -> int:
    """Run, write down, and say what was not good."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="file that gets one line of JSON for each run")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"), help="drawn if not said")
    parser.add_argument("--only", action="append", default=[], metavar="ROW", help="only this row; may be repeated")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _stopped)
    random.seed(options.seed)
    is_good = True
    with options.out.open("a", encoding="utf-8") as out:
        for record in _records(options.seed, 0.1 if options.quick else 1.0, options.only):
            out.write(record.line() + "\n")
            out.flush()
            is_good = is_good and record.is_good
            mark = "ok " if record.is_good else "BAD"
            sys.stderr.write(f"{mark} {record.row} {record.database} {record.seconds} s: {record.note[:300]}\n")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
