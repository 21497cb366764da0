"""Three workers against one on a PostgreSQL they share, into a fast sink: what the database costs, and whether anybody waits.

    python -m benchmarks.hosts --messages 30000 --workers 3 --json

Each worker is a process with a mailer and connections of its own, as on a host of its own; all of them, the database and the
sink share the cores of this machine, so three are not three times as fast here. What tells of several machines is what a
message costs the database, with one worker and with three, and what its processes wait for: for each other (locks), or for the
disk. From that is reckoned where the next limit lies.
"""

import argparse
import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace

from sqlalchemy import func, select

from benchmarks import instance, sending, signing
from benchmarks.figures import ratio
from benchmarks.serverload import Load, Server
from benchmarks.sinks import Target, open_sink
from newsletter.database import Database
from newsletter.letters.letter import Draft
from newsletter.mail import mailings
from newsletter.tables.mail import delivery
from subscribers.transaction import Transaction

MILLION = 1_000_000

# How often the database is asked what its processes wait for, in seconds.
GLANCE = 0.05

# What one disk of a server writes in a second, in bytes: a cautious one.
DISK = 200 * MILLION

WORKING = "working"


@dataclass(frozen=True, slots=True)
class Step:
    """One mailing by so many workers."""

    workers: int
    accepted: int
    uncertain: int
    # Between the first mark and the last acceptance.
    per_second: float
    # All processes of PostgreSQL, vacuum and log included, less the one that is asked here what the others wait for.
    database_us_per_message: float
    worker_us_per_message: float
    sink_us_per_message: float
    wal_bytes_per_message: float
    commits_per_message: float
    # Of the moments in which a connection was at work: the shares in which it waited for a row that somebody else held, for
    # a structure in memory that somebody else held, for the disk, and for its own worker to say what comes next.
    waits_for_rows: float
    waits_for_memory: float
    waits_for_disk: float
    waits_for_worker: float
    is_working: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the next limit lies, reckoned from the figures: messages a second."""

    # What one core of the database bears, and what it then writes of its log.
    one_core_of_the_database: float
    wal_mb_per_second_then: float
    # What a disk bears that writes 200 MB a second.
    one_disk: float
    # What one core of a worker bears, and how many of them one core of the database keeps busy.
    one_core_of_a_worker: float
    worker_cores_for_each_of_the_database: float


@dataclass(frozen=True, slots=True)
class Result:
    """Both mailings, and what follows."""

    messages: int
    size: int
    connections: int
    sink: str
    one: Step
    several: Step
    # Above 1: more with several workers.
    database_ratio: float | None
    pace_ratio: float | None
    # The CPU of one RSA-2048 signature in the same run, and what a message costs the database in those: where others work on
    # the machine, all CPU costs more, and this does not.
    signature_us: float
    database_signatures: float | None
    limits: Limits


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be measured."""

    messages: int
    size: int
    connections: int
    workers: int


def measure(url: str, question: Question) -> Result:
    """Mail by one worker and by several, each time to as many new people."""
    draft = instance.a_draft(question.size)
    with instance.folder() as path, open_sink(path) as target:
        database = Database(url)
        instance.empty(database)
        one = _step(database, draft, target, question, 1)
        several = _step(database, draft, target, question, question.workers)
        signature = signing.bare_signature_us()
        database.close()
    return Result(
        messages=question.messages,
        size=question.size,
        connections=question.connections,
        sink=target.name,
        one=one,
        several=several,
        database_ratio=ratio(several.database_us_per_message, one.database_us_per_message),
        pace_ratio=ratio(several.per_second, one.per_second),
        signature_us=signature,
        database_signatures=ratio(several.database_us_per_message, signature),
        limits=_limits(several),
    )


def _step(database: Database, draft: Draft, target: Target, question: Question, workers: int) -> Step:
    planned = instance.plan(database, draft, question.messages)
    with database.write() as tx:
        tx.exec_driver_sql("ANALYZE")
    server = Server.of(database)
    before, sink_before = server.load(), target.cpu_seconds()
    with _watching(server) as seen, ThreadPoolExecutor(workers) as pool:
        url, relay = database.url.render_as_string(hide_password=False), target.relay(question.connections)
        sent = list(pool.map(lambda _: sending.send(url, relay, uses_uvloop=True), range(workers)))
    used, sink_used = server.load() - before, target.cpu_seconds() - sink_before
    used = replace(used, cpu_seconds=used.cpu_seconds - seen.cpu_seconds)
    with database.read() as tx:
        report, seconds = mailings.report(tx, planned.letter_id), _seconds(tx, planned.letter_id)
    return Step(
        workers=workers,
        accepted=report.accepted,
        uncertain=report.uncertain,
        per_second=round(report.accepted / seconds, 1),
        worker_us_per_message=round(sum(one.cpu_seconds for one in sent) / question.messages * MILLION, 1),
        sink_us_per_message=round(sink_used / question.messages * MILLION, 1),
        **_of_database(used, question.messages),
        **_shares(seen.waits),
    )


