"""What it costs to ask a rule of everybody, and how both databases go about it, as the list grows.

    python -m benchmarks.segments --people 10000 100000 --json
    python -m benchmarks.segments --people 1000000 --postgresql ADDRESS --json

The people are made inside the database, each with answers and with three issues on the ledger. A rule that walks a table once
for each of them would take hours with a million; its plan is named under `faults`.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from benchmarks import instance
from newsletter.database import Database
from newsletter.issues import editing, selection
from newsletter.issues import store as issues
from newsletter.mail import dispatch
from newsletter.people import segments
from subscribers.segments.reading import read
from subscribers.tokens import Keyring
from tests.harness import crowd, mailroom, plans
from tests.harness.crowd import NOW, Crowd

MILLION = 1_000_000

# Rules whose people are counted in the whole of the list; the last one is that of the manual.
RULES = crowd.RULES


@dataclass(frozen=True, slots=True)
class Count:
    """One rule, asked of everybody on a list."""

    rule: str
    people: int
    seconds: float
    us_per_person: float
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One size of the list."""

    people: int
    counts: tuple[Count, ...]
    # The dearest rule.
    count_us_per_person: float
    # An issue for everybody, and one for a segment of one in eight, planned on the ledger.
    freeze_us_per_person: float
    freeze_segment_us_per_person: float


@dataclass(frozen=True, slots=True)
class Result:
    """All sizes."""

    database: str
    steps: tuple[Step, ...]
    # Of any rule at any size.
    faults: int


def measure(sizes: list[int], postgresql: str | None) -> Result:
    """Ask every rule of lists of these sizes, the smallest first; a PostgreSQL is emptied before each."""
    steps = tuple(_step(people, postgresql) for people in sorted(sizes))
    return Result(
        database="PostgreSQL" if postgresql else "SQLite",
        steps=steps,
        faults=sum(len(count.faults) for step in steps for count in step.counts),
    )


def _step(people: int, postgresql: str | None) -> Step:
    with instance.folder() as folder:
        database = instance.emptied(postgresql, folder)
        made = crowd.gather(database, Keyring(instance.SECRET), people)
        counts = tuple(_count(database, made, rule, people) for rule in RULES)
        whole = _freeze(database, made, "Everybody", ())
        some = _freeze(database, made, "Some", ("French",))
        database.close()
    return Step(
        people=people,
        counts=counts,
        count_us_per_person=max(count.us_per_person for count in counts),
        freeze_us_per_person=round(whole / people * MILLION, 2),
        freeze_segment_us_per_person=round(some / people * MILLION, 2),
    )


def _count(database: Database, made: Crowd, rule: str, people: int) -> Count:
    with database.read() as tx:
        faults = tuple(plans.faults(tx, crowd.asked(tx, rule, made.list_id)))

        def look() -> int:
            return segments.look(tx, read(rule), made.list_id, 0, NOW).people

        # Once before, so that what is on the disk is in memory, for each rule alike.
        found = look()
        seconds = _timed(look)
    return Count(rule, found, round(seconds, 3), round(seconds / people * MILLION, 2), faults)


def _freeze(database: Database, made: Crowd, title: str, included: tuple[str, ...]) -> float:
    with database.write() as tx:
        if included:
            segments.create(tx, included[0], "language = fr", "benchmark", NOW)
        issue_id = mailroom.approved_issue(tx, made.newsletter_id, NOW, title)
        if included:
            editing.select_people(tx, issue_id, NOW, included=included, excluded=())
            mailroom.approve(tx, issues.load(tx, issue_id), NOW)
            assert not selection.of_issue(tx, issues.load(tx, issue_id)).is_everybody
    return _timed(lambda: _send(database, issue_id))


def _send(database: Database, issue_id: int) -> None:
    with database.write() as tx:
        dispatch.send_issue(tx, issue_id, NOW)


def _timed(job: Callable[[], object]) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def told(result: Result) -> str:
    """Say it in words."""
    lines = [
        f"{step.people:>9,} people on {result.database}: {count.seconds:>7} s, {count.us_per_person:>6} µs a person, "
        f"{count.people:>9,} in: {count.rule}"
        for step in result.steps
        for count in step.counts
    ]
    freezes = [
        f"{step.people:>9,} people on {result.database}: an issue for everybody is planned in {step.freeze_us_per_person} µs a "
        f"person, one for a segment in {step.freeze_segment_us_per_person}"
        for step in result.steps
    ]
    return "\n".join([*lines, *freezes, f"Walks through a table for each person: {result.faults}"])


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[10_000, 100_000], help="sizes of the list")
    parser.add_argument("--postgresql", metavar="ADDRESS", help="a database that may be emptied, instead of SQLite")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    arguments = parser.parse_args()
    result = measure(arguments.people, arguments.postgresql)
    print(json.dumps(asdict(result)) if arguments.json else told(result))


if __name__ == "__main__":
    main()
