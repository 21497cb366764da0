"""How long leaving takes beside a running mailing and a running import, against the same request while nothing else runs.

    python -m benchmarks.leaving --requests 200 --json

The product runs as it is installed: `newsletter serve` mails and answers in one process, `newsletter subscribers import` puts
people on the same list in another, and a client posts the one-click unsubscribe of RFC 8058, one after the other, each over a
connection of its own. A request is timed from before the connection to the end of the answer, and counts only while both
others run. On SQLite, unless --postgresql names a database that may be emptied.
"""

import argparse
import contextlib
import http.client
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, select

from benchmarks import instance, people
from benchmarks.figures import percentile, ratio
from benchmarks.instance import Gathered
from benchmarks.sinks import open_sink
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.mail import mailings
from subscribers import register
from subscribers.exchange import imports
from subscribers.model import SubscriptionState
from subscribers.tables.lists import subscription
from subscribers.tokens import Keyring, Purpose
from tests.harness import mailroom
from tests.harness.processes import ROOT, own_environment

NEWSLETTER = (sys.executable, "-m", "newsletter.cli")

# RFC 8058 3.1.
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ANSWER = b"Unsubscribed.\n"

# What only the first requests of a process cost is not what a reader waits for.
WARM_UP = 20
# After so many requests it is looked whether both others still run; only then those since the last look count.
ROUND = 10
# In seconds: whatever does not begin by then never does; and how often it is looked.
PATIENCE = 60
GLANCE = 0.02
# Who leaves is drawn from all of a list, the same each time.
SEED = 4


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be measured."""

    # On either side; beside the others there are fewer when one of those ends before.
    requests: int
    # Of the mailing, and rows of the imported file.
    messages: int
    rows: int
    # Bytes of a message.
    size: int
    connections: int
    postgresql: str | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """What requests took."""

    requests: int
    p50_ms: float
    p99_ms: float
    most_ms: float


@dataclass(frozen=True, slots=True)
class Result:
    """The same request on both sides, and what else was done meanwhile."""

    database: str
    messages: int
    rows: int
    size: int
    connections: int
    sink: str
    alone: Latency
    beside: Latency
    p50_ratio: float | None
    p99_ratio: float | None
    # Of the mailing and the import, while it was measured beside them.
    mailed_per_second: float
    imported_per_second: float


@dataclass(frozen=True, slots=True)
class _Glance:
    """How far both others are."""

    at: float
    mailed: int
    imported: int
    # Neither is over.
    both_run: bool


@dataclass(frozen=True, slots=True)
class _Beside:
    """What was seen beside the others."""

    milliseconds: Sequence[float]
    first: _Glance
    last: _Glance

    def a_second(self, done: Callable[[_Glance], int]) -> float:
        """Give how much was done of something in each second of it."""
        return round((done(self.last) - done(self.first)) / (self.last.at - self.first.at), 1)


def measure(question: Question) -> Result:
    """Let people leave while nothing else runs, and then beside a mailing and an import."""
    if question.messages < 2 * question.requests + WARM_UP:
        sys.exit("Those who leave are drawn from those who are mailed to: --messages is more than twice --requests.")
    with instance.folder() as path, open_sink(path) as target:
        file = Path(path) / "people.csv"
        file.write_text("".join(people.lines(question.rows)))
        database = Database(question.postgresql or instance.sqlite_in(path))
        if question.postgresql:
            instance.empty(database)
        with instance.gathering(database, question.messages) as (_, made):
            pass
        drawn = _drawn(database, made, 2 * question.requests + WARM_UP)
        house = _House(database, made, _settings(database, path, target.relay(question.connections)))
        with _serving(house.settings) as port:
            leavers = [_Leaver(port, number) for number in drawn]
            for one in leavers[:WARM_UP]:
                one.leave()
            alone = [one.leave() for one in leavers[WARM_UP : WARM_UP + question.requests]]
            beside = _beside(question, house, file, leavers[WARM_UP + question.requests :])
        _require_gone(database, drawn[: WARM_UP + question.requests + len(beside.milliseconds)])
        database.close()
    before, meanwhile = _latency(alone), _latency(beside.milliseconds)
    return Result(
        database="PostgreSQL" if question.postgresql else "SQLite",
        messages=question.messages,
        rows=question.rows,
        size=question.size,
        connections=question.connections,
        sink=target.name,
        alone=before,
        beside=meanwhile,
        p50_ratio=ratio(meanwhile.p50_ms, before.p50_ms),
        p99_ratio=ratio(meanwhile.p99_ms, before.p99_ms),
        mailed_per_second=beside.a_second(lambda seen: seen.mailed),
        imported_per_second=beside.a_second(lambda seen: seen.imported),
    )


@dataclass(frozen=True, slots=True)
class _House:
    """An instance, and those on its list."""

    database: Database
    made: Gathered
    settings: Mapping[str, str]

    def mail(self, size: int) -> int:
        """Plan a letter for everybody; gives its id."""
        draft = instance.a_draft(size)
        with self.database.write() as tx:
            return mailroom.plan(tx, self.made.newsletter_id, self.made.list_id, system_clock(), draft)


@dataclass(frozen=True, slots=True)
class _Leaver:
    """Somebody whose mail program has the button."""

    port: int
    subscription_id: int

    def leave(self) -> float:
        """Press it; gives how long the answer took, in milliseconds."""
        path = f"/u/{Keyring(instance.SECRET).seal(Purpose.UNSUBSCRIBE, self.subscription_id)}"
        begun = time.perf_counter()
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request("POST", path, ONE_CLICK, FORM)
            answer = connection.getresponse()
            text = answer.read()
            spent = time.perf_counter() - begun
        if (answer.status, text) != (http.HTTPStatus.OK, ANSWER):
            sys.exit(f"Leaving was answered with {answer.status}: {text[:200]!r}")
        return spent * 1000


def _beside(question: Question, house: _House, file: Path, leavers: Sequence[_Leaver]) -> _Beside:
    milliseconds: list[float] = []
    with _importer(house) as importing:
        letter_id = house.mail(question.size)

        def look() -> _Glance:
            return _look(house.database, letter_id, is_importing=importing.poll() is None)

        _wait(lambda: look().mailed > 0)
        # It has started and waits for its file: both are to begin at the same time.
        assert importing.stdin is not None
        importing.stdin.write(file.read_bytes())
        importing.stdin.close()
        _wait(lambda: (seen := look()).imported > 0 or not seen.both_run)
        first = last = look()
        for begin in range(0, len(leavers), ROUND):
            took = [one.leave() for one in leavers[begin : begin + ROUND]]
            seen = look()
            if not seen.both_run:
                break
            milliseconds += took
            last = seen
    if not milliseconds:
        sys.exit("The mailing or the import was over before anybody had left: ask for more --messages or --rows.")
    return _Beside(milliseconds, first, last)


@contextlib.contextmanager
def _importer(house: _House) -> Iterator[subprocess.Popen[bytes]]:
    """Run an import that reads its file from stdin."""
    with house.database.read() as tx:
        list_ = register.list_by_id(tx, house.made.list_id)
    command = [*NEWSLETTER, "subscribers", "import", list_.slug, "-", "--basis", "A benchmark", "--confirmed", "--json"]
    silent = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=ROOT, env=house.settings, stdin=subprocess.PIPE, stdout=silent, stderr=silent
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _look(database: Database, letter_id: int, *, is_importing: bool) -> _Glance:
    with database.read() as tx:
        report = mailings.report(tx, letter_id)
        newest = imports.newest(tx, 1)
    return _Glance(
        time.perf_counter(),
        report.accepted,
        newest[0].seen.rows if newest else 0,
        both_run=is_importing and report.pending > 0,
    )


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > until:
            sys.exit("The mailing or the import does not begin.")
        time.sleep(GLANCE)


def _settings(database: Database, folder: str, relay: str) -> dict[str, str]:
    return {
        **own_environment(),
        "NEWSLETTER_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "NEWSLETTER_DATA_DIR": folder,
        "NEWSLETTER_SECRET_KEY": instance.SECRET,
        "NEWSLETTER_RELAY_URL": relay,
        # A mailing is begun by a tick, and nobody wants to wait for it.
        "NEWSLETTER_TICK_SECONDS": "1",
        "NEWSLETTER_LOG": "warning",
    }


@contextlib.contextmanager
def _serving(settings: Mapping[str, str]) -> Iterator[int]:
    """Run pages and mailer; gives the port of the pages."""
    command = [*NEWSLETTER, "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            said = json.loads(process.stdout.readline() or "{}")
            port = urlsplit(said.get("url", "")).port
            if port is None:
                sys.exit("The pages do not open.")
            yield port
        finally:
            process.kill()


def _drawn(database: Database, made: Gathered, count: int) -> Sequence[int]:
    """Draw subscriptions from all of a list: some have been mailed to when they leave, some are on the wire, some wait."""
    with database.read() as tx:
        everybody = tx.execute(select(subscription.c.id).where(subscription.c.list_id == made.list_id)).scalars().all()
    return random.Random(SEED).sample(sorted(everybody), count)


def _require_gone(database: Database, numbers: Sequence[int]) -> None:
    gone = (subscription.c.id.in_(numbers), subscription.c.state == SubscriptionState.WITHDRAWN)
    with database.read() as tx:
        found = tx.execute(select(func.count()).select_from(subscription).where(*gone)).scalar_one()
    if found != len(numbers):
        sys.exit(f"{len(numbers)} were told that they had left, and {found} have.")


def _latency(milliseconds: Sequence[float]) -> Latency:
    return Latency(
        requests=len(milliseconds),
        p50_ms=round(percentile(milliseconds, 0.5), 2),
        p99_ms=round(percentile(milliseconds, 0.99), 2),
        most_ms=round(max(milliseconds), 2),
    )


def told(result: Result) -> str:
    """Say it in words."""
    sides = {"alone": result.alone, "beside a mailing and an import": result.beside}
    lines = [
        f"{where}: half of {one.requests} within {one.p50_ms} ms, 99 of 100 within {one.p99_ms} ms, all within {one.most_ms} ms"
        for where, one in sides.items()
    ]
    meanwhile = f"{result.mailed_per_second:,.0f} messages and {result.imported_per_second:,.0f} rows a second meanwhile"
    last = f"{result.p50_ratio} and {result.p99_ratio} times as long; {meanwhile}"
    return "\n".join([f"Leaving on {result.database},", *lines, last])


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=200, help="how many leave, on either side")
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=100_000, help="of the file that is imported")
    parser.add_argument("--size", type=int, default=2_000, help="bytes of a finished message")
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--postgresql", metavar="ADDRESS", help="a database that may be emptied, instead of SQLite")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    asked = parser.parse_args()
    result = measure(
        Question(asked.requests, asked.messages, asked.rows, asked.size, asked.connections, asked.postgresql),
    )
    print(json.dumps(asdict(result)) if asked.json else told(result))


if __name__ == "__main__":
    main()
