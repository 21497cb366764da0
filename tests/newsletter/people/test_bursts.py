"""Bursts of departures: found, told, undone as one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from newsletter.database import Database
from newsletter.errors import BurstNotFound, WrongBurst
from newsletter.issues import alerts
from newsletter.people import bursts, departures
from newsletter.people.departures import FEWEST, Why
from newsletter.people.withdraw import withdraw, withdraw_everywhere
from newsletter.tables.mail import delivery
from newsletter.worker.people import Lookout
from subscribers import privacy, register, suppression
from subscribers.consent import Door, Evidence
from subscribers.model import Reason
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom, people
from tests.harness.lookout import look
from tests.harness.mailroom import Mailroom

STAFF = tuple(f"staff{number}" for number in range(8))
# By which the mail scanner of one house asks, or somebody at home.
SCANNER = Evidence(Door.LINK, "Unsubscribe", "203.0.113.9", "Mozilla/5.0")
MINUTE = timedelta(minutes=1)


class Aftermath:
    """A letter that everybody has just got, and what happens in the minutes after it."""

    def __init__(self, database: Database, keyring: Keyring, now: datetime) -> None:
        self.database = database
        self.keyring = keyring
        self.now = now
        with database.write() as tx:
            self.room: Mailroom = mailroom.open_mailroom(tx, keyring, now, STAFF)
            tx.execute(update(delivery).values(state="accepted", settled_at=now))

    def leave(self, names: Sequence[str], after: timedelta = MINUTE, evidence: Evidence = SCANNER) -> None:
        """Let people leave by a link."""
        with self.database.write() as tx:
            for name in names:
                withdraw(tx, self.keyring, mailroom.subscription_of(tx, name).id, self.now + after, evidence)

    def found(self, after: timedelta = 5 * MINUTE, lookout: Lookout | None = None) -> list[int]:
        """Look for bursts; gives how many people are in each."""
        look(self.database, self.now + after, lookout)
        with self.database.read() as tx:
            return [burst.people for burst in departures.bursts(tx)]

    def alerts(self) -> list[str]:
        """Give what waits for a person."""
        with self.database.read() as tx:
            return [alert.key for alert in alerts.open_alerts(tx)]

    def undo(self) -> bursts.Undone:
        """Undo the first burst."""
        with self.database.write() as tx:
            return bursts.undo(tx, self.keyring, 1, "ann", self.now + 10 * MINUTE)

    def reachable(self) -> set[str]:
        """Give who may be written to."""
        with self.database.read() as tx:
            return {email.partition("@")[0] for email in people.audience_of(tx, self.room.list_id)}


@pytest.fixture
def aftermath(database: Database, keyring: Keyring, now: datetime) -> Aftermath:
    """Give the minutes after a letter."""
    return Aftermath(database, keyring, now)


def test_a_house_that_leaves_at_once_is_flagged(aftermath: Aftermath) -> None:
    """One alert; nothing is undone by itself."""
    aftermath.leave(STAFF[:FEWEST])

    assert [FEWEST] == aftermath.found()
    assert ["departures:1"] == aftermath.alerts()
    assert set(STAFF[FEWEST:]) == aftermath.reachable()


def test_the_alert_ends_with_the_command_that_undoes_it(aftermath: Aftermath) -> None:
    """Where the desk leaves it out."""
    aftermath.leave(STAFF[:FEWEST])
    aftermath.found()
    with aftermath.database.read() as tx:
        [told] = alerts.open_alerts(tx)

    assert told.text.endswith(", one command puts them back: newsletter departures undo 1")


def test_latecomers_are_counted_with_the_others(aftermath: Aftermath) -> None:
    """However few they are, and once."""
    aftermath.leave(STAFF[:FEWEST])
    aftermath.found()
    aftermath.leave(STAFF[FEWEST : FEWEST + 1], 6 * MINUTE)

    assert [FEWEST + 1] == aftermath.found(7 * MINUTE)
    assert [FEWEST + 1] == aftermath.found(8 * MINUTE)
    assert ["departures:1"] == aftermath.alerts()


def test_few_people_are_no_burst(aftermath: Aftermath) -> None:
    """Colleagues may leave together."""
    aftermath.leave(STAFF[: FEWEST - 1])

    assert [] == aftermath.found()


def test_departures_long_after_the_letter_are_no_burst(aftermath: Aftermath) -> None:
    """A scanner looks when the mail comes in."""
    aftermath.leave(STAFF, departures.AFTER_THE_MAIL + MINUTE)

    assert [] == aftermath.found(departures.AFTER_THE_MAIL + 2 * MINUTE)


def test_different_networks_are_no_burst(aftermath: Aftermath) -> None:
    """People at home leave one by one."""
    for number, name in enumerate(STAFF):
        aftermath.leave([name], evidence=Evidence(Door.LINK, "", f"10.0.{number}.1", ""))

    assert [] == aftermath.found()


def test_a_provider_pressing_for_a_few_of_its_many_people_is_no_burst(
    aftermath: Aftermath, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its servers send one-click for their readers (RFC 8058), in the minutes after every issue."""
    monkeypatch.setattr(departures, "FEWEST", 3)
    aftermath.leave(STAFF[:3], evidence=people.ONE_CLICK)

    assert [] == aftermath.found()


