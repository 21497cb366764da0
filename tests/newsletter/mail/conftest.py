"""A ledger with a letter planned for three people, on either database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.mail import gate, leases, ledger, workers
from newsletter.mail.delivery import Delivery, DeliveryState, Outcome, Passage, Phase, Reply, Verdict
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.mailroom import Mailroom

ACCEPTED = Reply(Phase.BODY, 250, "2.0.0", "2.0.0 queued as 7")


@dataclass(slots=True)
class Ledger:
    """A database with a planned letter, and short words for what workers do with it."""

    database: Database
    room: Mailroom
    now: datetime

    def start(self, worker_id: str) -> str:
        """Register a worker."""
        with self.database.write() as tx:
            workers.register(tx, worker_id, f"place of {worker_id}", self.now)
        return worker_id

    def claim(self, worker_id: str, limit: int = 10, now: datetime | None = None) -> tuple[Delivery, ...]:
        """Lease deliveries."""
        with self.database.write() as tx:
            return leases.claim(tx, worker_id, now or self.now, limit)

    def mark(self, worker_id: str, *deliveries: Delivery) -> list[Passage]:
        """Ask the gate."""
        with self.database.write() as tx:
            passages = gate.mark(tx, worker_id, deliveries, self.now)
        return [passages[one.id] for one in deliveries]

    def settle(self, worker_id: str, delivery: Delivery, verdict: Verdict, reply: Reply = ACCEPTED) -> bool:
        """Write an outcome; gives whether it was still ours to write."""
        with self.database.write() as tx:
            return not ledger.settle(tx, worker_id, [Outcome(delivery, verdict, reply)], self.now)

    def send(self, worker_id: str, delivery: Delivery) -> None:
        """Mark and accept."""
        assert [Passage.GRANTED] == self.mark(worker_id, delivery)
        assert self.settle(worker_id, delivery, Verdict(DeliveryState.ACCEPTED))

    def states(self) -> dict[str, DeliveryState]:
        """Give how everybody stands."""
        with self.database.read() as tx:
            return mailroom.states(tx, self.room.letter_id)

    def column(self, name: str) -> list[object]:
        """Give one column of everybody, in order."""
        with self.database.read() as tx:
            return mailroom.column(tx, self.room.letter_id, name)


@pytest.fixture
def book(database: Database, keyring: Keyring, now: datetime) -> Ledger:
    """Give a ledger with a letter for Ann, Bob and Cem."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem"))
    return Ledger(database, room, now)


@pytest.fixture
def postgres_book(postgres_url: str, keyring: Keyring, now: datetime) -> Iterator[Ledger]:
    """Give such a ledger on PostgreSQL, where several workers share it."""
    database = Database(postgres_url)
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem"))
    yield Ledger(database, room, now)
    database.close()
