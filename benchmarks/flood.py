"""What a flood of sign-ups does to others: mails that result, somebody else's confirmation meanwhile, and an issue beside it.

    python -m benchmarks.flood --signups 10000 --json

The product (`newsletter serve`) is flooded over HTTP, by the form and as JSON in turns: for one address from many networks,
for as many addresses from one network, and for as many addresses from many networks. All the while an issue is mailed through
a relay that takes 200 messages a second, and somebody else asks to join another list about once a second; measured is how
long it takes from their question to the moment at which the relay has the mail with the button. The same is measured once
without a flood. How many mails a flood may bring about is worked out from the limits (subscribers.limits, confirmations).
"""

import argparse
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from benchmarks import instance, visitors
from benchmarks.figures import percentile, ratio
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.instance import claim_instance
from newsletter.issues.model import Newsletter
from newsletter.mail import dispatch, mailings, relaybook
from newsletter.mail.limits import Limits, Rate
from newsletter.mail.relays import parse_relay
from newsletter.strongbox import Strongbox
from newsletter.web.public import stamps
from subscribers import confirmations, limits, register
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.processes import sink_process
from tests.harness.sinklog import Taken
from tests.harness.trial import wait_until

# Messages a second that the relay takes.
RATE = 200
# The mailing of an issue takes as long as the flood does when the pages answer a hundred times a second.
PEOPLE_PER_SIGNUP = 2
NETWORKS = 5_000
FLOODED_DOMAINS = 1_000

# Between two who have nothing to do with the flood, beside what each waits for an answer. In seconds.
BETWEEN_OTHERS = 0.6

# What is under way when a flood is over has so long. In seconds.
LONGEST = 600.0

OK = 200
TOO_OFTEN = 429

# In the addresses of those who are flooded, and of those who get the issue.
FLOODED = "flood.example.net"
READERS = "readers"

# Where the networks of those begin who have nothing to do with the flood.
OTHERS = 20_000


@dataclass(frozen=True, slots=True)
class Flood:
    """One way to flood; by the number of a sign-up, whom it is for and where it comes from."""

    name: str
    email: Callable[[int], str]
    network: Callable[[int], int]
    # How many mails it may bring about in so many seconds.
    most: Callable[[float], int]


@dataclass(frozen=True, slots=True)
class Phase:
    """What came out beside one flood, or none."""

    flood: str
    signups: int
    # Answered that a mail is on its way, and told to try again later.
    taken: int
    refused: int
    # Answered that the pages cannot do it now.
    failed: int
    seconds: float
    mails: int
    most_mails: int
    # Of others: how many asked, and how long it took until the relay had each one's mail.
    others: int
    # Others who got another answer than that a mail is on its way.
    turned_away: int
    confirmation_p50_s: float
    confirmation_p99_s: float
    issue_messages: int
    issue_per_second: float


@dataclass(frozen=True, slots=True)
class Result:
    """All floods; the first phase is without one."""

    database: str
    signups: int
    connections: int
    networks: int
    phases: tuple[Phase, ...]
    # Mails beyond what the limits allow, in any phase.
    mails_too_many: int
    # Others, in any phase.
    turned_away: int
    # The longest p99 of somebody else's confirmation beside a flood.
    confirmation_p99_s: float
    # The slowest mailing beside a flood, of the one without.
    issue_ratio: float | None


@dataclass(slots=True)
class _Arrivals:
    """What the relay has taken since this was made."""

    log: Path
    taken: list[Taken] = field(default_factory=list)
    _offset: int = 0

    def __post_init__(self) -> None:
        self._offset = self.log.stat().st_size if self.log.exists() else 0

    def look(self) -> list[Taken]:
        """Read what came in since; gives all of it."""
        with self.log.open("rb") as file:
            file.seek(self._offset)
            # Its last line may be half written.
            whole = file.read().rpartition(b"\n")[0]
        self._offset += len(whole) + bool(whole)
        self.taken += [Taken(**json.loads(line)) for line in whole.splitlines()]
        return self.taken


