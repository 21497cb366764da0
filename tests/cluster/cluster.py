"""A cluster: hosts that mail and hosts with pages, one PostgreSQL, one relay that remembers, and an issue under way.

Each row has hosts of its own, and a database and a relay for each issue, so that several rows may be run at once: what they do
is waiting, most of the time.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from threading import Lock

from newsletter.database import Database
from newsletter.mail import roster
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.roster import Listed
from tests.cluster.net import RELAY, Host, Names, host, networks
from tests.cluster.server import BOUNCER_PORT, PORT, Server, server
from tests.harness import ledgercheck, trial
from tests.harness.instance import environment
from tests.harness.processes import sink_process
from tests.harness.sinklog import LogTail
from tests.harness.trial import Trial, wait_until

S = DeliveryState
OPEN = (S.PENDING, S.DEFERRED, S.LEASED, S.SENDING)

# Who looks on is not to be hurt.
JUDGE = "judge"
BREAK_ANY = f"""
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND datname = current_database() AND application_name <> '{JUDGE}' ORDER BY random() LIMIT 1
"""  # noqa: S608 -- our own words

# Of a worker; three hosts have six.
CONNECTIONS = 2
PUBLIC = "news.test:8000"
MAILERS = ("mail1", "mail2", "mail3")
WEBS = ("web1", "web2")
# What the relay takes for each message, in seconds: with it a mailing lasts long enough for something to happen in its middle.
PACE = 0.2
# And while something is waited for that has to be in its middle.
BRAKED = 2.0
# A program of the product to begin, on a machine that is busy.
START_WITHIN = 240.0
# Half a minute of a lease, the looks of those who are left, and a busy machine.
LONGEST = 600.0


@dataclass(slots=True)
class Running:
    """A program of a host, that can be hurt."""

    host: Host
    process: "subprocess.Popen[str]"

    @property
    def ended(self) -> int | None:
        """How it ended, None while it runs."""
        return self.process.poll()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        if self.ended is None:
            self.process.send_signal(number)

    def stop(self) -> int:
        """Ask it to end, and wait for that."""
        self.send(signal.SIGTERM)
        return self.process.wait(LONGEST)

    def die(self) -> int:
        """End it without asking it; gives how it ended."""
        self.send(signal.SIGKILL)
        return self.process.wait(LONGEST)


@dataclass(slots=True)
class Site:
    """What all rows have: networks, a PostgreSQL, and a PgBouncer beside it."""

    names: Names
    server: Server
    folder: Path
    pace: float
    # Of whatever is made, so that nothing has a name or an address that another has; asked from several threads.
    hosts: "count[int]" = field(default_factory=lambda: count(1))
    addresses: "count[int]" = field(default_factory=lambda: count(2))
    ports: "count[int]" = field(default_factory=lambda: count(BOUNCER_PORT + 1))
    # One issue is planned at a time: Alembic, which looks at the shape then, is for one thread of a process.
    planning: Lock = field(default_factory=Lock)

    @contextmanager
    def cluster(self, row: str) -> Iterator["Cluster"]:
        """Make the hosts of a row; they are gone with the block."""
        folder = self.folder / row
        folder.mkdir()
        with ExitStack() as stack:
            hosts = {name: stack.enter_context(host(name, next(self.hosts), folder)) for name in (*MAILERS, *WEBS)}
            yield Cluster(self, self.server, hosts, folder)


@dataclass(slots=True)
class Cluster:
    """The hosts of a row, and the database that they share."""

    site: Site
    server: Server
    hosts: Mapping[str, Host]
    folder: Path
    # The port of its PgBouncer.
    pooler: int = BOUNCER_PORT
    _made: int = 0

    @property
    def pace(self) -> float:
        """What a relay takes for each message, in seconds."""
        return self.site.pace

    @contextmanager
    def twin(self, name: str) -> Iterator[Host]:
        """Make another host that is called as one of these."""
        folder = self.folder / "twin"
        folder.mkdir()
        with host(name, next(self.site.hosts), folder) as made:
            yield made

    @contextmanager
    def own_server(self) -> Iterator["Cluster"]:
        """Have a PostgreSQL that no other row has, because it is to be hurt."""
        with server(self.site.names, next(self.site.addresses)) as own:
            yield replace(self, server=own)

    @property
    def mailers(self) -> list[Host]:
        """The hosts that only mail."""
        return [self.hosts[name] for name in MAILERS]

    @property
    def webs(self) -> list[Host]:
        """The hosts with pages."""
        return [self.hosts[name] for name in WEBS]

    @contextmanager
    def issue(self, people: int, **options: object) -> Iterator["Issue"]:
        """Plan an issue in a database of its own, with a relay that takes everything."""
        self._made += 1
        folder = self.folder / f"issue{self._made}"
        folder.mkdir()
        with self.site.planning:
            planned = trial.plan(self.server.new_database(), folder, people, **options)  # type: ignore[arg-type]
        database = Database(f"{planned.url}&application_name={JUDGE}")
        pace = folder / "pace"
        pace.write_text(str(self.pace))
        try:
            with sink_process(planned.log, "--address", RELAY, "--pace", str(pace)) as port:
                yield Issue(self, planned, port, database, pace)
        finally:
            database.close()


@dataclass(slots=True)
class Issue:
    """One issue that the cluster mails."""

    cluster: Cluster
    trial: Trial
    port: int
    database: Database
    # Says how fast the relay is.
    pace: Path
    begun: float = field(default_factory=time.monotonic)

    def settings(
        self, at: Host, *, pooled: bool = False, by_name: bool = False, connections: int = CONNECTIONS, **more: str
    ) -> dict[str, str]:
        """Give what a host is told: nothing else is shared, not even a folder."""
        address = self.cluster.server.url(self.trial.url, self.cluster.pooler if pooled else PORT, by_name=by_name)
        relay = f"smtp://{RELAY}:{self.port}?tls=none&connections={connections}"
        told = {"NEWSLETTER_RELAY_URL": relay, "NEWSLETTER_TICK_SECONDS": "5", "NEWSLETTER_PUBLIC_URL": f"http://{PUBLIC}"}
        return environment(address, at.folder) | told | {f"NEWSLETTER_{name.upper()}": text for name, text in more.items()}

    @contextmanager
    def worker(self, at: Host, **options: object) -> Iterator[Running]:
        """Run a worker on a host."""
        with at.running("newsletter.cli", ["worker"], self.settings(at, **options)) as process:  # type: ignore[arg-type]
            yield Running(at, process)

    @contextmanager
    def workers(self, **options: object) -> Iterator[list[Running]]:
        """Run one on each host that mails, and wait until each has begun."""
        with ExitStack() as stack:
            with self.braked():
                begun = [stack.enter_context(self.worker(at, **options)) for at in self.cluster.mailers]
                self.waits_for(lambda: all(self.standing(at) for at in self.cluster.mailers), "all to begin", START_WITHIN)
            yield begun

    @contextmanager
    def braked(self) -> Iterator[None]:
        """Let the relay take its time while something is waited for: on a busy machine, too, there is somebody left then."""
        before = self.pace.read_text()
        if not float(before):
            # In its short form nothing has to have a middle.
            yield
            return
        _write(self.pace, str(BRAKED))
        yield
        _write(self.pace, before)

    def tail(self) -> LogTail:
        """Give what counts what the relay has taken."""
        return LogTail(self.trial.log)

    def reaches(self, tail: LogTail, count: int) -> None:
        """Wait until the relay has taken so many."""
        wait_until(lambda: tail.count() >= count, f"{count} messages", LONGEST)

    def is_planned(self) -> bool:
        """Whether a worker has planned the issue that was due."""
        self.trial.find_letter()
        return bool(self.trial.letter_id)

    def left(self) -> int:
        """Count who is not settled."""
        with self.database.read() as tx:
            states = ledgercheck.states(tx, self.trial.letter_id)
        return sum(states[state] for state in OPEN)

    def finishes(self, seconds: float = LONGEST) -> float:
        """Wait until everybody is settled; gives how long that took."""
        began = time.monotonic()
        while self.left():
            assert time.monotonic() - began < seconds, f"{self.left()} are left after {seconds} s"
            time.sleep(0.2)
        return time.monotonic() - began

    def roster(self) -> tuple[Listed, ...]:
        """Give who mails, as `newsletter workers list` has it."""
        with self.database.read() as tx:
            return roster.listed(tx, self.database.moment())

    def standing(self, at: Host) -> list[str]:
        """Give how the workers of a host are that have not ended."""
        now = self.database.moment()
        return [one.standing(now).value for one in self.roster() if one.host == at.name and one.stopped_at is None]

    def waits_for(self, is_so: Callable[[], object], what: str, seconds: float = LONGEST) -> float:
        """Wait until something is so; gives how long that took."""
        began = time.monotonic()
        while not is_so():
            assert time.monotonic() - began < seconds, f"waited {seconds} s for {what}"
            time.sleep(0.2)
        return time.monotonic() - began

    def break_one(self) -> None:
        """End any connection of the database but that of whoever looks on."""
        self.cluster.server.base.execute(BREAK_ANY, self.trial.url)


def _write(path: Path, text: str) -> None:
    # Never seen half written.
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


@contextmanager
def site(folder: Path, pace: float = PACE) -> Iterator[Site]:
    """Start what all rows have."""
    with networks(folder) as names, server(names, 1) as shared, shared.pooler():
        yield Site(names, shared, folder, pace)
