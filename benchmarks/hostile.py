"""Whether readers wait while hostile feeds are read (row F02): the product's own pages, asked before and meanwhile.

    python -m benchmarks.hostile --json

A blog serves what parsers dislike: 200,000 attributes, tags nested as deep, as many posts, an entity bomb, a gzip that unfolds.
`newsletter serve` (pages and worker in one process) reads all of it at its first tick, while somebody asks for a page of a
reader again and again. Its slowest in a hundred is compared with that of the same process when no feed is there.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import instance, visitors
from benchmarks.figures import milliseconds, percentile
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.feeds import store as feeds
from newsletter.feeds.model import Feed
from tests.harness.chaosfeed import Answer, ChaosFeed, Page, entity_bomb, gzip_bomb, many_attributes

RSS = "application/rss+xml"
# What a reader asks for, and how often when no feed is there.
PAGE = "/archive/"
ASKED = 200
# In seconds: all feeds together are given up long before.
LONGEST = 180.0
TICK = "1"


@dataclass(frozen=True, slots=True)
class Result:
    """What a reader waited, in milliseconds, and what became of the feeds."""

    alone_p50_ms: float
    alone_p99_ms: float
    meanwhile_p50_ms: float
    meanwhile_p99_ms: float
    # Answers while feeds were read.
    asked: int
    # From the first feed's first byte to the last one's end.
    seconds: float
    # What was said of each.
    said: list[str]


def measure(folder: Path) -> Result:
    """Ask for a page, let the feeds be read, and ask for it meanwhile."""
    database = Database(instance.sqlite_in(str(folder)))
    with instance.gathering(database, 10) as (_, made):
        pass
    settings = visitors.settings_of(str(database.url), folder, allow_loopback="1", tick_seconds=TICK)
    with ChaosFeed() as chaos, visitors.serving(settings, folder) as server:
        alone = [visitors.waited(server.port, PAGE) for _ in range(ASKED)]
        with database.write() as tx:
            for path, answer in _hostile():
                feeds.add(tx, made.newsletter_id, chaos.put(path, answer), system_clock())
        begun = time.perf_counter()
        meanwhile = list(_until(lambda: all(map(_is_read, _feeds(database))), server.port))
        seconds = time.perf_counter() - begun
    said = [one.trouble or "read" for one in _feeds(database)]
    database.close()
    return Result(
        alone_p50_ms=milliseconds(percentile(alone, 0.5)),
        alone_p99_ms=milliseconds(percentile(alone, 0.99)),
        meanwhile_p50_ms=milliseconds(percentile(meanwhile, 0.5)),
        meanwhile_p99_ms=milliseconds(percentile(meanwhile, 0.99)),
        asked=len(meanwhile),
        seconds=round(seconds, 1),
        said=said,
    )


def _hostile() -> Iterator[tuple[str, Answer]]:
    channel = b'<rss version="2.0"><channel><title>x</title>'
    yield "/attributes", many_attributes()
    yield "/tags", Page(channel + b"<a>" * 200_000, RSS)
    yield (
        "/escaped",
        Page(channel + b"<item><title>x</title><description>" + b"&lt;div&gt;" * 200_000 + b"</description></item>", RSS),
    )
    yield "/posts", Page(channel + b"<item><title>x</title></item>" * 200_000, RSS)
    yield "/entities", entity_bomb()
    yield "/gzip", gzip_bomb


def _feeds(database: Database) -> tuple[Feed, ...]:
    with database.read() as tx:
        return feeds.feeds_of(tx, None)


def _is_read(feed: Feed) -> bool:
    return bool(feed.trouble) or feed.gathered_at is not None


def _until(is_over: Callable[[], bool], port: int) -> Iterator[float]:
    ends_at = time.perf_counter() + LONGEST
    while not is_over() and time.perf_counter() < ends_at:
        yield visitors.waited(port, PAGE)


def main() -> None:
    """Measure, and say it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="End with one JSON object.")
    asked = parser.parse_args()
    with instance.folder() as folder:
        result = measure(Path(folder))
    if asked.json:
        print(json.dumps(asdict(result)))
        return
    print(
        f"A reader waits {result.alone_p99_ms} ms at most (99 of 100), and {result.meanwhile_p99_ms} ms while feeds are read."
    )
    print(f"{result.asked} answers in {result.seconds} s. The feeds: {'; '.join(result.said)}.")


if __name__ == "__main__":
    main()