@dataclass(slots=True)
class _Others:
    """People who have nothing to do with the flood."""

    # When each of them asked, by address.
    asked: dict[str, float] = field(default_factory=dict)
    turned_away: int = 0


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where all phases play."""

    database: Database
    port: int
    log: Path
    stamp: str
    newsletter: Newsletter
    # Of the newsletter.
    readers: int


def of_network(seconds: float) -> int:
    """Give how many wishes one network is allowed in so many seconds."""
    return _of_limit(limits.NETWORK, seconds)


def of_list(seconds: float) -> int:
    """Give how many wishes one list takes in so many seconds."""
    return _of_limit(limits.LIST, seconds)


def of_address(seconds: float) -> int:
    """Give how many mails may be asked for at one address in so many seconds of a day."""
    return min(confirmations.MOST_REQUESTS, 1 + int(timedelta(seconds=seconds) / confirmations.BETWEEN_REQUESTS))


def _of_limit(limit: limits.Limit, seconds: float) -> int:
    return limit.burst + int(timedelta(seconds=seconds) / limit.every)


def _somebody(number: int) -> str:
    return f"somebody{number}@d{number % FLOODED_DOMAINS}.{FLOODED}"


def _somebody_else(number: int) -> str:
    # Nobody is asked twice within a quarter of an hour, so those of one flood are not those of another.
    return f"else{number}@d{number % FLOODED_DOMAINS}.{FLOODED}"


FLOODS = (
    Flood("one address, many networks", lambda _number: f"victim@{FLOODED}", lambda number: number % NETWORKS, of_address),
    Flood("many addresses, one network", _somebody, lambda _number: NETWORKS, of_network),
    Flood("many addresses, many networks", _somebody_else, lambda number: number % NETWORKS, of_list),
)
NO_FLOOD = Flood("none", _somebody, lambda number: number, lambda _seconds: 0)


def measure(signups: int, connections: int, postgresql: str | None) -> Result:
    """Flood an instance in every way, with so many sign-ups each, over so many connections at once."""
    with instance.folder() as name, sink_process(Path(name) / "sink.jsonl") as sink:
        folder = Path(name)
        database = instance.emptied(postgresql, name)
        readers = signups * PEOPLE_PER_SIGNUP
        newsletter = _make(database, sink, readers)
        settings = visitors.settings_of(database.url.render_as_string(hide_password=False), folder)
        with visitors.serving(settings, folder) as server:
            stamp = visitors.stamp_of(server.port, _a_list(database, "nobody"))
            stage = _Stage(database, server.port, folder / "sink.jsonl", stamp, newsletter, readers)
            phases = [_play(stage, NO_FLOOD, 0, connections)]
            phases += [_play(stage, flood, signups, connections) for flood in FLOODS]
        database.close()
    quiet, *flooded = phases
    return Result(
        database="PostgreSQL" if postgresql else "SQLite",
        signups=signups,
        connections=connections,
        networks=NETWORKS,
        phases=tuple(phases),
        mails_too_many=sum(max(0, phase.mails - phase.most_mails) for phase in phases),
        turned_away=sum(phase.turned_away for phase in phases),
        confirmation_p99_s=max(phase.confirmation_p99_s for phase in flooded),
        issue_ratio=ratio(min(phase.issue_per_second for phase in flooded), quiet.issue_per_second),
    )


def _make(database: Database, sink: int, readers: int) -> Newsletter:
    """Give a newsletter with its readers, and a relay with a limit."""
    keyring, now = Keyring(instance.SECRET), system_clock()
    relay = replace(parse_relay(f"smtp://127.0.0.1:{sink}?tls=none&connections=5"), name="main", limits=Limits(Rate(RATE, "s")))
    with database.write() as tx:
        claim_instance(tx, keyring.key_check, now)
        relaybook.add(tx, relay, Strongbox.of(keyring), now)
        newsletter = instance.a_newsletter(tx, "of the issue", now)
        instance.populate(tx, keyring, newsletter.list_id, READERS, readers)
    return newsletter


def _a_list(database: Database, label: str) -> str:
    """Make a newsletter with a list of whose limits nothing is used up; gives the list's slug."""
    with database.write() as tx:
        return register.list_by_id(tx, instance.a_newsletter(tx, label, system_clock()).list_id).slug


