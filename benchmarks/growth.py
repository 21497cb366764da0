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
from benchmarks.figures import drift, median_of, ratio, thinned
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
    # How often each of the smaller audiences was mailed to before the largest, and once more after it.
    runs: int


@dataclass(frozen=True, slots=True)
class _Line:
    """What all audiences are mailed with."""

    size: int
    connections: int
    uses_uvloop: bool


def measure(audiences: list[int], line: _Line, runs: int) -> Result:
    """Mail to each audience; the smaller ones several times before and as often after the largest, and their medians count.

    A machine is faster in one minute than in the next, and the largest audience takes many minutes: what stands on both of
    its sides tells the audience from the minute.
    """
    *smaller, largest = sorted(audiences)
    once = [people for people in smaller for _ in range(runs)]
    mailed = [_mailed(people, line) for people in [*once, largest, *reversed(once)]]
    steps = [median_of([each.step for each in mailed if each.step.people == people]) for people in [*smaller, largest]]
    return Result(
        size=line.size,
        connections=line.connections,
        sink=mailed[-1].sink,
        steps=tuple(steps),
        cpu_ratio=ratio(steps[-1].cpu_us_per_message, steps[0].cpu_us_per_message),
        wall_ratio=ratio(steps[-1].wall_us_per_message, steps[0].wall_us_per_message),
        rss_mb=max(each.step.rss_mb for each in mailed),
        loop=mailed[-1].loop,
        python=mailed[-1].python,
        runs=runs,
    )


@dataclass(frozen=True, slots=True)
class _Mailed:
    """One mailing, and what it was mailed with."""

    step: Step
    sink: str
    loop: str
    python: str


def _mailed(people: int, line: _Line) -> _Mailed:
    print(f"{people:,} people …", file=sys.stderr)
    draft = instance.a_draft(line.size)
    with instance.folder() as path, open_sink(path) as target:
        database = Database(instance.sqlite_in(path))
        planned = instance.plan(database, draft, people)
        sent = sending.send(instance.sqlite_in(path), target.relay(line.connections), uses_uvloop=line.uses_uvloop)
        with database.read() as tx:
            report = mailings.report(tx, planned.letter_id)
        database.close()
        size_on_disk = sum(file.stat().st_size for file in Path(path).glob("newsletter.db*"))
    step = Step(
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
    )
    return _Mailed(step, target.name, sent.loop, sent.python)


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
    parser.add_argument("--runs", type=int, default=3, help="of the smaller audiences, before the largest and after it")
    parser.add_argument("--uvloop", action=argparse.BooleanOptionalAction, default=True, help="use it where it is installed")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    asked = parser.parse_args()
    result = measure(asked.people, _Line(asked.size, asked.connections, asked.uvloop), asked.runs)
    print(json.dumps(asdict(result)) if asked.json else told(result))


if __name__ == "__main__":
    main()