def test_who_was_found_harmless_is_judged_again_when_more_have_left(
    aftermath: Aftermath, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judging walks everybody who got the letter; once is enough for those who left, at however many ticks."""
    monkeypatch.setattr(departures, "FEWEST", 2)
    lookout = Lookout()
    aftermath.leave(STAFF[:1])
    aftermath.leave(STAFF[1:3], 20 * MINUTE)
    before = aftermath.found(21 * MINUTE, lookout)
    with aftermath.database.write() as tx:
        # Now they would be half of all who got it.
        tx.execute(
            update(delivery).where(delivery.c.email.in_([f"{name}@example.net" for name in STAFF[4:]])).values(state="refused")
        )
    again = aftermath.found(22 * MINUTE, lookout)
    # An hour after the first of them left, and minutes after nobody else.
    aged = aftermath.found(62 * MINUTE, lookout)
    aftermath.leave(STAFF[3:4], 25 * MINUTE)

    assert [] == before == again == aged
    assert [4] == aftermath.found(62 * MINUTE, lookout)


def test_nobody_who_writes_waits_for_the_judging(aftermath: Aftermath, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite there is one writer at a time, and here it is somebody else."""
    monkeypatch.setattr(departures, "FEWEST", 3)
    aftermath.leave(STAFF[:3])
    with aftermath.database.write():
        look(aftermath.database, aftermath.now + 5 * MINUTE)

    assert [] == aftermath.found()


def test_a_gateway_of_very_many_houses_is_flagged(aftermath: Aftermath, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the houses from which most people left."""
    monkeypatch.setattr(departures, "MOST_DOMAINS", 1)
    with aftermath.database.write() as tx:
        for number, name in enumerate(STAFF[:3]):
            person = mailroom.subscription_of(tx, name).subscriber_id
            tx.execute(update(subscriber).where(subscriber.c.id == person).values(email=f"{name}@house{number}.example"))
    aftermath.leave(STAFF)

    assert [len(STAFF)] == aftermath.found()


def test_undone_everybody_is_where_they_were(aftermath: Aftermath, now: datetime) -> None:
    """With the moment of their yes, the departure and its undoing in the evidence."""
    aftermath.leave(STAFF[:FEWEST])
    aftermath.found()

    assert bursts.Undone(FEWEST, 0) == aftermath.undo()
    assert set(STAFF) == aftermath.reachable()
    assert [] == aftermath.alerts()
    with aftermath.database.read() as tx:
        back = mailroom.subscription_of(tx, STAFF[0])
        said = register.consent_of(tx, aftermath.keyring.hash_address(f"{STAFF[0]}@example.net"))
    assert (now, None) == (back.confirmed_at, back.withdrawn_at)
    assert ["requested", "confirmed", "withdrawn", "added"] == [one.act for one in said]
    assert "undone by ann as the work of a mail scanner" in said[-1].evidence.wording


def test_undoing_twice_is_refused(aftermath: Aftermath) -> None:
    """And so is undoing what is not there."""
    aftermath.leave(STAFF[:FEWEST])
    aftermath.found()
    aftermath.undo()

    with pytest.raises(WrongBurst):
        aftermath.undo()
    with aftermath.database.write() as tx, pytest.raises(BurstNotFound):
        bursts.undo(tx, aftermath.keyring, 2, "ann", aftermath.now)


def again(tx: Transaction, keyring: Keyring, now: datetime, name: str) -> None:
    """Say the no once more, by oneself, after having come back."""
    person = mailroom.subscription_of(tx, name)
    withdraw_everywhere(tx, keyring, person.subscriber_id, now, people.LINK)


def complain(tx: Transaction, keyring: Keyring, now: datetime, name: str) -> None:
    """Call the mail spam."""
    suppression.suppress(tx, keyring.hash_address(f"{name}@example.net"), Reason.COMPLAINED, now)


def erase(tx: Transaction, keyring: Keyring, now: datetime, name: str) -> None:
    """Ask to be forgotten."""
    privacy.erase(tx, keyring, mailroom.subscription_of(tx, name).subscriber_id, now)


@pytest.mark.parametrize("said", [again, complain, erase])
def test_who_said_something_since_is_left_alone(aftermath: Aftermath, said: object) -> None:
    """Nobody who said no themselves is brought back by the undoing."""
    aftermath.leave(STAFF[:FEWEST])
    aftermath.found()
    with aftermath.database.write() as tx:
        assert callable(said)
        said(tx, aftermath.keyring, aftermath.now + 6 * MINUTE, STAFF[0])
    undone = aftermath.undo()

    assert FEWEST - 1 == undone.restored
    assert STAFF[0] not in aftermath.reachable()


def test_why_is_kept_with_the_last_departure(aftermath: Aftermath) -> None:
    """And counted by list."""
    aftermath.leave(STAFF[:2])
    with aftermath.database.write() as tx:
        departures.say_why(tx, mailroom.subscription_of(tx, STAFF[0]).id, Why.TOO_OFTEN)

        assert {"too-often": 1, "": 1} == departures.reasons(tx, aftermath.room.list_id, aftermath.now)
        assert {} == departures.reasons(tx, aftermath.room.list_id, aftermath.now + 2 * MINUTE)
