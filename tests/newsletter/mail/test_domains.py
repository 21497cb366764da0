"""Rates of recipients' domains: who waits, and who does not."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text, update

from newsletter.database import Database
from newsletter.errors import BadValue, DomainNotFound
from newsletter.letters import store as letters
from newsletter.letters.letter import LetterKind
from newsletter.mail import domains, leases, ledger, mailings
from newsletter.mail.delivery import Delivery
from newsletter.mail.limits import Rate, parse_rate
from newsletter.tables.mail import delivery
from subscribers import register
from subscribers.address import parse
from subscribers.tokens import Keyring
from tests.harness import mailroom, people

# So low that it takes longer than any test from one permit to the next.
SLOW = Rate(1, "h")


class Room:
    """A newsletter whose readers are at fast.example and slow.example."""

    def __init__(self, database: Database, keyring: Keyring, now: datetime, *, slow: int = 5, fast: int = 5) -> None:
        self.database = database
        self.now = now
        with database.write() as tx:
            self.room = mailroom.open_mailroom(tx, keyring, now, ())
            # The slow ones came first, so that all others stand behind them.
            for number in range(slow):
                people.join(tx, keyring, self.room.list_id, f"s{number}@slow.example", now)
            for number in range(fast):
                people.join(tx, keyring, self.room.list_id, f"f{number}@fast.example", now)

    def plan(self) -> int:
        """Plan an issue for all of them."""
        with self.database.write() as tx:
            return mailroom.plan(tx, self.room.newsletter_id, self.room.list_id, self.now)

    def limit(self, rate: str = "1/h", domain: str = "slow.example") -> None:
        """Give a domain a rate."""
        with self.database.write() as tx:
            domains.set_rate(tx, domain, parse_rate(rate), self.now)

    def claim(self, limit: int = 100) -> list[str]:
        """Lease, and give the names."""
        with self.database.write() as tx:
            return mailroom.names(self.claimed(tx, limit))

    def claimed(self, tx: object, limit: int) -> tuple[Delivery, ...]:
        """Lease in a transaction."""
        return leases.claim(tx, "w", self.now, limit)  # type: ignore[arg-type]  # the fixture's connection


@pytest.fixture
def room(database: Database, keyring: Keyring, now: datetime) -> Room:
    """Give the room on either database."""
    return Room(database, keyring, now)


def test_without_rates_nobody_waits(room: Room) -> None:
    """In the order they were planned."""
    room.plan()

    assert ["s0", "s1", "s2", "s3", "s4", "f0", "f1", "f2", "f3", "f4"] == room.claim()


def test_slow_domain_holds_nobody_up(room: Room) -> None:
    """One of its people goes now; everybody else goes, too."""
    room.limit()
    room.plan()

    assert ["s0", "f0", "f1", "f2", "f3", "f4"] == room.claim()
    assert [] == room.claim()


def test_rate_given_in_the_middle_of_a_mailing_holds_at_once(room: Room) -> None:
    """Also for those who were planned before."""
    room.plan()
    room.limit()

    assert ["s0", "f0", "f1", "f2", "f3", "f4"] == room.claim()


def test_rate_taken_away_lets_all_go(room: Room) -> None:
    """Nobody is forgotten in the queue of a domain that has no rate any more."""
    room.limit()
    room.plan()
    room.claim()
    with room.database.write() as tx:
        domains.remove_rate(tx, "slow.example", room.now)

    assert ["s1", "s2", "s3", "s4"] == room.claim()


def test_planned_after_a_rate_was_taken_away_is_claimed(room: Room) -> None:
    """The queue stays open for whoever was planned into it."""
    room.limit()
    with room.database.write() as tx:
        domains.remove_rate(tx, "slow.example", room.now)
    room.plan()

    assert 10 == len(room.claim())


def test_changed_rate_holds_at_once(room: Room) -> None:
    """Whoever waits waits for the new one."""
    room.limit()
    room.plan()
    room.claim()
    room.limit("1000/s")
    room.claim()
    room.now += timedelta(seconds=1)
    if not room.database.is_sqlite:
        # There the moments are the database's.
        with room.database.write() as tx:
            tx.execute(text("UPDATE allowance SET next_at = clock_timestamp()"))

    assert ["s1", "s2", "s3", "s4"] == room.claim()


def test_what_is_not_claimed_is_not_spent(room: Room) -> None:
    """A domain without anybody waiting keeps its rate for who comes."""
    room.limit()
    assert [] == room.claim()
    room.plan()

    assert "s0" in room.claim()


def test_claim_goes_on_while_a_domain_waits(room: Room) -> None:
    """A mailer that ends when idle does not end with people waiting for their domain."""
    room.limit()
    room.plan()
    room.claim()
    with room.database.read() as tx:
        assert mailings.outstanding(tx, room.now).is_ready


def test_small_claims_take_both(room: Room) -> None:
    """Neither queue starves the other."""
    room.limit()
    room.plan()

    assert ["s0", "f0", "f1"] == room.claim(3)
    assert ["f2", "f3"] == room.claim(2)


def test_subdomains_and_longer_names_are_others(database: Database, keyring: Keyring, now: datetime) -> None:
    """The rate is that of exactly this domain."""
    room = Room(database, keyring, now, slow=1, fast=0)
    with database.write() as tx:
        for name in ("x@mail.slow.example", "y@notslow.example", "z@slow.example.net"):
            people.join(tx, keyring, room.room.list_id, name, now)
    room.limit()
    room.plan()
    with database.read() as tx:
        marked = tx.execute(delivery.select().where(delivery.c.paced_domain == "slow.example")).all()

    assert ["s0@slow.example"] == [row.email for row in marked]


def test_notice_does_not_wait(room: Room) -> None:
    """A confirmation goes before thousands of issues."""
    room.limit()
    room.plan()
    room.claim()
    with room.database.write() as tx:
        person = register.find(tx, parse("s1@slow.example"))
        draft = mailroom.a_draft(LetterKind.WELCOME)
        letter = letters.freeze(tx, draft, room.now, newsletter_id=None, issue_id=None, list_id=room.room.list_id)
        ledger.plan_notice(tx, letter.id, LetterKind.WELCOME, person.id, room.room.list_id, room.now)

    assert ["s1"] == room.claim()


def test_deferred_waits_for_its_moment_and_then_for_its_domain(room: Room) -> None:
    """Not before either."""
    room.limit("1000/s")
    letter_id = room.plan()
    later = room.now + timedelta(hours=1)
    with room.database.write() as tx:
        tx.execute(
            update(delivery)
            .where(delivery.c.letter_id == letter_id, delivery.c.email == "s0@slow.example")
            .values(state="deferred", not_before=later)
        )

    assert "s0" not in room.claim()
    room.now = later
    assert ["s0"] == room.claim()


def test_claim_does_not_walk_past_a_slow_domain(sqlite_url: str, keyring: Keyring, now: datetime) -> None:
    """Its people stand in a part of the index of their own."""
    database = Database(sqlite_url)
    room = Room(database, keyring, now)
    room.limit()
    room.plan()
    statement = (
        "EXPLAIN QUERY PLAN SELECT id FROM delivery WHERE letter_id = 1 AND paced_domain = ''"
        " AND state IN ('pending', 'deferred') AND not_before <= '2030' ORDER BY not_before, id LIMIT 9"
    )
    with database.read() as tx:
        [step] = tx.execute(text(statement)).all()
    database.close()

    assert "ix_delivery_open (letter_id=? AND paced_domain=? AND not_before<?)" in step.detail


def test_international_domain_is_its_a_label(room: Room) -> None:
    """As addresses have it."""
    with room.database.write() as tx:
        made = domains.set_rate(tx, " BÜCHER.example ", SLOW, room.now)

    assert "xn--bcher-kva.example" == made.domain


@pytest.mark.parametrize("domain", ["", "gmail", "a b.example", "somebody@gmail.com", "gmail.com, yahoo.com", "%", "x" * 300])
def test_what_is_no_domain_is_refused(room: Room, domain: str) -> None:
    """In words."""
    with room.database.write() as tx, pytest.raises(BadValue, match="domain"):
        domains.set_rate(tx, domain, SLOW, room.now)


def test_taking_away_what_there_is_not_is_told(room: Room) -> None:
    """Perhaps it was spelled otherwise."""
    with room.database.write() as tx, pytest.raises(DomainNotFound):
        domains.remove_rate(tx, "gmail.com", room.now)


def test_two_workers_share_a_domain_s_rate(postgres_url: str, keyring: Keyring, now: datetime) -> None:
    """While one claims, the other takes from everybody else."""
    database = Database(postgres_url)
    room = Room(database, keyring, now)
    room.limit()
    room.plan()
    with database.write() as mine:
        first = mailroom.names(room.claimed(mine, 2))
        with database.write() as other:
            second = mailroom.names(room.claimed(other, 9))
    database.close()

    assert (["s0", "f0"], ["f1", "f2", "f3", "f4"]) == (first, second)
