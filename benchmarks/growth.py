"""What a message costs as the audience grows: CPU, time, memory from the first to the last, and the size of the ledger.

    python -m benchmarks.growth --people 10000 100000 1000000 --json

Small letters, so that the ledger weighs most; into smtp-sink, on SQLite. Planning is the ledger's own and is not measured.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import instance, sending
from benchmarks.figures import drift, ratio, thinned
from benchmarks.sinks import open_sink
from newsletter.database import Database
from newsletter.mail import mailings

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """One audience."""

    people: int
    accepted: int
    uncertain: int
    per_second: float
    cpu_us_per_message: float
    wall_us_per_message: float
    # The most that was resident.
    rss_mb: float
    # How much more at the end than near the beginning.
    drift_mb: float
    memory_mb: tuple[float, ...]
    # The whole database: people, subscriptions and the ledger.
    database_mb: float


@dataclass(frozen=True, slots=True)
class Result:
    """All audiences, and the largest against the smallest."""

    size: int
    connections: int
    sink: str
    steps: tuple[Step, ...]
    cpu_ratio: float | None
    wall_ratio: float | None
    rss_mb: float
    loop: str
    python: str


def measure(audiences: list[int], size: int, connections: int, *, uses_uvloop: bool) -> Result:
    """Mail to each audience, from the smallest to the largest."""
    draft = instance.a_draft(size)
    steps, loop, python, sink = [], "", "", ""
    for people in sorted(audiences):
        print(f"{people:,} people …", file=sys.stderr)
        with instance.folder() as path, open_sink(path) as target:
            database = Database(instance.sqlite_in(path))
            planned = instance.plan(database, draft, people)
            sent = sending.send(instance.sqlite_in(path), target.relay(connections), uses_uvloop=uses_uvloop)
            with database.read() as tx:
                report = mailings.report(tx, planned.letter_id)
            database.close()
            size_on_disk = sum(file.stat().st_size for file in Path(path).glob("newsletter.db*"))
        loop, python, sink = sent.loop, sent.python, target.name
        steps.append(
            Step(
                people=people,
                accepted=report.accepted,
                uncertain=report.uncertain,
                per_second=round(report.accepted / sent.seconds, 1),
                cpu_us_per_message=round(sent.cpu_seconds / people * MILLION, 1),
                wall_us_per_message=round(sent.seconds / people * MILLION, 1),
                rss_mb=sent.rss_mb,
                drift_mb=drift(sent.memory_mb),
                memory_mb=thinned(sent.memory_mb),
                database_mb=round(size_on_disk / 1024 / 1024, 1),
            ),
        )
    least, most = steps[0], steps[-1]
    return Result(
        size=size,
        connections=connections,
        sink=sink,
        steps=tuple(steps),
        cpu_ratio=ratio(most.cpu_us_per_message, least.cpu_us_per_message),
        wall_ratio=ratio(most.wall_us_per_message, least.wall_us_per_message),
        rss_mb=max(step.rss_mb for step in steps),
        loop=loop,
        python=python,
    )


def told(result: Result) -> str:
    """Say it in words."""
    lines = [
        f"{step.people:>9,} people: {step.cpu_us_per_message} µs of CPU and {step.wall_us_per_message} µs a message, "
        f"{step.rss_mb} MB at most ({step.drift_mb:+} MB from beginning to end), {step.database_mb} MB of database, "
        f"{step.accepted:,} accepted"
        for step in result.steps
    ]
    return "\n".join([*lines, f"The last against the first: {result.cpu_ratio} in CPU, {result.wall_ratio} in time"])


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[10_000, 100_000, MILLION])
    parser.add_argument("--size", type=int, default=2_000, help="bytes of a finished message")
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--uvloop", action=argparse.BooleanOptionalAction, default=True, help="use it where it is installed")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    asked = parser.parse_args()
    result = measure(asked.people, asked.size, asked.connections, uses_uvloop=asked.uvloop)
    print(json.dumps(asdict(result)) if asked.json else told(result))


if __name__ == "__main__":
    main()
