"""Whether a stopwatch or the answer tells if somebody is on a list: four states of an address, at three doors, over HTTP.

    python -m benchmarks.enumeration --samples 2000 --json

The product's own pages (`newsletter serve`) are asked about addresses that are new, waiting for their confirmation, confirmed
and suppressed: at the form, at the form as JSON, and where the link to one's preferences is mailed. All are asked in random
order, each from another network, on lists and at domains of which none is asked about often enough for a limit to speak.

Bytes: of one door and list all answers are to be the same, but for the lines that tell the second and the request. Time:
each pair of states is compared by the rank test of Mann and Whitney. There are six pairs at three doors, and among eighteen
comparisons one is below 0.01 by chance in every sixth run; so the least p counts times the number of comparisons
(Bonferroni), and that is to be 0.01 or more. As the order is random, what else the machine does meanwhile falls on all four
states alike.

`--connections` are as many as the pages answer without a queue: `late` is the share of answers that left more than 50 ms
after their time, where what had to be done could be seen.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import combinations, islice
from pathlib import Path
from statistics import median

from benchmarks import instance, ranks, visitors
from benchmarks.figures import milliseconds, percentile
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.instance import claim_instance
from newsletter.people import keepout
from newsletter.people.keepout import KeepOut
from newsletter.web.public import stamps
from newsletter.web.routes import EVEN_SECONDS
from subscribers import register
from subscribers.address import parse
from subscribers.model import EVERY_LIST, MailingList, Reason
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import people
from tests.harness.processes import sink_process

NEW, WAITING, CONFIRMED, SUPPRESSED = STATES = ("new", "waiting", "confirmed", "suppressed")
# Asked first, and counted nowhere: templates, connections and caches come to life with them.
WARM_UP = "warm-up"
WARM_UPS = 20

# Of one list: less than it lets pass at once (subscribers.limits.LIST).
MOST_OF_LIST = 480
DOMAINS = 1_000

# Since when those who wait have waited: long enough to be asked again.
WAITED = timedelta(hours=1)
# An answer that is later than this behind its time was not held back but busy. In seconds.
LATE = 0.05
BATCH = 500
SEED = 37


@dataclass(frozen=True, slots=True)
class Door:
    """Where an address can be typed in."""

    name: str
    path: str
    kind: str


DOORS = (
    Door("form", "/subscribe/{}", visitors.FORM),
    Door("form as JSON", "/subscribe/{}/json", visitors.JSON),
    Door("link by mail", "/preferences/{}", visitors.FORM),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two states, compared by the times of their answers."""

    states: str
    p: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What came out at one door."""

    door: str
    # By state, in milliseconds.
    medians_ms: Mapping[str, float]
    p99_ms: Mapping[str, float]
    pairs: tuple[Pair, ...]
    # The most different answers that one list gave: 1 where no byte differs.
    answers: int


@dataclass(frozen=True, slots=True)
class Result:
    """All doors."""

    database: str
    # Of each state at each door.
    samples: int
    connections: int
    doors: tuple[Asked, ...]
    comparisons: int
    least_p: float
    # Times the number of comparisons, 1 at most.
    least_p_corrected: float
    # The most that the medians of two states at one door are apart.
    medians_apart_ms: float
    answers: int
    late: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One question."""

    door: Door
    state: str
    list_number: int
    email: str
    # Every other address of a state came to it by another way where there are two.
    is_even: bool


@dataclass(frozen=True, slots=True)
class Timed:
    """One question and its answer."""

    sample: Sample
    status: int
    seconds: float
    # SHA-256 of the whole answer but for its Date and X-Request-ID.
    digest: str


def measure(samples: int, connections: int, postgresql: str | None) -> Result:
    """Ask about so many addresses of each state at each door, over so many connections at once."""
    asked = shuffled(samples)
    with instance.folder() as name:
        folder = Path(name)
        database = instance.emptied(postgresql, name)
        lists = _people_for(database, asked)
        url = database.url.render_as_string(hide_password=False)
        database.close()
        with sink_process(folder / "sink.jsonl") as port:
            settings = visitors.settings_of(url, folder, relay_url=f"smtp://127.0.0.1:{port}?tls=none&connections=2")
            with visitors.serving(settings, folder) as server:
                timed = _answers(server.port, asked, [one.slug for one in lists], connections)
    doors = tuple(judged(door.name, [one for one in timed if one.sample.door is door]) for door in DOORS)
    least = min(pair.p for door in doors for pair in door.pairs)
    comparisons = sum(len(door.pairs) for door in doors)
    return Result(
        database="PostgreSQL" if postgresql else "SQLite",
        samples=samples,
        connections=connections,
        doors=doors,
        comparisons=comparisons,
        least_p=round(least, 5),
        least_p_corrected=round(min(1.0, least * comparisons), 5),
        medians_apart_ms=max(round(max(door.medians_ms.values()) - min(door.medians_ms.values()), 3) for door in doors),
        answers=max(door.answers for door in doors),
        late=round(sum(one.seconds > EVEN_SECONDS + LATE for one in timed) / len(timed), 4),
    )


