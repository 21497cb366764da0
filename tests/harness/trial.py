"""A mailing on trial: a planned issue, the shipped worker as a process, a sink that remembers, and the comparison of both."""

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sqlalchemy import select

from newsletter.database import Database
from newsletter.issues import agenda
from newsletter.letters.letter import Draft
from newsletter.mail import dispatch, mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.tables.mail import worker as worker_table
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.harness import ledgercheck, mailroom
from tests.harness.instance import environment
from tests.harness.ledgercheck import Checked, Findings
from tests.harness.people import take_in_file
from tests.harness.processes import STARTS, own_environment
from tests.harness.sinklog import read_log

# When the issues of trials are planned: any moment in the past.
PLANNED_AT = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
# Connections of a worker, unless said.
CONNECTIONS = 2
# A trial that hangs fails. In seconds.
LONGEST = 180.0


@dataclass(frozen=True, slots=True)
class Record:
    """What came of one run, as it stands in the soak's file and in the documentation."""

    row: str
    database: str
    seed: int
    is_good: bool
    people: int = 0
    kills: int = 0
    # Of the kills (or whatever was done): how many rows may be uncertain at most.
    bound: int = 0
    accepted: int = 0
    uncertain: int = 0
    uncertain_taken: int = 0
    duplicates: int = 0
    missing: int = 0
    # From the last kill to the end of the mailing, and of everything.
    after: float = 0.0
    seconds: float = 0.0
    # What was done and what else was found, in words.
    note: str = ""

    def line(self) -> str:
        """Give it as one line of JSON."""
        return json.dumps(asdict(self))


@dataclass(slots=True)
class Trial:
    """A database with an issue that is planned for so many people."""

    url: str
    folder: Path
    people: int
    keyring: Keyring = field(default_factory=lambda: Keyring(SECRET))
    issue_id: int = 0
    letter_id: int = 0
    list_id: int = 0
    newsletter_id: int = 0

    @property
    def log(self) -> Path:
        """What the sink writes down."""
        return self.folder / "sink.log"

    @property
    def kind(self) -> str:
        """Which database it is."""
        return self.url.partition(":")[0]

    def settings(self, port: int, connections: int = CONNECTIONS, **more: str) -> dict[str, str]:
        """Give the worker's settings."""
        relay = f"smtp://127.0.0.1:{port}?tls=none&connections={connections}"
        names = {f"NEWSLETTER_{name.upper()}": text for name, text in more.items()}
        return environment(self.url, self.folder) | {"NEWSLETTER_RELAY_URL": relay} | names

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """Open the database for a question."""
        database = Database(self.url)
        try:
            yield database
        finally:
            database.close()

    def checked(self) -> Checked:
        """Compare the ledger with the sink's log."""
        with self.opened() as database, database.read() as tx:
            return ledgercheck.check(tx, self.keyring, self.letter_id, read_log(self.log))

    def states(self) -> Counter[DeliveryState]:
        """Count how everybody stands."""
        with self.opened() as database, database.read() as tx:
            return ledgercheck.states(tx, self.letter_id)

    def find_letter(self) -> None:
        """Note the letter of an issue that the worker has planned by now."""
        with self.opened() as database, database.read() as tx:
            self.letter_id = mailings.letter_of_issue(tx, self.issue_id) or 0

    def expire_leases(self) -> None:
        """Let half a minute pass for the leases of all workers, which only a dead or stopped one does not notice."""
        with self.opened() as database, database.write() as tx:
            mailroom.expire_leases(tx)

    def lengthen_leases(self) -> None:
        """Let all workers count as alive for an hour, whatever shape the tables have; on SQLite leases decide nothing."""
        with self.opened() as database, database.write() as tx:
            if not database.is_sqlite:
                tx.exec_driver_sql("UPDATE worker SET lease_until = lease_until + interval '1 hour'")

    def expire_lease_of(self, pid: int) -> None:
        """Let half a minute pass for the lease of one worker, which is dead."""
        with self.opened() as database, database.write() as tx:
            mailroom.expire_leases(tx, f"process {pid}")

    def workers(self) -> int:
        """Count the workers that ever began."""
        with self.opened() as database, database.read() as tx:
            return len(tx.execute(select(worker_table.c.id)).all())


