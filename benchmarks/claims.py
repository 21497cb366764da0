"""How long a claim takes as a ledger fills: a million deliveries of three issues on PostgreSQL, from the first to the last.

    python -m benchmarks.claims --deliveries 1000000 --issues 3 --workers 3 --json

Nothing is mailed: several processes do what the ledger does for a mailer (claim, mark, accept, each turn committed) as fast as
it lets them, through the product's own statements. All issues are planned before the first claim. With --old so many deliveries
of earlier issues lie there already, all accepted.
"""

import argparse
import itertools
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import update

from benchmarks import instance, ledgersize
from benchmarks.figures import milliseconds, percentile, ratio
from benchmarks.ledgersize import Size
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.mail import gate, leases, ledger, mailings, workers
from newsletter.mail.delivery import ACCEPTED, Delivery, Outcome, Phase, Reply
from newsletter.tables.mail import delivery, mailing
from newsletter.writers import Writer
from subscribers.transaction import Transaction
from tests.harness import mailroom

TAKEN = Reply(Phase.BODY, 250, "2.0.0", "2.0.0 Ok: queued as 4Z0000000000")

# A mailer at full speed claims so many at once, and marks so many in a turn.
AT_ONCE = 500
IN_A_TURN = 20

# The first and the last claims that are compared, as a share of all.
END = 0.1


@dataclass(frozen=True, slots=True)
class Part:
    """The claims of a part of the mailing."""

    claims: int
    p50_ms: float
    p99_ms: float
    # Of PostgreSQL's process alone: what a busy machine makes of it is not in these.
    cpu_p50_ms: float
    cpu_p99_ms: float
    # What a turn takes that marks some and accepts some others, its commit included.
    turn_p50_ms: float
    turn_cpu_p50_ms: float


@dataclass(frozen=True, slots=True)
class Result:
    """The figures."""

    deliveries: int
    issues: int
    workers: int
    old: int
    planned_seconds: float
    seconds: float
    per_second: float
    accepted: int
    first: Part
    last: Part
    # Above 1: slower at the end.
    p50_ratio: float | None
    p99_ratio: float | None
    cpu_p50_ratio: float | None
    cpu_p99_ratio: float | None
    dead_share: float
    size: Size


@dataclass(frozen=True, slots=True)
class Glance:
    """One claim or turn: when, and how long."""

    at: float
    seconds: float
    cpu_seconds: float


class Watch:
    """Tells how long something took, and how much of that PostgreSQL's process of one connection worked."""

    def __init__(self, pid: int) -> None:
        self._path = Path(f"/proc/{pid}/schedstat")
        self._at = self._cpu = 0.0

    def start(self) -> None:
        """Begin."""
        self._at, self._cpu = time.perf_counter(), self._used()

    def glance(self) -> Glance:
        """Look."""
        return Glance(time.time(), time.perf_counter() - self._at, self._used() - self._cpu)

    def _used(self) -> float:
        return int(self._path.read_text().split()[0]) / 1e9


@dataclass(frozen=True, slots=True)
class Worked:
    """What one worker measured."""

    claims: list[Glance]
    turns: list[Glance]