def _play(stage: _Stage, flood: Flood, signups: int, connections: int) -> Phase:
    arrivals = _Arrivals(stage.log)
    flooded, other = (_a_list(stage.database, f"{which} {flood.name}") for which in ("flooded", "other"))
    with stage.database.write() as tx:
        now = system_clock()
        dispatch.send_issue(tx, mailroom.approved_issue(tx, stage.newsletter.id, now, f"Beside: {flood.name}"), now)
    with _others(stage, flood, other) as others:
        begun = time.time()
        statuses = _flood(stage, flood, flooded, signups, connections)
        ended = time.time()
        wait_until(lambda: len(_issue(arrivals.look())) >= stage.readers, "the issue to be mailed", LONGEST)
    wait_until(lambda: not _waiting(stage.database), "the last mail", LONGEST)
    asked, taken = others.asked, arrivals.look()
    waits = [one.at - asked[one.recipient] for one in taken if one.recipient in asked]
    # Beside the flood, and not what came after it.
    issue = [at for at in _issue(taken) if not signups or at <= ended]
    result = Phase(
        flood=flood.name,
        signups=signups,
        taken=statuses[OK],
        refused=statuses[TOO_OFTEN],
        failed=signups - statuses[OK] - statuses[TOO_OFTEN],
        seconds=round(ended - begun, 1),
        mails=sum(one.recipient.endswith(FLOODED) for one in taken),
        most_mails=flood.most(ended - begun),
        others=len(asked),
        turned_away=others.turned_away,
        confirmation_p50_s=round(percentile(waits, 0.5), 2),
        confirmation_p99_s=round(percentile(waits, 0.99), 2),
        issue_messages=len(issue),
        issue_per_second=round(len(issue) / max(issue[-1] - issue[0], 1e-3), 1),
    )
    print(_said(result), file=sys.stderr)
    return result


def _waiting(database: Database) -> int:
    with database.read() as tx:
        return mailings.waiting(tx)


def _issue(taken: Sequence[Taken]) -> list[float]:
    """Give when the relay took the issue for each of its readers."""
    return [one.at for one in taken if one.recipient.endswith(f".{READERS}.example.net")]


def _flood(stage: _Stage, flood: Flood, slug: str, signups: int, connections: int) -> Counter[int]:
    """Send all sign-ups; gives how often which answer came."""
    path = f"/subscribe/{slug}"

    def ask(number: int) -> int:
        fields = {"email": flood.email(number), stamps.FIELD: stage.stamp}
        where, kind = (path, visitors.FORM) if number % 2 else (f"{path}/json", visitors.JSON)
        return visitors.post(stage.port, visitors.visitor_from(flood.network(number)), where, fields, kind).status

    with ThreadPoolExecutor(connections) as crowd:
        return Counter(crowd.map(ask, range(signups)))


@contextmanager
def _others(stage: _Stage, flood: Flood, slug: str) -> Iterator[_Others]:
    """Let one after the other join another list as long as the block lasts; gives what became of them."""
    others = _Others()
    is_over = threading.Event()
    label = "".join(sign if sign.isalpha() else "-" for sign in flood.name)

    def join() -> None:
        number = 0
        while not is_over.wait(BETWEEN_OTHERS):
            email = f"other{number}@d{number}.{label}.example.org"
            fields = {"email": email, stamps.FIELD: stage.stamp}
            asked_at = time.time()
            answer = visitors.post(stage.port, visitors.visitor_from(OTHERS + number), f"/subscribe/{slug}", fields)
            if answer.status == OK:
                others.asked[email] = asked_at
            else:
                others.turned_away += 1
            number += 1

    with ThreadPoolExecutor(1) as crowd:
        joining = crowd.submit(join)
        try:
            yield others
        finally:
            is_over.set()
            joining.result()


def told(result: Result) -> str:
    """Say it in words."""
    lines = [_said(phase) for phase in result.phases]
    lines.append(
        f"{result.database}, {result.connections} connections: {result.mails_too_many} mails beyond the limits; "
        f"somebody else's confirmation within {result.confirmation_p99_s} s (p99); the issue at "
        f"{result.issue_ratio} of its pace"
    )
    return "\n".join(lines)


def _said(phase: Phase) -> str:
    return (
        f"{phase.flood}: {phase.signups:,} sign-ups in {phase.seconds} s, {phase.taken:,} taken, {phase.refused:,} refused, "
        f"{phase.failed:,} failed, {phase.mails:,} mails (at most {phase.most_mails:,}); {phase.others:,} others had their "
        f"confirmation in {phase.confirmation_p50_s} s, p99 {phase.confirmation_p99_s} s, {phase.turned_away} turned away; "
        f"the issue at {phase.issue_per_second} a second"
    )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--signups", type=int, default=1_000, help="of each flood; the whole of it: 10000")
    parser.add_argument("--connections", type=int, default=40, help="how many flood at once")
    parser.add_argument("--postgresql", metavar="ADDRESS", help="a database that may be emptied, instead of SQLite")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    asked = parser.parse_args()
    result = measure(asked.signups, asked.connections, asked.postgresql)
    print(json.dumps(asdict(result)) if asked.json else told(result))


if __name__ == "__main__":
    main()