def record(
    trial: Trial,
    row: str,
    begun: float,
    claims: dict[str, bool],
    note: str = "",
    *,
    finishes: bool = True,
    seed: int = 0,
    times: int = 0,
    bound: int = 0,
) -> Record:
    """Compare ledger and sink, and write down what came of a run: good when nothing is found and every claim holds.

    In a run that *finishes* nobody is left to wait: whoever does is missing.
    """
    checked, found = trial.checked(), trial.states()
    waiting = found[DeliveryState.PENDING] + found[DeliveryState.DEFERRED]
    missing = len(checked.findings.missing) + (waiting if finishes else 0)
    claims = {"ledger and sink agree": checked.findings == Findings(), **claims}
    broken = [claim for claim, holds in claims.items() if not holds]
    return Record(
        row=row,
        database=trial.kind,
        seed=seed,
        is_good=not broken,
        people=trial.people,
        kills=times,
        bound=bound,
        accepted=checked.accepted,
        uncertain=checked.uncertain,
        uncertain_taken=checked.uncertain_taken,
        duplicates=len(checked.findings.doubled),
        missing=missing,
        seconds=round(time.monotonic() - begun, 1),
        note="; ".join([note, *(f"NOT: {claim}" for claim in broken), *([str(checked.findings)] if broken else [])]),
    )


def plan(
    url: str, folder: Path, people: int, *, send_at: datetime | None = None, domains: int = 1, draft: Draft | None = None
) -> Trial:
    """Plan an issue for so many people, `reader0@example.net` and on; with *send_at* the worker is to do it at that time.

    With several *domains* they are at `d0.example.net` and on, in turn.
    """
    trial = Trial(url, folder, people)
    database = Database(url)
    database.upgrade()
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, trial.keyring, PLANNED_AT, ())
        mailings.cancel(tx, room.letter_id, PLANNED_AT)
    at = [b"d%d.example.net" % number for number in range(domains)] if domains > 1 else [b"example.net"]
    rows = (b"reader%d@%s,Reader %d\n" % (number, at[number % domains], number) for number in range(people))
    lines = (b"email,name\n", *rows)
    take_in_file(database.write, trial.keyring, room.list_id, lines, PLANNED_AT)
    with database.write() as tx:
        trial.issue_id = mailroom.approved_issue(tx, room.newsletter_id, PLANNED_AT, draft=draft)
        if send_at is None:
            dispatch.send_issue(tx, trial.issue_id, PLANNED_AT)
            trial.letter_id = mailings.letter_of_issue(tx, trial.issue_id) or 0
        else:
            agenda.schedule_issue(tx, trial.issue_id, send_at, PLANNED_AT)
    database.close()
    trial.list_id, trial.newsletter_id = room.list_id, room.newsletter_id
    return trial


class Running:
    """A worker of the product, as a process that can be hurt."""

    def __init__(self, settings: dict[str, str], folder: Path, failpoint: str = "", *, until_idle: bool = True) -> None:
        self.failpoint = failpoint
        self._log: IO[str] = (folder / "worker.log").open("a+", encoding="utf-8")
        self._log.seek(0, os.SEEK_END)
        self._begin = self._log.tell()
        environment_ = {**own_environment(), **settings, "NEWSLETTER_FAILPOINT": failpoint}
        words = ("worker", "--until-idle", "--json") if until_idle else ("worker",)
        self._stack = ExitStack()
        start = STARTS.started("newsletter.cli", words, environment_, stdout=subprocess.DEVNULL, stderr=self._log)
        self.process = self._stack.enter_context(start)
        self.pid = self.process.pid

    @property
    def ended(self) -> int | None:
        """How it ended, None while it runs."""
        return self.process.poll()

    @property
    def words(self) -> str:
        """What was logged since it began, by all workers of the folder."""
        with Path(self._log.name).open(encoding="utf-8") as log:
            log.seek(self._begin)
            return log.read()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        if self.ended is None:
            self.process.send_signal(number)

    def wait(self, seconds: float = LONGEST) -> int:
        """Wait for its end; gives how it ended."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the worker did not end within {seconds} s:\n{self.words[-4000:]}") from None

    def wait_until_stopped(self) -> None:
        """Wait until a fail point, or somebody, has stopped it."""
        wait_until_stopped(self.pid)

    def close(self) -> None:
        """End it in any case."""
        self._stack.close()
        self._log.close()


@contextmanager
def running(settings: dict[str, str], folder: Path, failpoint: str = "", *, until_idle: bool = True) -> Iterator[Running]:
    """Run a worker; it is ended with the block in any case."""
    worker = Running(settings, folder, failpoint, until_idle=until_idle)
    try:
        yield worker
    finally:
        worker.close()


def run(settings: dict[str, str], folder: Path, failpoint: str = "") -> int:
    """Run a worker to its end; gives how it ended."""
    with running(settings, folder, failpoint) as worker:
        return worker.wait()


def wait_until_stopped(pid: int) -> None:
    """Wait until a process stands still."""
    wait_until(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T", "it to stop")


def wait_until(is_so: Callable[[], object], what: str, seconds: float = LONGEST) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.005)