def measure(url: str, deliveries: int, issues: int, processes: int, old: int) -> Result:
    """Plan the issues, drain the ledger, look at what is left of it."""
    database = Database(url)
    instance.empty(database)
    began = time.perf_counter()
    letters = _plan(database, -(-deliveries // issues), issues, old)
    planned = time.perf_counter() - began
    ledgersize.settle(database)
    print(f"planned in {planned:.0f} s", file=sys.stderr)
    began = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        worked = pool.map(_drain, [(url, f"worker {number}") for number in range(processes)])
    seconds = time.perf_counter() - began
    size = ledgersize.of(database)
    with database.read() as tx:
        accepted = sum(mailings.report(tx, letter_id).accepted for letter_id in letters)
    database.close()
    claims = sorted((one for each in worked for one in each.claims), key=lambda one: one.at)
    turns = sorted((one for each in worked for one in each.turns), key=lambda one: one.at)
    first, last = _part(claims, turns, is_last=False), _part(claims, turns, is_last=True)
    return Result(
        deliveries=deliveries,
        issues=issues,
        workers=processes,
        old=old,
        planned_seconds=round(planned, 1),
        seconds=round(seconds, 1),
        per_second=round(accepted / seconds, 1),
        accepted=accepted,
        first=first,
        last=last,
        p50_ratio=ratio(last.p50_ms, first.p50_ms),
        p99_ratio=ratio(last.p99_ms, first.p99_ms),
        cpu_p50_ratio=ratio(last.cpu_p50_ms, first.cpu_p50_ms),
        cpu_p99_ratio=ratio(last.cpu_p99_ms, first.cpu_p99_ms),
        dead_share=size.dead_share,
        size=size,
    )


def _plan(database: Database, people: int, issues: int, old: int) -> list[int]:
    draft = instance.a_draft(2_000)
    with instance.gathering(database, people) as (tx, made):
        pass
    for _ in range(-(-old // people)):
        with database.write() as tx:
            letter_id = mailroom.plan(tx, made.newsletter_id, made.list_id, system_clock(), draft)
            call_finished(tx, letter_id)
    letters = []
    for _ in range(issues):
        with database.write() as tx:
            letters.append(mailroom.plan(tx, made.newsletter_id, made.list_id, system_clock(), draft))
    return letters


def call_finished(tx: Transaction, letter_id: int) -> None:
    """Let it be as after a mailing that reached everybody."""
    now = system_clock()
    tx.execute(update(mailing).where(mailing.c.letter_id == letter_id).values(state="finished", finished_at=now))
    said = {"code": TAKEN.code, "enhanced": TAKEN.enhanced, "reply": TAKEN.text}
    of_letter = delivery.c.letter_id == letter_id
    tx.execute(update(delivery).where(of_letter).values(state="accepted", sending_at=now, settled_at=now, **said))


def _part(claims: Sequence[Glance], turns: Sequence[Glance], *, is_last: bool) -> Part:
    some, others = (_end(glances, is_last=is_last) for glances in (claims, turns))
    return Part(
        claims=len(some),
        p50_ms=_ms([one.seconds for one in some], 0.5),
        p99_ms=_ms([one.seconds for one in some], 0.99),
        cpu_p50_ms=_ms([one.cpu_seconds for one in some], 0.5),
        cpu_p99_ms=_ms([one.cpu_seconds for one in some], 0.99),
        turn_p50_ms=_ms([one.seconds for one in others], 0.5),
        turn_cpu_p50_ms=_ms([one.cpu_seconds for one in others], 0.5),
    )


def _end(glances: Sequence[Glance], *, is_last: bool) -> Sequence[Glance]:
    often = max(int(len(glances) * END), 1)
    return glances[-often:] if is_last else glances[:often]


def _ms(seconds: Sequence[float], share: float) -> float:
    return milliseconds(percentile(seconds, share))


def _drain(asked: tuple[str, str]) -> Worked:
    url, worker_id = asked
    database = Database(url)
    writer, worked = database.writer(), Worked([], [])
    with writer.write() as tx:
        workers.register(tx, worker_id, "benchmark", system_clock())
        watch = Watch(tx.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
    for number in itertools.count(1):
        claimed = _claim(writer, watch, worker_id, number)
        if not claimed:
            break
        worked.claims.append(watch.glance())
        worked.turns.extend(_turns(writer, watch, worker_id, claimed))
    writer.close()
    database.close()
    return worked


def _claim(writer: Writer, watch: Watch, worker_id: str, number: int) -> Sequence[Delivery]:
    with writer.write() as tx:
        workers.renew(tx, worker_id, system_clock())
    watch.start()
    with writer.write() as tx:
        return leases.claim(tx, worker_id, system_clock(), AT_ONCE, number)


def _turns(writer: Writer, watch: Watch, worker_id: str, claimed: Sequence[Delivery]) -> Iterator[Glance]:
    outcomes: list[Outcome] = []
    for place in range(0, len(claimed) + IN_A_TURN, IN_A_TURN):
        some = claimed[place : place + IN_A_TURN]
        watch.start()
        with writer.write() as tx:
            ledger.accept(tx, worker_id, outcomes, system_clock())
            if some:
                gate.mark(tx, worker_id, some, system_clock())
        yield watch.glance()
        outcomes = [Outcome(one, ACCEPTED, TAKEN) for one in some]


def told(result: Result) -> str:
    """Say it in words."""
    return (
        f"{result.accepted:,} of {result.deliveries:,} accepted at {result.per_second:,.0f}/s by {result.workers} processes\n"
        f"a claim of {AT_ONCE}: {result.first.p50_ms} ms (p99 {result.first.p99_ms}) in the beginning, {result.last.p50_ms} ms "
        f"(p99 {result.last.p99_ms}) at the end: {result.p50_ratio} ({result.p99_ratio})\n"
        f"of that PostgreSQL's CPU: {result.first.cpu_p50_ms} ms (p99 {result.first.cpu_p99_ms}) and "
        f"{result.last.cpu_p50_ms} ms (p99 {result.last.cpu_p99_ms}): {result.cpu_p50_ratio} ({result.cpu_p99_ratio})\n"
        f"dead rows: {result.dead_share:.1%}; {result.size.table_mb} MB of rows, {result.size.index_mb} MB of indexes in "
        f"{result.size.partitions} partitions"
    )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deliveries", type=int, default=1_000_000)
    parser.add_argument("--issues", type=int, default=3)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--old", type=int, default=0, help="deliveries of earlier issues that lie there already")
    parser.add_argument("--postgresql", help="an address; what is in that database is thrown away")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    asked = parser.parse_args()
    if asked.postgresql:
        result = measure(asked.postgresql, asked.deliveries, asked.issues, asked.workers, asked.old)
    else:
        from benchmarks.__main__ import postgresql  # noqa: PLC0415 -- it loads all that has a page

        with postgresql() as url:
            result = measure(url, asked.deliveries, asked.issues, asked.workers, asked.old)
    print(json.dumps(asdict(result)) if asked.json else told(result))


if __name__ == "__main__":
    main()
