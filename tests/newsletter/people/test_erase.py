from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import select

from newsletter.database import Database
from newsletter.mail import gate, leases, workers
from newsletter.mail.delivery import DeliveryState, Passage
from newsletter.people.erase import erase
from newsletter.people.withdraw import withdraw
from newsletter.tables.mail import attempt, delivery
from subscribers import register, suppression
from subscribers.address import parse
from subscribers.errors import SubscriberNotFound
from subscribers.tables.kinds import metadata
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom, people
from tests.harness.mailroom import Mailroom
from tests.harness.people import ONE_CLICK

WORKER = "worker-1"


def everything(tx: Transaction) -> str:
    """Give the whole database as one text."""
    return "\n".join(str(row) for table in metadata.sorted_tables for row in tx.execute(select(table)))


def test_erased_person_is_nowhere_in_the_database(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Neither on the list nor on the ledger; the row of the delivery stays, so that the figures add up."""
    with database.write() as tx:
        ann = register.find(tx, parse("ann@example.net"))
        erase(tx, keyring, ann.id, now)

    with database.read() as tx:
        assert "ann@" not in everything(tx).lower()
        assert "'Ann'" not in everything(tx)
        assert [DeliveryState.SKIPPED, DeliveryState.PENDING, DeliveryState.PENDING] == (
            mailroom.column(tx, room.letter_id, "state")
        )
        assert suppression.is_suppressed(tx, keyring.hash_address("ann@example.net"), room.list_id)
        assert ["bob@example.net", "cem@example.net"] == people.audience_of(tx, room.list_id)


def test_erased_while_leased_is_not_sent(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """The gate finds nothing to mark."""
    with database.write() as tx:
        workers.register(tx, WORKER, "here", now)
        claimed = leases.claim(tx, WORKER, now, 1)
    with database.write() as tx:
        erase(tx, keyring, register.find(tx, parse("ann@example.net")).id, now)
    with database.write() as tx:
        passages = gate.mark(tx, WORKER, claimed, now)

    assert [Passage.GONE] == list(passages.values())


def test_erasing_nobody_is_told_and_changes_nothing(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """By the id."""
    with pytest.raises(SubscriberNotFound, match="1000000"), database.write() as tx:
        erase(tx, keyring, 10**6, now)

    with database.read() as tx:
        assert 3 == len(mailroom.states(tx, room.letter_id))
        assert [] == tx.execute(select(attempt.c.id)).all()


def test_leaving_and_being_erased_at_once_do_not_lock_each_other(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Both verbs take the person first and the deliveries after."""
    with database.read() as tx:
        standings = [mailroom.subscription_of(tx, name) for name in ("ann", "bob", "cem")]

    def leave(number: int) -> None:
        with database.write() as tx:
            withdraw(tx, keyring, standings[number].id, now, ONE_CLICK)

    def forget(number: int) -> None:
        with database.write() as tx:
            erase(tx, keyring, standings[number].subscriber_id, now)

    with ThreadPoolExecutor(6) as pool:
        for answer in [pool.submit(verb, number) for number in range(3) for verb in (leave, forget)]:
            answer.result()

    with database.read() as tx:
        assert [] == people.audience_of(tx, room.list_id)
        assert ["", "", ""] == list(tx.execute(select(delivery.c.email)).scalars())
