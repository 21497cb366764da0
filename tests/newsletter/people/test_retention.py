"""Row G08: what is kept no longer is forgotten as the dry run said, also when it is killed in the middle."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from newsletter.database import Database
from newsletter.mail import history
from newsletter.people import departures, retention
from newsletter.people.departures import Why
from newsletter.people.erase import erase
from newsletter.people.retention import BATCH, Keep
from newsletter.people.withdraw import withdraw
from newsletter.tables.departures import departure, departure_burst
from newsletter.tables.mail import delivery, mailing
from subscribers import register, suppression
from subscribers import retention as kept
from subscribers.address import parse
from subscribers.errors import SubscriberNotFound
from subscribers.model import Reason
from subscribers.tables.evidence import consent
from subscribers.tokens import Keyring
from tests.harness import mailroom, people, plans
from tests.harness.mailroom import Mailroom
from tests.harness.people import LINK, ONE_CLICK

YEAR = timedelta(days=365)
DAY = timedelta(days=1)


@pytest.fixture
def old(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> Mailroom:
    """Give a mailing that ended; Ann left behind it, and Dee was erased."""
    with database.write() as tx:
        tx.execute(update(delivery).values(state="accepted", settled_at=now, code=250, reply="250 fine"))
        tx.execute(update(mailing).values(state="finished", finished_at=now))
        withdraw(tx, keyring, mailroom.subscription_of(tx, "ann").id, now + DAY, ONE_CLICK)
        dee = people.join(tx, keyring, room.list_id, "dee@example.net", now)
        erase(tx, keyring, dee.subscriber.id, now + DAY)
    return room


def tried(database: Database, keyring: Keyring, now: datetime, keep: Keep | None = None) -> Mapping[str, int]:
    """Count what would be forgotten."""
    with database.read() as tx:
        return retention.due(tx, retention.rules(keep or Keep(), keyring, now), now)


def forgotten(database: Database, keyring: Keyring, now: datetime) -> Mapping[str, int]:
    """Forget, to the end; gives how much of what."""
    followed = retention.rules(Keep(), keyring, now)
    batches = list(retention.forget(database, followed, now))
    return batches[-1] if batches else {}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(days=300), set()),
        (YEAR + 2 * DAY, {"networks", "departures"}),
        (2 * YEAR + DAY, {"networks", "departures", "deliveries"}),
        (3 * YEAR + 2 * DAY, {"networks", "departures", "deliveries", "left", "evidence"}),
    ],
)
def test_what_is_tried_is_done(
    database: Database, keyring: Keyring, now: datetime, old: Mailroom, after: timedelta, expected: set[str]
) -> None:
    """Each in its time, and nothing is left of it."""
    then = now + after
    would = tried(database, keyring, then)
    done = forgotten(database, keyring, then)

    assert expected == {name for name, count in would.items() if count}
    assert {name: count for name, count in would.items() if count} == {name: count for name, count in done.items() if count}
    assert 0 == sum(tried(database, keyring, then).values())


def test_old_delivery_keeps_issue_state_and_times(database: Database, keyring: Keyring, now: datetime, old: Mailroom) -> None:
    """A younger one is left alone."""
    with database.write() as tx:
        mailroom.plan(tx, old.newsletter_id, old.list_id, now + 2 * YEAR)
        tx.execute(update(mailing).where(mailing.c.letter_id != old.letter_id).values(state="finished"))
    forgotten(database, keyring, now + 2 * YEAR + DAY)

    with database.read() as tx:
        rows = tx.execute(select(delivery).where(delivery.c.letter_id == old.letter_id)).all()
        assert {("accepted", now, "", "", None)} == {
            (row.state, row.settled_at, row.email, row.name, row.subscriber_id) for row in rows
        }
        assert not any("example" in f"{row.reply}{row.email_hash}" for row in rows)
        assert 2 == history.named(tx, now + 5 * YEAR)


def test_who_left_long_ago_is_erased_and_stays_away(database: Database, keyring: Keyring, now: datetime, old: Mailroom) -> None:
    """Bob and Cem, who are still on the list, stay; Dee's evidence is found no more, and holds."""
    forgotten(database, keyring, now + 3 * YEAR + 2 * DAY)

    with database.read() as tx:
        with pytest.raises(SubscriberNotFound):
            register.find(tx, parse("ann@example.net"))
        assert ["bob@example.net", "cem@example.net"] == people.audience_of(tx, old.list_id)
        assert Reason.ERASED == suppression.reason_of(tx, keyring.hash_address("ann@example.net"), old.list_id)
        assert Reason.ERASED == suppression.reason_of(tx, keyring.hash_address("dee@example.net"), old.list_id)
        assert () == register.consent_of(tx, keyring.hash_address("dee@example.net"))
        erasure = register.consent_of(tx, keyring.hash_address("ann@example.net"))[-1]
        assert "Had left every list, and is kept no longer." == erasure.evidence.wording
        assert {""} == set(tx.execute(select(consent.c.network)).scalars())