def _of_database(used: Load, messages: int) -> dict[str, float]:
    return {
        "database_us_per_message": round(used.cpu_seconds / messages * MILLION, 1),
        "wal_bytes_per_message": round(used.wal_bytes / messages, 1),
        "commits_per_message": round(used.commits / messages, 3),
    }


def _shares(seen: Counter[str]) -> dict[str, float]:
    kinds = {"waits_for_rows": "Lock", "waits_for_memory": "LWLock", "waits_for_disk": "IO", "waits_for_worker": "Client"}
    total = seen.total() or 1
    return {name: round(seen[kind] / total, 4) for name, kind in {**kinds, "is_working": WORKING}.items()}


def _seconds(tx: Transaction, letter_id: int) -> float:
    of_letter = delivery.c.letter_id == letter_id
    first, last = tx.execute(select(func.min(delivery.c.sending_at), func.max(delivery.c.settled_at)).where(of_letter)).one()
    return float((last - first).total_seconds())


@dataclass(slots=True)
class _Seen:
    """What connections of workers waited for, and what it cost the server to be asked."""

    waits: Counter[str] = field(default_factory=Counter)
    cpu_seconds: float = 0.0


@contextmanager
def _watching(server: Server) -> Iterator[_Seen]:
    """Count, while the block lasts, what the connections of workers wait for."""
    seen = _Seen()
    ended = threading.Event()

    def watch() -> None:
        with server.asking() as asking:
            used = asking.cpu_seconds()
            while not ended.wait(GLANCE):
                with asking.database.read() as tx:
                    seen.waits.update(row.kind for row in tx.exec_driver_sql(_WAITS) for _ in range(row.often))
            seen.cpu_seconds = asking.cpu_seconds() - used

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


# Whoever is idle outside a transaction waits for nobody.
_WAITS = f"""
SELECT coalesce(wait_event_type, '{WORKING}') AS kind, count(*) AS often FROM pg_stat_activity
WHERE backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid() GROUP BY 1
"""  # noqa: S608 -- our own word


def _limits(step: Step) -> Limits:
    core = MILLION / step.database_us_per_message
    return Limits(
        one_core_of_the_database=round(core),
        wal_mb_per_second_then=round(core * step.wal_bytes_per_message / MILLION, 1),
        one_disk=round(DISK / step.wal_bytes_per_message),
        one_core_of_a_worker=round(MILLION / step.worker_us_per_message),
        worker_cores_for_each_of_the_database=round(step.worker_us_per_message / step.database_us_per_message, 1),
    )


def told(result: Result) -> str:
    """Say it in words."""
    lines = [
        f"{step.workers} worker{'s' * (step.workers > 1)}: {step.per_second:,.0f}/s; a message costs the database "
        f"{step.database_us_per_message} µs, the workers {step.worker_us_per_message} µs and the sink "
        f"{step.sink_us_per_message} µs of CPU, {step.wal_bytes_per_message:,.0f} bytes of log and "
        f"{step.commits_per_message} commits; waiting for rows {step.waits_for_rows:.1%}, memory {step.waits_for_memory:.1%}, "
        f"disk {step.waits_for_disk:.1%}"
        for step in (result.one, result.several)
    ]
    limits = result.limits
    ratios = f"{result.database_ratio} in cost for the database, {result.pace_ratio} in pace here"
    pace = f"A bare signature took {result.signature_us} µs: a message costs the database {result.database_signatures} of one"
    core = f"One core of the database bears {limits.one_core_of_the_database:,}/s ({limits.wal_mb_per_second_then} MB/s of log)"
    filled = f"which {limits.worker_cores_for_each_of_the_database} cores of workers fill"
    return "\n".join([*lines, f"Several against one: {ratios}", pace, f"{core}, {filled}"])


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=30_000)
    parser.add_argument("--size", type=int, default=10_000, help="bytes of a finished message")
    parser.add_argument("--connections", type=int, default=20, help="of each worker")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--postgresql", help="an address; what is in that database is thrown away")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    asked = parser.parse_args()
    question = Question(asked.messages, asked.size, asked.connections, asked.workers)
    if asked.postgresql:
        result = measure(asked.postgresql, question)
    else:
        from benchmarks.__main__ import postgresql  # noqa: PLC0415 -- it loads all that has a page

        with postgresql() as url:
            result = measure(url, question)
    print(json.dumps(asdict(result)) if asked.json else told(result))


if __name__ == "__main__":
    main()
