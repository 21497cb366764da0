"""A cluster: hosts that mail and hosts with pages, one PostgreSQL, one relay that remembers, and an issue under way."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.database import Database
from newsletter.mail import roster
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.roster import Listed
from tests.cluster.net import RELAY, Host, host, networks
from tests.cluster.server import Server, server
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
# Half a minute of a lease, the looks of those who are left, and a busy machine.
LONGEST = 300.0


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


@dataclass(slots=True)
class Cluster:
    """What runs for all rows, and what each begins with."""

    server: Server
    hosts: Mapping[str, Host]
    folder: Path
    pace: float = PACE
    _made: int = 0
    _stack: ExitStack = field(default_factory=ExitStack)

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
        planned = trial.plan(self.server.new_database(), folder, people, **options)  # type: ignore[arg-type]
        database = Database(f"{planned.url}&application_name={JUDGE}")
        try:
            with sink_process(planned.log, "--address", RELAY, "--delay", str(self.pace)) as port:
                yield Issue(self, planned, port, database)
        finally:
            database.close()


@dataclass(slots=True)
class Issue:
    """One issue that the cluster mails."""

    cluster: Cluster
    trial: Trial
    port: int
    database: Database
    begun: float = field(default_factory=time.monotonic)

    def settings(self, at: Host, *, pooled: bool = False, connections: int = CONNECTIONS, **more: str) -> dict[str, str]:
        """Give what a host is told: nothing else is shared, not even a folder."""
        address = self.cluster.server.address(self.trial.url, pooled=pooled)
        relay = f"smtp://{RELAY}:{self.port}?tls=none&connections={connections}"
        told = {"NEWSLETTER_RELAY_URL": relay, "NEWSLETTER_TICK_SECONDS": "5", "NEWSLETTER_PUBLIC_URL": f"http://{PUBLIC}"}
        return environment(address, at.folder) | told | {f"NEWSLETTER_{name.upper()}": text for name, text in more.items()}

    @contextmanager
    def worker(self, at: Host, *, clock: str = "", pooled: bool = False, **more: object) -> Iterator[Running]:
        """Run a worker on a host."""
        settings = self.settings(at, pooled=pooled, **more)  # type: ignore[arg-type]
        with at.running("newsletter.cli", ["worker"], settings, clock=clock) as process:
            yield Running(at, process)

    @contextmanager
    def workers(self, **options: object) -> Iterator[list[Running]]:
        """Run one on each host that mails, and wait until each has begun."""
        mailers = self.cluster.mailers
        with ExitStack() as stack:
            begun = [stack.enter_context(self.worker(at, **options)) for at in mailers]  # type: ignore[arg-type]
            self.waits_for(lambda: all(self.standing(at) for at in mailers), "all to begin", 120)
            yield begun

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


@contextmanager
def cluster(folder: Path, pace: float = PACE) -> Iterator[Cluster]:
    """Start everything but the programs of the hosts."""
    with ExitStack() as stack:
        stack.enter_context(networks())
        hosts = {
            name: stack.enter_context(host(name, number, folder)) for number, name in enumerate((*MAILERS, *WEBS), start=1)
        }
        yield Cluster(stack.enter_context(server()), hosts, folder, pace)
