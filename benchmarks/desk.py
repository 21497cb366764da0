"""What every page of the desk costs with a few people and with very many: the fastest of some visits, on both databases.

    python -m benchmarks.desk --json
    python -m benchmarks.desk --subscribers 100000 --only sqlite

The people are put straight into the tables, with the deliveries of the last three of 200 issues. What a page costs is the whole
way through the application, from the request to its last byte, without a network. The bound is three times (F6). Numbers that
fill in later, by a request of their own, stand under `counts`: of them it is asked that they come within two seconds, at the
first visit, before anything is remembered. Pages that ask others (a feed, the DNS), that never end or that stand behind a form
are named under `left_out`, as are those that have nothing to show of an issue in a state. Those of the door are visited before
anybody is let in. What has nothing to show of any, or
fails, is measured by nobody: that is an error.
"""

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from starlette.testclient import TestClient

from benchmarks import deskhouse, instance
from benchmarks.__main__ import postgresql
from benchmarks.deskhouse import ISSUES, House
from benchmarks.deskpages import LEFT_OUT, addresses, is_count, whatever_state
from newsletter import settings
from newsletter.bootstrap import Application
from newsletter.clock import system_clock
from newsletter.confined import Child
from newsletter.database import Database
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates, packaged_templates
from newsletter.web.app import create_app
from newsletter.web.desk.routes import ROUTES
from newsletter.web.porter import Porter
from newsletter.web.visits import GET, Page
from subscribers.tokens import Keyring

FEW, MANY = 1_000, 1_000_000
# Visits of one page, after one that is not counted; fewer where it takes long.
VISITS = 7
# All of it, at the sizes of the promise.
MOST_SECONDS = 600
LONGEST = 2.0
# A page that is done in less is not told from another by a clock: what is below counts as this, in milliseconds.
FLOOR = 5.0

# Why a page is left out that was asked for: it may be so of an issue in one state, or never.
NOTHING, FAILED = "has nothing to show here", "failed with"

PUBLIC_URL = "https://news.example.org"
TOKEN = "the-link-of-the-benchmark"  # noqa: S105 -- opens a desk that nobody else reaches


@dataclass(frozen=True, slots=True)
class Visited:
    """One page at both sizes, in milliseconds."""

    page: str
    database: str
    few_ms: float
    many_ms: float
    # Of which what is below the floor counts as the floor.
    ratio: float
    kilobytes: float


@dataclass(frozen=True, slots=True)
class Result:
    """All pages."""

    few: int
    many: int
    issues: int
    pages: tuple[Visited, ...]
    worst_ratio: float
    worst_page: str
    # Numbers that fill in later, and the longest of them at the large size, in seconds.
    counts: tuple[Visited, ...]
    slowest_count: float
    # Pages that were not measured, and why.
    left_out: Mapping[str, str]
    # Of them those that should have been.
    unanswered: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Answer:
    milliseconds: float
    bytes: int


def measure(many: int, few: int, only: str | None, begins: str = "/desk") -> Result:
    """Visit every page whose path *begins* so at both sizes, on both databases or on *only* one of them."""
    begun = time.monotonic()
    compared: list[Visited] = []
    left_out: dict[str, str] = {}
    for name in ("sqlite", "postgresql"):
        if only in {None, name}:
            with _small_and_large(name, few, many, left_out, begins) as (small, large):
                compared += [_compared(page, name, small[page], large[page]) for page in small if page in large]
    counts = [one for one in compared if is_count(one.page)]
    pages = sorted((one for one in compared if not is_count(one.page)), key=lambda one: -one.ratio)
    worst = pages[0]
    return Result(
        few=few,
        many=many,
        issues=ISSUES,
        pages=tuple(pages),
        worst_ratio=worst.ratio,
        worst_page=f"{worst.page} on {worst.database}",
        counts=tuple(counts),
        slowest_count=round(max((one.many_ms for one in counts), default=0.0) / 1000, 2),
        left_out=left_out,
        unanswered=unanswered(left_out, [one.page for one in compared]),
        seconds=round(time.monotonic() - begun, 1),
    )


def unanswered(left_out: Mapping[str, str], measured: Collection[str]) -> tuple[str, ...]:
    """Give the pages that failed, and those that had nothing to show of an issue in any state."""
    answered = {whatever_state(page) for page in measured}
    return tuple(
        page
        for page, why in left_out.items()
        if why.startswith(FAILED) or (why == NOTHING and whatever_state(page) not in answered)
    )


@contextlib.contextmanager
def _small_and_large(
    name: str, few: int, many: int, left_out: dict[str, str], begins: str
) -> Iterator[tuple[Mapping[str, _Answer], Mapping[str, _Answer]]]:
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(postgresql()) if name == "postgresql" else None
        measured = []
        for people in (few, many):
            with instance.folder() as folder:
                begun = time.monotonic()
                instance.emptied(address, folder).close()
                with deskhouse.in_bulk(address or instance.sqlite_in(folder)) as bulk:
                    house = deskhouse.furnish(bulk, people)
                database = Database(address or instance.sqlite_in(folder))
                print(f"{name}: {people:,} people in {time.monotonic() - begun:.0f} s", file=sys.stderr)
                measured.append(visited(database, house, Path(folder), left_out, begins))
                database.close()
        yield measured[0], measured[1]


