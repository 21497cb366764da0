"""What a list of any size costs: taken in from a file, and written to one; against the databases' own bare import.

    python -m benchmarks.people --rows 1000000 --json

The yardstick is `sqlite3 .import` of the same file into one table with a unique key, in the same run: no checks, no
suppression, no evidence. With --postgresql ADDRESS it is `COPY`, into a database that may be emptied.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psycopg
from sqlalchemy import text

from benchmarks import instance
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.letters import store as letters
from newsletter.letters.letter import sealed
from newsletter.mail import ledger
from newsletter.people import segments
from subscribers import attributebook, audience, register, topicbook
from subscribers.attributes import AttributeKind
from subscribers.audience import Audience
from subscribers.exchange.exporting import export_csv
from subscribers.exchange.importing import import_people
from subscribers.exchange.model import ImportOrder
from subscribers.segments.reading import read
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

MILLION = 1_000_000
LIST = "Readers"
LANGUAGES = ("", "en", "fr", "de", "es", "ru", "zh", "ar")
# Whom it is true of is counted.
RULE = "language = fr and joined in the last 30 days or domain = mx7.example.net"
# Not in the order of their addresses, as no list is.
SEED = 12
FREEZES = ("freeze", "freeze-by-topic")


@dataclass(frozen=True, slots=True)
class Result:
    """What came out."""

    rows: int
    database: str
    import_seconds: float
    bare_import_seconds: float
    import_ratio: float
    import_us_per_row: float
    # The same file again, when everybody is there.
    again_seconds: float
    export_seconds: float
    export_us_per_row: float
    # Freezing the audience of an issue with everybody in it, its commit included, for each of them.
    freeze_us_per_person: float
    # The same for an issue of one topic, which a third of the people do not take, with an answer in its letter.
    freeze_by_topic_us_per_person: float
    # Whom of the list a rule is true of (benchmarks.segments asks many).
    segment_count_us_per_person: float
    # The most that was resident while importing.
    rss_mb: float


@dataclass(frozen=True, slots=True)
class _Spent:
    """What one job took in a process of its own."""

    seconds: float
    rss_mb: float


def measure(rows: int, postgresql: str | None) -> Result:
    """Import a file of so many people, again, export them, and import it barely."""
    with instance.folder() as folder:
        path = Path(folder) / "people.csv"
        with path.open("w") as file:
            file.writelines(lines(rows))
        url = postgresql or instance.sqlite_in(folder)
        database = Database(url)
        database.upgrade()
        with database.write() as tx:
            register.create_list(tx, LIST, system_clock())
        database.close()
        bare = _bare_copy(postgresql, path) if postgresql else _bare_import(folder, path)
        taken = _in_a_process("import", url, path)
        again = _in_a_process("import", url, path)
        written = _in_a_process("export", url, path.with_name("out.csv"))
        frozen = _in_a_process("freeze", url, path)
        frozen_by_topic = _in_a_process("freeze-by-topic", url, path)
        counted = _in_a_process("count", url, path)
    return Result(
        rows=rows,
        database="PostgreSQL" if postgresql else "SQLite",
        import_seconds=round(taken.seconds, 2),
        bare_import_seconds=round(bare, 2),
        import_ratio=round(taken.seconds / bare, 2),
        import_us_per_row=round(taken.seconds / rows * MILLION, 1),
        again_seconds=round(again.seconds, 2),
        export_seconds=round(written.seconds, 2),
        export_us_per_row=round(written.seconds / rows * MILLION, 1),
        freeze_us_per_person=round(frozen.seconds / rows * MILLION, 1),
        freeze_by_topic_us_per_person=round(frozen_by_topic.seconds / rows * MILLION, 1),
        segment_count_us_per_person=round(counted.seconds / rows * MILLION, 2),
        rss_mb=round(max(taken.rss_mb, again.rss_mb, written.rss_mb), 1),
    )


def lines(rows: int) -> Iterator[str]:
    """Give a file of people, the same each time."""
    dice = random.Random(SEED)
    yield "email,name,language\n"
    for number in range(rows):
        word = f"{dice.getrandbits(32):08x}"
        yield f"{word}.reader{number}@mx{number % 50}.example.net,Reader {word} {number},{LANGUAGES[number % len(LANGUAGES)]}\n"


def _bare_import(folder: str, path: Path) -> float:
    # Another file, on the same disk, kept as safely.
    begun = time.perf_counter()
    script = f"CREATE TABLE people (email TEXT PRIMARY KEY, name TEXT, language TEXT);\n.import --csv --skip 1 {path} people\n"
    subprocess.run(["sqlite3", f"{folder}/bare.db"], input=script.encode(), check=True, stdout=subprocess.DEVNULL)  # noqa: S607 -- the system's
    return time.perf_counter() - begun


def _bare_copy(url: str, path: Path) -> float:
    begun = time.perf_counter()
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare_people")
        cursor.execute("CREATE TABLE bare_people (email TEXT PRIMARY KEY, name TEXT, language TEXT)")
        with path.open("rb") as file, cursor.copy("COPY bare_people FROM STDIN WITH (FORMAT csv, HEADER true)") as copy:
            while data := file.read(1 << 16):
                copy.write(data)
    return time.perf_counter() - begun


def _in_a_process(job: str, url: str, path: Path) -> _Spent:
    command = [sys.executable, "-m", "benchmarks.people", "--job", job, "--url", url, "--file", str(path)]
    return _Spent(**json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def _do(job: str, url: str, path: Path) -> _Spent:
    database = Database(url)
    with database.read() as tx:
        list_id = register.find_list(tx, LIST).id
    if job in FREEZES:
        return _freeze(database, list_id, by_topic=job == "freeze-by-topic")
    begun = time.perf_counter()
    if job == "import":
        order = ImportOrder(list_id, "A benchmark", is_confirmed=True)
        with path.open("rb") as source, database.bulk_writer() as writer:
            import_people(writer.write, Keyring(instance.SECRET), source, order, system_clock())
    elif job == "count":
        with database.read() as tx:
            segments.look(tx, read(RULE), list_id, 0, system_clock())
    else:
        with path.open("w", newline="") as target:
            target.writelines(export_csv(database.read, list_id))
    seconds = time.perf_counter() - begun
    database.close()
    return _Spent(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _freeze(database: Database, list_id: int, *, by_topic: bool) -> _Spent:
    """Freeze everybody who takes the letter; what comes before is not measured."""
    now = system_clock()
    draft = instance.a_draft(0)
    if by_topic:
        draft = sealed(replace(draft, answers={"library|your library": "slotlibrary"}, content_hash=""))
    with database.write() as tx:
        topics = frozenset({_choosing(tx, list_id)}) if by_topic else frozenset()
        letter = letters.freeze(tx, draft, now, newsletter_id=None, issue_id=None, list_id=list_id)
    wanted = Audience(list_id, now, topics=topics)
    begun = time.perf_counter()
    with database.write() as tx:
        planned = ledger.plan(tx, letter.id, wanted, now)
    seconds = time.perf_counter() - begun
    with database.read() as tx:
        assert planned == audience.size(tx, wanted)
    database.close()
    return _Spent(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _choosing(tx: Transaction, list_id: int) -> int:
    """Let every third person choose another topic, and every other one answer; gives the topic of the issue."""
    jobs, books = (topicbook.add(tx, list_id, name).id for name in ("Jobs", "Books"))
    library = attributebook.define(tx, "library", AttributeKind.TEXT, system_clock()).id
    tx.execute(text("UPDATE subscription SET takes_all_topics = 0 WHERE id % 3 = 0"))
    tx.execute(text(f"INSERT INTO subscription_topic SELECT id, {books} FROM subscription WHERE id % 3 = 0"))  # noqa: S608 -- numbers
    answered = f"SELECT id, {library}, 'Public', 'public', NULL FROM subscriber WHERE id % 2 = 0"  # noqa: S608 -- a number
    tx.execute(text(f"INSERT INTO attribute_value {answered}"))
    return jobs


def told(result: Result) -> str:
    """Say it in words."""
    return (
        f"{result.rows:,} people into {result.database}: {result.import_seconds} s, {result.import_us_per_row} µs a row, "
        f"{result.import_ratio} times its bare import ({result.bare_import_seconds} s); again {result.again_seconds} s; "
        f"out {result.export_seconds} s, {result.export_us_per_row} µs a row; "
        f"frozen {result.freeze_us_per_person} µs a person, by topic {result.freeze_by_topic_us_per_person} µs; "
        f"a segment counted {result.segment_count_us_per_person} µs a person; {result.rss_mb} MB at most"
    )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=MILLION)
    parser.add_argument("--postgresql", metavar="ADDRESS", help="an empty database of PostgreSQL instead of SQLite")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    parser.add_argument("--job", choices=["import", "export", "count", *FREEZES], help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.job:
        print(json.dumps(asdict(_do(asked.job, asked.url, asked.file))))
        return
    result = measure(asked.rows, asked.postgresql)
    print(json.dumps(asdict(result)) if asked.json else told(result))


if __name__ == "__main__":
    main()