def judged(door: str, timed: Sequence[Timed]) -> Asked:
    """Compare the answers of one door, to the byte and in time."""
    seconds = {state: [one.seconds for one in timed if one.sample.state == state] for state in STATES}
    answers: dict[int, set[str]] = {}
    for one in timed:
        answers.setdefault(one.sample.list_number, set()).add(one.digest)
    return Asked(
        door=door,
        medians_ms={state: milliseconds(median(values)) for state, values in seconds.items()},
        p99_ms={state: milliseconds(percentile(values, 0.99)) for state, values in seconds.items()},
        pairs=tuple(
            Pair(f"{one}, {other}", round(ranks.compare(seconds[one], seconds[other]).p, 5))
            for one, other in combinations(STATES, 2)
        ),
        answers=max(len(different) for different in answers.values()),
    )


def shuffled(samples: int) -> list[Sample]:
    """Give all questions in the order in which they are asked; every list has its share of each state at each door."""
    lists = -(-samples * len(DOORS) * len(STATES) // MOST_OF_LIST)
    asked = [
        Sample(door, state, number % lists, _email(state, door, number), number // lists % 2 == 0)
        for door in DOORS
        for state in STATES
        for number in range(samples)
    ]
    random.Random(SEED).shuffle(asked)
    before = [
        Sample(door, WARM_UP, 0, _email(WARM_UP, door, number), is_even=False) for door in DOORS for number in range(WARM_UPS)
    ]
    return before + asked


def _email(state: str, door: Door, number: int) -> str:
    # As long in every state: a name says nothing to the product, and nothing is to depend on it.
    return f"{random.Random(f'{state} {door.name} {number}').getrandbits(48):012x}@mx{number % DOMAINS:03}.example.net"


def _people_for(database: Database, asked: Sequence[Sample]) -> list[MailingList]:
    """Bring every address into its state; gives the lists."""
    keyring, now = Keyring(instance.SECRET), system_clock()
    with database.write() as tx:
        claim_instance(tx, keyring.key_check, now)
        made = [instance.a_newsletter(tx, f"{number:03}", now) for number in range(1 + max(one.list_number for one in asked))]
        lists = [register.list_by_id(tx, newsletter.list_id) for newsletter in made]
    questions = iter(asked)
    while batch := list(islice(questions, BATCH)):
        with database.write() as tx:
            for one in batch:
                _bring(tx, keyring, one, lists[one.list_number].id, now)
    return lists


def _bring(tx: Transaction, keyring: Keyring, one: Sample, list_id: int, now: datetime) -> None:
    address = parse(one.email)
    if one.state == WAITING:
        register.request(tx, keyring, list_id, address, "", now - WAITED, people.FORM)
    # Half of the suppressed were on the list and complained, the other half is known by nothing but the suppression.
    if one.state == CONFIRMED or (one.state == SUPPRESSED and one.is_even):
        register.add(tx, keyring, list_id, address, "", now - WAITED, people.COMMAND, is_confirmed=True)
    if one.state == SUPPRESSED:
        reason = Reason.COMPLAINED if one.is_even else Reason.MANUAL
        keepout.keep_out(tx, keyring, address, KeepOut(reason, EVERY_LIST, now))


def _answers(port: int, asked: Sequence[Sample], slugs: Sequence[str], connections: int) -> list[Timed]:
    stamp = visitors.stamp_of(port, slugs[0])

    def ask(numbered: tuple[int, Sample]) -> Timed:
        number, one = numbered
        fields = {"email": one.email, stamps.FIELD: stamp}
        path = one.door.path.format(slugs[one.list_number])
        answer = visitors.post(port, visitors.visitor_from(number), path, fields, one.door.kind)
        return Timed(one, answer.status, answer.seconds, sha256(answer.plain).hexdigest())

    with ThreadPoolExecutor(connections) as crowd:
        timed = list(_watched(crowd.map(ask, enumerate(asked)), len(asked)))
    refused = [one for one in timed if one.status != 200]  # noqa: PLR2004 -- OK
    if refused:
        sys.exit(f"{len(refused)} were refused, the first with {refused[0].status}: a limit spoke, or a fault.")
    return [one for one in timed if one.sample.state != WARM_UP]


def _watched(timed: Iterator[Timed], total: int) -> Iterator[Timed]:
    for number, one in enumerate(timed):
        if number % 1_000 == 0:
            print(f"{number:,} of {total:,} asked", file=sys.stderr)
        yield one


def told(result: Result) -> str:
    """Say it in words."""
    lines = []
    for door in result.doors:
        medians = ", ".join(f"{state} {figure} ms" for state, figure in door.medians_ms.items())
        pairs = ", ".join(f"{pair.states}: {pair.p}" for pair in door.pairs)
        lines.append(f"{door.door}: medians {medians}; p {pairs}; different answers: {door.answers}")
    lines.append(
        f"{result.database}, {result.samples:,} samples, {result.connections} connections: the least p of {result.comparisons} "
        f"is {result.least_p}, times their number {result.least_p_corrected}; medians {result.medians_apart_ms} ms "
        f"apart at most, {result.late:.1%} of the answers late"
    )
    return "\n".join(lines)


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=150, help="of each state at each door; the whole of it: 2000")
    parser.add_argument("--connections", type=int, default=8, help="how many ask at once")
    parser.add_argument("--postgresql", metavar="ADDRESS", help="a database that may be emptied, instead of SQLite")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    asked = parser.parse_args()
    result = measure(asked.samples, asked.connections, asked.postgresql)
    print(json.dumps(asdict(result)) if asked.json else told(result))


if __name__ == "__main__":
    main()