def visited(
    database: Database, house: House, folder: Path, left_out: dict[str, str], begins: str, visits: int = VISITS
) -> Mapping[str, _Answer]:
    """Visit every page of a house, and add to *left_out* which were not, and why."""
    given = {
        "NEWSLETTER_DATA_DIR": str(folder),
        "NEWSLETTER_PUBLIC_URL": PUBLIC_URL,
        "NEWSLETTER_SECRET_KEY": instance.SECRET,
        "NEWSLETTER_RELAY_URL": "smtp://127.0.0.1:9",
    }
    loaded = settings.load(given)
    with Child() as child:
        application = Application(
            settings=loaded,
            database=database,
            keyring=Keyring(instance.SECRET),
            clock=system_clock,
            child=child,
            parser=child,
            templates=Templates(packaged_templates(), child),
            links=Links(PUBLIC_URL),
        )
        porter = Porter(application)
        house = deskhouse.bring_files(house, application, porter)
        house = replace(house, places={**house.places, "/desk/enter": {"token": TOKEN}})
        app = create_app(application, health=lambda: True, desk_token=TOKEN, porter=porter)
        with TestClient(app, PUBLIC_URL, follow_redirects=False) as client:
            shown = [page for page in ROUTES if page.methods == GET and page.path.startswith(begins)]
            at_door = dict(_answers(client, [page for page in shown if page.permission is None], house, left_out, visits))
            client.post(f"/desk/enter/{TOKEN}")
            behind = [page for page in shown if page.permission is not None]
            return at_door | dict(_answers(client, behind, house, left_out, visits))


def _answers(
    client: TestClient, pages: Iterable[Page], house: House, left_out: dict[str, str], visits: int
) -> Iterator[tuple[str, _Answer]]:
    for page in pages:
        why = LEFT_OUT.get(page.path) or ("never ends" if page.is_stream else "")
        if why:
            left_out[page.path] = why
            continue
        for shown, address in addresses(page, house):
            answer = _timed(client, address, most=1 if is_count(shown) else visits)
            if isinstance(answer, str):
                left_out[shown] = answer
            else:
                yield shown, answer


def _timed(client: TestClient, address: str, most: int) -> _Answer | str:
    """Visit a page so often, after a visit that is not counted; where it is only one, that is the first. Or why it is not."""
    begun = time.perf_counter()
    first = client.get(address)
    taken = [_milliseconds_since(begun)]
    if first.is_server_error:
        return f"{FAILED} {first.status_code}"
    if not first.is_success:
        return NOTHING
    while len(taken) <= most > 1 and sum(taken[1:]) < LONGEST * 1000:
        begun = time.perf_counter()
        client.get(address)
        taken.append(_milliseconds_since(begun))
    # The fastest: whatever else the machine does meanwhile is no cost of the page.
    return _Answer(min(taken[1:] or taken), len(first.content))


def _milliseconds_since(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000


def _compared(page: str, database: str, few: _Answer, many: _Answer) -> Visited:
    ratio = max(many.milliseconds, FLOOR) / max(few.milliseconds, FLOOR)
    return Visited(
        page, database, round(few.milliseconds, 1), round(many.milliseconds, 1), round(ratio, 2), round(many.bytes / 1024, 1)
    )


def told(result: Result) -> str:
    """Say it in words."""
    lines = [
        f"{one.ratio:>6} × {one.few_ms:>8} ms {one.many_ms:>8} ms {one.kilobytes:>7} KB {one.database:<10} {one.page}"
        for one in (*result.pages, *result.counts)
    ]
    left = [f"Left out: {page}, {why}" for page, why in result.left_out.items()]
    worst = (
        f"The worst: {result.worst_ratio} ×, {result.worst_page}; the slowest number that fills in later: "
        f"{result.slowest_count} s; all in {result.seconds:.0f} s, of {MOST_SECONDS} s at the most"
    )
    return "\n".join([*lines, *left, worst])


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subscribers", type=int, default=MANY, help="how many are very many")
    parser.add_argument("--few", type=int, default=FEW, help="how many are few")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="one of the databases")
    parser.add_argument("--pages", default="/desk", metavar="PATH", help="only pages whose path begins so")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    asked = parser.parse_args()
    result = measure(asked.subscribers, asked.few, asked.only, asked.pages)
    print(json.dumps(asdict(result)) if asked.json else told(result))
    if result.unanswered:
        sys.exit(f"These pages were not measured and should have been: {', '.join(result.unanswered)}")


if __name__ == "__main__":
    main()
