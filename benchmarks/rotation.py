"""The change of the instance's key with very many suppressions, killed again and again, while everybody asks at the doors.

    python -m benchmarks.rotation --rows 1000000 --json

Of the suppressions nine tenths are of people on a list (one half complained, the other half left) and one tenth of addresses
that nobody has. `newsletter suppressions rotate` is killed (SIGKILL) at random moments and begun again, until it ends by
itself. From the moment at which the new key is the instance's own, with both keys: the pages and the mailer run
(`newsletter serve`), other people leave by one click over HTTP, and those who are kept out try every door: the form over
HTTP, the verbs of the command, an import, the audience of an issue, and the gate before a body goes out.

`let_through` counts whoever came through one of them, at any moment. What others wait is measured at two places: a
transaction of a door that writes, from before it begins to its commit, and the click, from its question to its answer. The
same is measured for some seconds after the end, when nothing is moved any more.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import ColumnElement, exists, func, insert, literal, select, update

from benchmarks import instance, sending, strangers, visitors
from benchmarks.figures import drift, milliseconds, percentile, thinned
from benchmarks.postfix import ROOT
from benchmarks.strangers import COMPLAINED, LEAVING, LEFT, NEVER, STAYING, Crowd, Doors, Tries, email
from newsletter import rotation
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.instance import claim_instance
from newsletter.mail import mailings
from subscribers import recognition, suppression
from subscribers.address import parse
from subscribers.exchange.importing import import_people
from subscribers.exchange.model import ImportOrder
from subscribers.model import EVERY_LIST, Reason, SubscriptionState
from subscribers.register import list_by_id
from subscribers.tables.evidence import suppression as suppressions
from subscribers.tables.kinds import Instant, Number
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness.processes import own_environment, sink_process
from tests.harness.sinklog import read_log
from tests.harness.trial import wait_until

FORMER = instance.SECRET
PRESENT = FORMER[::-1]
BOTH = Keyring(PRESENT, [FORMER])

# Of the suppressions, one in so many is of an address that nobody has.
NOBODY = 10
# Beside the suppressed people there is one in so many who leaves meanwhile, and at least so many.
LEAVERS = 100
FEWEST_LEAVERS = 200
STAYERS = 50

BATCH = 10_000
SEED = 4

# How often the memory is looked at, and how long the doors are besieged when all is done. In seconds.
GLANCE = 0.25
AFTERWARDS = 10.0
# People that are moved in a second, roughly: by it the moments of the kills are spread over the whole.
PACE = 5_000
# Until a process has read what it is made of. In seconds.
START = 1.0


@dataclass(frozen=True, slots=True)
class Waits:
    """What others waited, in milliseconds: for a transaction that writes, and for the answer to a click."""

    writes: int
    write_p50_ms: float
    write_p99_ms: float
    write_longest_ms: float
    clicks: int
    click_p50_ms: float
    click_p99_ms: float
    click_longest_ms: float


@dataclass(frozen=True, slots=True)
class Result:
    """What came out."""

    rows: int
    database: str
    people: int
    kills: int
    # Of all runs together, the start of each included.
    seconds: float
    people_per_second: float
    rss_mb: float
    # Of the longest run: how much more at its end than early on.
    drift_mb: float
    memory_mb: tuple[float, ...]
    # How often somebody who is kept out asked, by the door.
    asked: Mapping[str, int]
    let_through: int
    # Suppressions that are not there any more, or of nobody by now, and people whose click was forgotten.
    lost: int
    # Letters to people who stay that did not arrive: the mailer was at work all the time.
    undelivered: int
    people_left: int
    suppressions_left: int
    faults: int
    meanwhile: Waits
    afterwards: Waits


@dataclass(slots=True)
class _Runs:
    """All runs of the command."""

    settings: Mapping[str, str]
    kills: int = 0
    seconds: float = 0.0
    # Of the longest run.
    memory: list[float] = field(default_factory=list)
    peak: float = 0.0

    def go(self, *, until: float | None = None, failpoint: str = "") -> bool:
        """Run it to its end, or kill it after so many seconds; gives whether it ended by itself."""
        command = [sys.executable, "-m", "newsletter.cli", "suppressions", "rotate", "--json"]
        environment = {**own_environment(), **self.settings, "NEWSLETTER_FAILPOINT": failpoint}
        begun, seen = time.monotonic(), []
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None:
                if until is not None and time.monotonic() - begun > until:
                    process.kill()
                status = Path(f"/proc/{process.pid}/status").read_text()
                if resident := sending.megabytes(status, "VmRSS"):
                    seen.append(resident)
                self.peak = max(self.peak, sending.megabytes(status, "VmHWM"))
                time.sleep(GLANCE if until is None else min(GLANCE, until / 10))
        self.seconds += time.monotonic() - begun
        if len(seen) > len(self.memory):
            self.memory = seen
        if process.returncode > 0:
            sys.exit(f"The change of keys ended with {process.returncode}.")
        self.kills += process.returncode < 0
        return process.returncode == 0


def measure(rows: int, kills: int, postgresql: str | None) -> Result:
    """Change the key of an instance with so many suppressions, killed so many times."""
    with instance.folder() as name, sink_process(Path(name) / "sink.jsonl") as sink:
        folder = Path(name)
        database = instance.emptied(postgresql, name)
        crowd = _gather(database, folder, rows)
        url = database.url.render_as_string(hide_password=False)
        settings = visitors.settings_of(url, folder, relay_url=f"smtp://127.0.0.1:{sink}?tls=none&connections=2")
        settings |= {"NEWSLETTER_SECRET_KEY": PRESENT, "NEWSLETTER_FORMER_SECRET_KEY": FORMER}
        runs = _Runs(settings)
        # The pages of the former key are closed, and open again with both when the change is begun.
        runs.go(failpoint="people.rekeyed:kill:1")
        meanwhile, afterwards = Tries(), Tries()
        door = Database(url, key_check=BOTH.key_check)
        with visitors.serving(settings, folder) as server:
            doors = Doors(door, BOTH, crowd, server.port, Keyring(FORMER))
            with doors.besieged(meanwhile):
                _rotate(runs, sum(crowd.sizes.values()), kills)
            with doors.besieged(afterwards):
                time.sleep(AFTERWARDS)
            wait_until(lambda: not _waiting(door), "the mailer to be done")
        door.close()
        result = _told(database, crowd, runs, doors, (meanwhile, afterwards), folder / "sink.jsonl")
        database.close()
    return result


def _rotate(runs: _Runs, people: int, kills: int) -> None:
    dice = random.Random(SEED)
    between = 2 * people / PACE / max(1, kills)
    for _ in range(kills):
        if runs.go(until=dice.uniform(START / 2, START + between)):
            return
    assert runs.go(), "nobody killed it"


def _waiting(database: Database) -> int:
    with database.read() as tx:
        return mailings.waiting(tx)


def _told(database: Database, crowd: Crowd, runs: _Runs, doors: Doors, tries: tuple[Tries, Tries], log: Path) -> Result:
    meanwhile, afterwards = tries
    mailed = [one.recipient for one in read_log(log)]
    by_mail = [who for who in mailed if who.startswith(strangers.KEPT_OUT)]
    let_through = [*meanwhile.let_through, *afterwards.let_through, *by_mail]
    faults = [*meanwhile.faults, *afterwards.faults]
    for line in (*let_through[:10], *faults[:10]):
        print(line, file=sys.stderr)
    with database.write() as tx:
        lost = _lost(tx, crowd, min(doors.left, len(crowd.leaving)))
        standing = rotation.standing(tx, BOTH)
        people = tx.execute(select(func.count()).select_from(subscriber)).scalar_one()
    return Result(
        rows=sum(crowd.sizes[kind] for kind in strangers.KEPT_OUT),
        database="SQLite" if database.is_sqlite else "PostgreSQL",
        people=people,
        kills=runs.kills,
        seconds=round(runs.seconds, 1),
        people_per_second=round(people / runs.seconds, 1),
        rss_mb=runs.peak,
        drift_mb=drift(runs.memory),
        memory_mb=thinned(runs.memory),
        asked=dict(meanwhile.asked + afterwards.asked),
        let_through=len(let_through),
        lost=lost,
        undelivered=doors.allowed - sum(who.startswith(STAYING) for who in mailed),
        people_left=standing.people_left,
        suppressions_left=standing.suppressions_left,
        faults=len(faults),
        meanwhile=_waits(meanwhile),
        afterwards=_waits(afterwards),
    )


def _waits(tries: Tries) -> Waits:
    return Waits(
        writes=len(tries.waits),
        write_p50_ms=milliseconds(percentile(tries.waits, 0.5)),
        write_p99_ms=milliseconds(percentile(tries.waits, 0.99)),
        write_longest_ms=milliseconds(percentile(tries.waits, 1.0)),
        clicks=len(tries.clicks),
        click_p50_ms=milliseconds(percentile(tries.clicks, 0.5)),
        click_p99_ms=milliseconds(percentile(tries.clicks, 0.99)),
        click_longest_ms=milliseconds(percentile(tries.clicks, 1.0)),
    )


def _lost(tx: Transaction, crowd: Crowd, left: int) -> int:
    """Count the suppressions that are not found any more, by whatever door one asks."""
    gone = subscriber.c.email.like(f"{COMPLAINED}%") | subscriber.c.email.like(f"{LEFT}%")
    bare = (
        select(func.count())
        .select_from(subscriber)
        .where(gone, ~exists().where(suppressions.c.email_hash == subscriber.c.email_hash))
    )
    missing: int = tx.execute(bare).scalar_one()
    dice = random.Random(SEED)
    addresses = [email(NEVER, dice.randrange(crowd.sizes[NEVER])) for _ in range(min(1_000, crowd.sizes[NEVER]))]
    addresses += [email(LEAVING, number) for number in range(left)]
    for address in addresses:
        found = recognition.look_up(tx, BOTH, parse(address).key)
        missing += suppression.reason_of(tx, found, crowd.list_id) is None
    in_all: int = tx.execute(select(func.count()).select_from(suppressions)).scalar_one()
    expected = sum(crowd.sizes[kind] for kind in strangers.KEPT_OUT) + left
    return missing + max(0, expected - in_all)


def _gather(database: Database, folder: Path, rows: int) -> Crowd:
    """Make everybody there is."""
    keyring, now = Keyring(FORMER), system_clock()
    nobody = rows // NOBODY
    half = (rows - nobody) // 2
    leavers = max(FEWEST_LEAVERS, rows // LEAVERS)
    sizes = {COMPLAINED: half, LEFT: rows - nobody - half, NEVER: nobody, LEAVING: leavers, STAYING: STAYERS}
    with database.write() as tx:
        claim_instance(tx, keyring.key_check, now)
        list_ = list_by_id(tx, instance.a_newsletter(tx, "of everybody", now).list_id)
    path = folder / "people.csv"
    with path.open("w") as file:
        file.write("email\n")
        file.writelines(f"{email(kind, number)}\n" for kind in sizes if kind != NEVER for number in range(sizes[kind]))
    order = ImportOrder(list_.id, "A benchmark", is_confirmed=True)
    with path.open("rb") as source, database.bulk_writer() as writer:
        import_people(writer.write, keyring, source, order, now)
    with database.write() as tx:
        _suppress(tx, list_.id)
        _suppress_nobody(tx, keyring, nobody)
        leaving = _ids(tx, subscription.c.id, LEAVING)
        staying = _ids(tx, subscriber.c.id, STAYING)
    return Crowd(list_.id, list_.slug, sizes, leaving, staying)


def _suppress(tx: Transaction, list_id: int) -> None:
    """Let those complain who do, and those leave who have left."""
    now = system_clock()
    for kind, scope, reason in ((COMPLAINED, EVERY_LIST, Reason.COMPLAINED), (LEFT, list_id, Reason.UNSUBSCRIBED)):
        columns = (
            literal(scope, Number),
            literal(int(reason in suppression.OWN_WORD)),
            literal(reason.value),
            literal(now, Instant()),
        )
        theirs = select(subscriber.c.email_hash, *columns).where(subscriber.c.email.like(f"{kind}%"))
        tx.execute(insert(suppressions).from_select(["email_hash", "list_id", "is_own", "reason", "at"], theirs))
    of_left = subscription.c.subscriber_id.in_(select(subscriber.c.id).where(subscriber.c.email.like(f"{LEFT}%")))
    tx.execute(update(subscription).where(of_left).values(state=SubscriptionState.WITHDRAWN, withdrawn_at=now))


def _suppress_nobody(tx: Transaction, keyring: Keyring, count: int) -> None:
    rest = {"list_id": EVERY_LIST, "is_own": False, "reason": Reason.MANUAL, "at": system_clock()}
    hashes = (keyring.hash_address(parse(email(NEVER, number)).key) for number in range(count))
    while batch := [{"email_hash": one, **rest} for one in islice(hashes, BATCH)]:
        tx.execute(insert(suppressions), batch)


def _ids(tx: Transaction, column: ColumnElement[int], kind: str) -> tuple[int, ...]:
    """Give an id of everybody of a kind, by their numbers."""
    found = select(subscriber.c.email, column).join_from(subscriber, subscription)
    by_email = {row[0]: row[1] for row in tx.execute(found.where(subscriber.c.email.like(f"{kind}%")))}
    return tuple(by_email[email(kind, number)] for number in range(len(by_email)))


def told(result: Result) -> str:
    """Say it in words."""
    asked = ", ".join(f"{way} {count:,}" for way, count in result.asked.items())
    waits = "\n".join(
        f"{when}: {one.writes:,} transactions that wrote took {one.write_p50_ms} ms, p99 {one.write_p99_ms} ms, "
        f"longest {one.write_longest_ms} ms; {one.clicks:,} clicks {one.click_p50_ms} ms, p99 {one.click_p99_ms} ms, "
        f"longest {one.click_longest_ms} ms"
        for when, one in (("Meanwhile", result.meanwhile), ("Afterwards", result.afterwards))
    )
    return (
        f"{result.rows:,} suppressions, {result.people:,} people on {result.database}: {result.seconds} s with {result.kills} "
        f"kills, {result.people_per_second:,} people a second; {result.rss_mb} MB at most, drift {result.drift_mb} MB\n"
        f"Asked: {asked}; let through: {result.let_through}; lost: {result.lost}; left to move: {result.people_left} people, "
        f"{result.suppressions_left:,} suppressions of nobody; not delivered to who may: {result.undelivered}; "
        f"faults: {result.faults}\n{waits}"
    )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000, help="suppressions; the whole of it: 1000000")
    parser.add_argument("--kills", type=int, default=5, help="how often it is killed")
    parser.add_argument("--postgresql", metavar="ADDRESS", help="a database that may be emptied, instead of SQLite")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    asked = parser.parse_args()
    result = measure(asked.rows, asked.kills, asked.postgresql)
    print(json.dumps(asdict(result)) if asked.json else told(result))


if __name__ == "__main__":
    main()
