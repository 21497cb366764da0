from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.mail import gate, leases, workers
from newsletter.mail.delivery import DeliveryState, Passage
from newsletter.people.withdraw import NOTE, withdraw, withdraw_everywhere
from subscribers import acts, register, suppression
from subscribers.address import parse
from subscribers.consent import Act
from subscribers.errors import SubscriberNotFound
from subscribers.model import Reason
from subscribers.outcomes import AlreadyWithdrawn, Suppressed, Unknown, Withdrawn
from subscribers.tokens import Keyring
from tests.harness import chains, mailroom, people
from tests.harness.mailroom import Mailroom
from tests.harness.people import COMMAND, ONE_CLICK

WORKER = "worker-1"


def test_no_reaches_what_waits_for_the_mailer(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """The delivery is settled in the same transaction, with its reason; the others go on."""
    with database.write() as tx:
        left = withdraw(tx, keyring, mailroom.subscription_of(tx, "ann").id, now, ONE_CLICK)

    with database.read() as tx:
        assert isinstance(left, Withdrawn)
        assert {"ann": DeliveryState.SKIPPED, "bob": DeliveryState.PENDING, "cem": DeliveryState.PENDING} == (
            mailroom.states(tx, room.letter_id)
        )
        assert [NOTE, "", ""] == mailroom.column(tx, room.letter_id, "note")


def test_no_comes_before_the_mark_of_a_mailer(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """A delivery a worker had leased already is not sent any more."""
    with database.write() as tx:
        workers.register(tx, WORKER, "here", now)
        claimed = leases.claim(tx, WORKER, now, 10)
    with database.write() as tx:
        withdraw(tx, keyring, mailroom.subscription_of(tx, "ann").id, now, ONE_CLICK)
    with database.write() as tx:
        passages = gate.mark(tx, WORKER, claimed, now)

    assert [Passage.GONE, Passage.GRANTED, Passage.GRANTED] == [passages[one.id] for one in claimed]


def test_no_after_the_mark_leaves_the_message_on_the_wire(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Only that one may still arrive, and its outcome is written as ever."""
    with database.write() as tx:
        workers.register(tx, WORKER, "here", now)
        claimed = leases.claim(tx, WORKER, now, 1)
        gate.mark(tx, WORKER, [claimed[0]], now)
    with database.write() as tx:
        withdraw(tx, keyring, mailroom.subscription_of(tx, "ann").id, now, ONE_CLICK)

    with database.read() as tx:
        assert DeliveryState.SENDING == mailroom.states(tx, room.letter_id)["ann"]
        assert ["bob@example.net", "cem@example.net"] == people.audience_of(tx, room.list_id)


def test_no_said_twice_and_no_from_nobody(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Both are answered, and change nothing."""
    with database.write() as tx:
        subscription_id = mailroom.subscription_of(tx, "ann").id
        withdraw(tx, keyring, subscription_id, now, ONE_CLICK)
        before = mailroom.states(tx, room.letter_id)
        outcomes = [withdraw(tx, keyring, number, now, ONE_CLICK) for number in (subscription_id, 10**6)]

        assert [AlreadyWithdrawn, Unknown] == [type(outcome) for outcome in outcomes]
        assert before == mailroom.states(tx, room.letter_id)


def test_no_to_everything_reaches_every_list(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Those the person stands on, and those they do not."""
    with database.write() as tx:
        other, unknown = people.a_list(tx, now, "Other").id, people.a_list(tx, now, "Unknown").id
        ann = people.join(tx, keyring, other, "ann@example.net", people.later(now)).subscriber
        left = withdraw_everywhere(tx, keyring, ann.id, people.later(now), COMMAND)
        added = register.add(tx, keyring, unknown, ann.address, "", now, COMMAND, is_confirmed=True)

        assert [Withdrawn, Withdrawn] == [type(outcome) for outcome in left]
        assert DeliveryState.SKIPPED == mailroom.states(tx, room.letter_id)["ann"]
        assert [] == people.audience_of(tx, other)
        assert Suppressed(Reason.UNSUBSCRIBED) == added


def test_no_to_everything_is_an_act_of_its_own(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Beside those to the lists they stood on; said again it adds nothing, until a yes lies between."""
    with database.write() as tx:
        person = register.find(tx, parse("ann@example.net"))
        for _ in range(2):
            withdraw_everywhere(tx, keyring, person.id, now, COMMAND)
        once = [one.list_id for one in acts.of_person(tx, person.id) if one.act is Act.WITHDRAWN]
        people.join(tx, keyring, room.list_id, "ann@example.net", people.later(now))
        withdraw_everywhere(tx, keyring, person.id, people.later(now), COMMAND)
        twice = [one.list_id for one in acts.of_person(tx, person.id) if one.act is Act.WITHDRAWN]

        assert [room.list_id, None] == once
        assert [room.list_id, None] * 2 == twice
        assert [] == chains.broken(tx)


def test_who_left_everything_comes_back_to_one_list(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """By a fresh confirmation; the others stay as they were."""
    with database.write() as tx:
        other = people.a_list(tx, now, "Other").id
        withdraw_everywhere(tx, keyring, register.find(tx, parse("ann@example.net")).id, now, COMMAND)
        back = people.join(tx, keyring, room.list_id, "ann@example.net", people.later(now))

        assert back.subscription.is_confirmed
        assert "ann@example.net" in people.audience_of(tx, room.list_id)
        assert suppression.is_suppressed(tx, keyring.hash_address("ann@example.net"), other)


def test_no_of_nobody_to_everything_is_told(database: Database, keyring: Keyring, now: datetime) -> None:
    """By the id."""
    with pytest.raises(SubscriberNotFound, match="7"), database.write() as tx:
        withdraw_everywhere(tx, keyring, 7, now, COMMAND)
