"""What came back from people, for the rooms that must know."""

from datetime import datetime, timedelta

from sqlalchemy import select

from newsletter.database import Database
from newsletter.mail import returned as store
from newsletter.people.erase import erase
from newsletter.tables.returns import return_fact, return_message
from subscribers.tokens import Keyring
from tests.harness import mailroom, returned
from tests.harness.mailroom import Mailroom


def came_back(database: Database, keyring: Keyring, now: datetime) -> Mailroom:
    """Let a letter come back from all three."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem"))
        for name in ("ann", "bob", "cem"):
            to = returned.address(keyring, returned.delivery_of(tx, name, room.letter_id))
            returned.take(tx, keyring, returned.bounce(to), returned.DEAD, now)
    return room


def test_messages_are_deleted_after_their_time_and_facts_stay(database: Database, keyring: Keyring, now: datetime) -> None:
    """Some at a time."""
    came_back(database, keyring, now)
    with database.write() as tx:
        counts = [store.kept_before(tx, moment) for moment in (now, now + timedelta(seconds=1))]
        gone = [store.forget_before(tx, now + timedelta(seconds=1), limit) for limit in (2, 10, 10)]

        assert ([0, 3], [2, 1, 0]) == (counts, gone)
        assert [] == tx.execute(select(return_message.c.id)).scalars().all()
        assert 3 == len(returned.facts(tx))


def test_whoever_is_erased_is_not_named_by_what_comes_late(database: Database, keyring: Keyring, now: datetime) -> None:
    """That something came back stays, without a word of it."""
    room = came_back(database, keyring, now)
    with database.write() as tx:
        ann = returned.delivery_of(tx, "ann", room.letter_id)
        erase(tx, keyring, mailroom.subscription_of(tx, "ann").subscriber_id, now)
        returned.take(tx, keyring, returned.bounce(returned.address(keyring, ann), subject="Ann"), returned.COMPLAINT, now)
        facts = tx.execute(select(return_fact).where(return_fact.c.delivery_id == ann)).all()
        [late] = tx.execute(select(return_message).where(return_message.c.delivery_id == ann)).all()

        assert [("", "", "", None)] * 2 == [(one.reason, one.words, one.domain, one.subscriber_id) for one in facts]
        assert ("", "", "") == (late.sender, late.subject, late.recipient)
        assert late.raw == returned.nothing()