def test_a_departure_outlasts_its_network(database: Database, keyring: Keyring, now: datetime, old: Mailroom) -> None:
    """That somebody left, when and why is counted; from where is nobody's business after a year, nor is it a burst's."""
    with database.write() as tx:
        departures.say_why(tx, mailroom.subscription_of(tx, "ann").id, Why.TOO_OFTEN)
        crowd = tx.execute(select(departure.c.network, departure.c.letter_id)).one()
        tx.execute(insert(departure_burst).values(network=crowd.network, letter_id=old.letter_id, found_at=now + DAY))
    forgotten(database, keyring, now + YEAR + 2 * DAY)

    with database.read() as tx:
        assert {Why.TOO_OFTEN: 1} == departures.reasons(tx, old.list_id, now)
        assert {""} == set(tx.execute(select(departure.c.network).union(select(departure_burst.c.network))).scalars())


def test_who_asks_to_come_back_is_not_erased(database: Database, keyring: Keyring, now: datetime, old: Mailroom) -> None:
    """The button in the mail to them works the next morning."""
    then = now + 3 * YEAR + 2 * DAY
    with database.write() as tx:
        due = people.ask(tx, keyring, old.list_id, "ann@example.net", then - timedelta(minutes=1))

    assert 0 == tried(database, keyring, then)["left"]
    assert 0 == forgotten(database, keyring, then)["left"]
    with database.write() as tx:
        register.confirm(tx, keyring, due.confirmation_id, then + timedelta(hours=6), LINK)
        assert "ann@example.net" in people.audience_of(tx, old.list_id)


def test_who_asks_to_come_back_between_being_found_and_being_erased_stays(
    database: Database, keyring: Keyring, now: datetime, old: Mailroom
) -> None:
    """It is asked once more when the row is held."""
    before = now + 2 * DAY
    with database.write() as tx:
        ann = mailroom.subscription_of(tx, "ann").subscriber_id
        found = kept.next_left(tx, before, 0, 10)
        assert [(ann,), (ann,), ()] == [found, kept.hold_left(tx, before, found), kept.next_left(tx, before, ann, 10)]
        people.ask(tx, keyring, old.list_id, "ann@example.net", before + DAY)

        assert () == kept.hold_left(tx, before, found)


def test_erasures_of_long_ago_are_found_without_walking_the_evidence(
    database: Database, keyring: Keyring, now: datetime, old: Mailroom
) -> None:
    """Which has some acts of everybody."""
    with database.write() as tx:
        assert [] == plans.walks(tx, lambda: kept.erased(tx, now + 2 * DAY))
        assert [] == plans.walks(tx, lambda: kept.forget_erased(tx, now + 2 * DAY, 10))
        assert 0 == kept.erased(tx, now + 2 * DAY)


def test_many_who_left_are_erased_in_batches(database: Database, keyring: Keyring, now: datetime) -> None:
    """Each is found once, and whoever stays between them is not."""
    with database.write() as tx:
        list_id = people.a_list(tx, now).id
        for number in range(BATCH + 5):
            joined = people.join(tx, keyring, list_id, f"reader{number}@example.net", now)
            if number != 3:
                register.withdraw(tx, keyring, joined.subscription.id, now, ONE_CLICK)
    then = now + 3 * YEAR + DAY
    followed = [rule for rule in retention.rules(Keep(), keyring, then) if rule.name == "left"]
    batches = [done["left"] for done in retention.forget(database, followed, then)]

    assert [BATCH, BATCH + 4] == batches
    with database.read() as tx:
        assert ["reader3@example.net"] == people.audience_of(tx, list_id)


def test_for_ever_is_for_ever(database: Database, keyring: Keyring, now: datetime, old: Mailroom) -> None:
    """Whatever the year."""
    keep = Keep(None, None, None)

    assert 0 == sum(tried(database, keyring, now + 50 * YEAR, keep).values())
    followed = retention.rules(keep, keyring, now + 50 * YEAR)
    assert [] == list(retention.forget(database, followed, now + 50 * YEAR))


def test_left_in_the_middle_and_begun_again_is_as_once(database: Database, keyring: Keyring, now: datetime) -> None:
    """In batches; a kill undoes one of them at most."""
    with database.write() as tx:
        list_id = people.a_list(tx, now).id
        for number in range(BATCH + 5):
            people.join(tx, keyring, list_id, f"reader{number}@example.net", now)
    then = now + YEAR + DAY
    would = tried(database, keyring, then)
    first = next(iter(retention.forget(database, retention.rules(Keep(), keyring, then), then)))

    assert (2 * (BATCH + 5), BATCH) == (would["networks"], first["networks"])
    assert would["networks"] - BATCH == forgotten(database, keyring, then)["networks"]
    assert {} == forgotten(database, keyring, then)
