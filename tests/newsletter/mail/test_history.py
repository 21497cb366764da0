"""The history of deliveries: what is told of it, and what is forgotten of it at which cost."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from newsletter.database import Database
from newsletter.mail import history
from newsletter.people.erase import erase
from newsletter.tables.mail import delivery, mailing
from subscribers.tokens import Keyring
from tests.harness import mailroom, plans
from tests.harness.mailroom import Mailroom

DAY = timedelta(days=1)


@pytest.fixture
def room(database: Database, keyring: Keyring, now: datetime) -> Mailroom:
    """Give a letter that went to Ann, Bob and Cem, and a list to which others may go."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem"))
        tx.execute(update(mailing).values(state="finished", finished_at=now))
    return room


def test_a_batch_costs_no_more_than_it_takes(database: Database, now: datetime, room: Mailroom) -> None:
    """However many rows the letter has, and however many letters there are: neither is walked, and nothing is sorted."""
    with database.write() as tx:
        assert [] == plans.walks(tx, lambda: history.forget_names(tx, now + DAY, 2))
        assert 1 == history.named(tx, now + DAY)


def test_a_batch_goes_through_as_many_letters_as_it_needs(database: Database, now: datetime, room: Mailroom) -> None:
    """Each notice is a letter of its own; one that is younger is left alone."""
    with database.write() as tx:
        for number in range(3):
            mailroom.plan(tx, room.newsletter_id, room.list_id, now + number * DAY)
        tx.execute(update(mailing).values(state="finished", finished_at=now))
        taken = [history.forget_names(tx, now + 2 * DAY, limit) for limit in (1, 4, 10, 10)]
        through = tx.execute(select(func.count()).where(mailing.c.names_forgotten_at.is_not(None))).scalar_one()

        assert [1, 4, 4, 0] == taken
        assert 3 == through
        assert 3 == history.named(tx, now + 9 * DAY)


def test_hash_of_who_was_erased_goes_with_the_names(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Their address went before; by the hash one could still look whether a letter had gone to it."""
    with database.write() as tx:
        erase(tx, keyring, mailroom.subscription_of(tx, "ann").subscriber_id, now)
        before, forgotten = history.named(tx, now + DAY), history.forget_names(tx, now + DAY, 10)
        left = tx.execute(select(delivery.c.email_hash)).scalars().all()

    assert 3 == before == forgotten
    assert {history.FORGOTTEN} == {one[: len(history.FORGOTTEN)] for one in left}
