"""How soon an image of a letter is given that lies in the database, beside a file that lies in memory, and what its row takes.

    python -m benchmarks.pictures --images 2000 --json
    python -m benchmarks.pictures --images 2000 --postgresql postgresql://… --json

Images are random bytes of one size, so the database compresses nothing away. `newsletter serve` answers over HTTP, a new
connection for each question, as readers' programs come; the images and the yardstick, a picture of the desk's own files, are
asked for in turns. *postgresql* is emptied first.
"""

import argparse
import json
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import text

from benchmarks import instance, visitors
from benchmarks.figures import milliseconds, percentile, ratio
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.images import store
from newsletter.images.model import Developed, Encoded, Facts, MediaType, file_name
from newsletter.instance import claim_instance
from subscribers.tokens import Keyring

# What a photograph of 1,200 pixels becomes.
SIZE = 150_000
# What readers' programs open at once.
AT_ONCE = 8
YARDSTICK = "/static/desk.css"
SEED = 48


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured."""

    database: str
    images: int
    bytes_each: int
    # What the database takes for each on the disk.
    stored_bytes_each: int
    p50_ms: float
    p99_ms: float
    # Of the file that lies in memory, and how long it is.
    memory_p50_ms: float
    memory_bytes: int
    ratio: float | None
    # Of the images, when eight ask at once.
    per_second: float


def measure(images: int, postgresql: str | None) -> Result:
    """Fill a database with images and ask the pages for them and for a file of theirs, in turns."""
    with instance.folder() as folder:
        database = instance.emptied(postgresql, folder)
        before = _stored(database)
        paths = _fill(database, images)
        stored = _stored(database) - before
        database.close()
        settings = visitors.settings_of(postgresql or instance.sqlite_in(folder), Path(folder))
        with visitors.serving(settings, Path(folder)) as server:
            ours, theirs, length = _in_turns(server.port, paths)
            seconds = _at_once(server.port, paths)
    p50, memory = median(ours), median(theirs)
    return Result(
        database="PostgreSQL" if postgresql else "SQLite",
        images=images,
        bytes_each=SIZE,
        stored_bytes_each=stored // images,
        p50_ms=milliseconds(p50),
        p99_ms=milliseconds(percentile(ours, 0.99)),
        memory_p50_ms=milliseconds(memory),
        memory_bytes=length,
        ratio=ratio(p50, memory),
        per_second=round(images / seconds, 1),
    )


def _fill(database: Database, images: int) -> Sequence[str]:
    source, now = random.Random(SEED), system_clock()
    made = [Encoded(source.randbytes(SIZE), MediaType.JPEG, 1200, 800) for _ in range(images)]
    with database.write() as tx:
        claim_instance(tx, Keyring(instance.SECRET).key_check, now)
        for one in made:
            store.keep(tx, Developed(one, card=one), Facts("a picture"), now)
    return [f"/images/{file_name(one.key, one.media_type)}" for one in made]


def _stored(database: Database) -> int:
    size = "SELECT pg_database_size(current_database())"
    if database.is_sqlite:
        size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    with database.read() as tx:
        stored: int = tx.execute(text(size)).scalar_one()
    return stored


def _in_turns(port: int, paths: Sequence[str]) -> tuple[list[float], list[float], int]:
    length = len(visitors.get(port, YARDSTICK).body)
    ours, theirs = [], []
    for path in paths:
        ours.append(visitors.waited(port, path))
        theirs.append(visitors.waited(port, YARDSTICK))
    return ours, theirs, length


def _at_once(port: int, paths: Sequence[str]) -> float:
    begun = perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in threads.map(lambda path: visitors.waited(port, path), paths):
            pass
    return perf_counter() - begun


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--postgresql", help="its address, instead of SQLite; it is emptied first")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    asked = parser.parse_args()
    found = asdict(measure(asked.images, asked.postgresql))
    print(json.dumps(found) if asked.json else "\n".join(f"{name:20} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
