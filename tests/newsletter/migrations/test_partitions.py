"""The migration by which deliveries lie in partitions."""

from datetime import datetime

import pytest
from alembic import command
from sqlalchemy import select, text

from newsletter.database import Database
from newsletter.mail.delivery import DeliveryState, Phase, Reply, Verdict
from newsletter.shape import config
from newsletter.tables.mail import delivery
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.newsletter.mail.conftest import Ledger

BEFORE = "0071"


@pytest.fixture
def book(database: Database, keyring: Keyring, now: datetime) -> Ledger:
    """Give a ledger with a letter for Ann, Bob and Cem."""
    with database.write() as tx:
        return Ledger(database, mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem")), now)


def test_deliveries_from_before_are_the_first_partition(database: Database, book: Ledger, now: datetime) -> None:
    """Nobody is lost, what was said of them stays, numbers go on, and mailing goes on there and back."""
    ann, bob, _cem = book.claim(book.start("one"))
    book.send("one", ann)
    later = Verdict(DeliveryState.DEFERRED, not_before=now)
    book.mark("one", bob)
    book.settle("one", bob, later, Reply(Phase.RCPT, 450, "4.2.0", "4.2.0 later"))
    before = rows(database)
    with database.write() as tx:
        command.downgrade(config(tx), BEFORE)
    assert before == rows(database)
    with database.write() as tx:
        command.upgrade(config(tx), "head")

    assert before == rows(database)
    with database.write() as tx:
        assert ["deferred"] == mailroom.attempts(tx)
        another = mailroom.plan(tx, book.room.newsletter_id, book.room.list_id, now, mailroom.a_draft(subject="More"))
        assert 6 == len(tx.execute(select(delivery.c.id).distinct()).all())
        if not database.is_sqlite:
            where = text("SELECT DISTINCT tableoid::regclass::text FROM delivery")
            assert ["delivery_from_0"] == list(tx.execute(where).scalars())
    assert another in {one.letter_id for one in book.claim(book.start("two"))}


def rows(database: Database) -> list[tuple[object, ...]]:
    """Give all deliveries as they are."""
    with database.read() as tx:
        return [tuple(row) for row in tx.execute(select(delivery).order_by(delivery.c.id))]
