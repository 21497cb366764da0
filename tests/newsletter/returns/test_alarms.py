"""What the staff is told of what came back."""

from datetime import datetime

import pytest
from sqlalchemy import insert

from newsletter.database import Database
from newsletter.issues import alerts
from newsletter.issues import store as issues
from newsletter.issues.model import IssueState
from newsletter.mail import dispatch, mailings
from newsletter.returns.model import Cause, Kind, Reading
from newsletter.tables.mail import figure
from subscribers import suppression
from subscribers.model import EVERY_LIST
from subscribers.tokens import Keyring
from tests.harness import mailroom, people, returned
from tests.harness.mailroom import Mailroom
from tests.harness.returned import COMPLAINT

DMARC = Reading(Kind.BOUNCE, Cause.AUTHENTICATION, "5.7.26", "550 5.7.26 <b>DMARC</b> policy of example.org", 1.0)
BLOCKED = Reading(Kind.BOUNCE, Cause.POLICY, "5.7.1", "blocked using zen.spamhaus.org", 1.0)


@pytest.fixture
def issue_id(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> int:
    """Give an issue that is being sent."""
    with database.write() as tx:
        made = mailroom.approved_issue(tx, room.newsletter_id, now)
        dispatch.send_issue(tx, made, now)
    return made


def bounce(database: Database, keyring: Keyring, issue_id: int, name: str, reading: Reading, now: datetime) -> None:
    """Let the issue come back from one of them."""
    with database.write() as tx:
        letter_id = mailings.letter_of_issue(tx, issue_id)
        assert letter_id is not None
        one = returned.delivery_of(tx, name, letter_id)
        returned.take(tx, keyring, returned.bounce(returned.address(keyring, one)), reading, now)


def test_authentication_pauses_the_issue_once_and_touches_nobody(
    database: Database, keyring: Keyring, now: datetime, issue_id: int
) -> None:
    """Whoever lets it go on has looked: what comes back later only tells."""
    bounce(database, keyring, issue_id, "ann", DMARC, now)
    with database.write() as tx:
        told = [one.text for one in alerts.open_alerts(tx)]
        assert issues.load(tx, issue_id).is_paused
        dispatch.resume(tx, issue_id, now)
    bounce(database, keyring, issue_id, "bob", DMARC, now)

    assert ["DMARC does not hold" in text for text in told] == [True, True]
    assert ["The mailing is paused." in text for text in told] == [False, True]
    with database.read() as tx:
        assert not issues.load(tx, issue_id).is_paused
        assert suppression.reason_of(tx, keyring.hash_address("ann@example.net"), EVERY_LIST) is None


def test_one_listing_is_told_and_pauses_nothing(database: Database, keyring: Keyring, now: datetime, issue_id: int) -> None:
    """Once for an issue and cause, with the name of the list."""
    for name in ("ann", "bob"):
        bounce(database, keyring, issue_id, name, BLOCKED, now)
    with database.read() as tx:
        told = [one.text for one in alerts.open_alerts(tx)]

        assert IssueState.SENDING is issues.load(tx, issue_id).state
        assert not issues.load(tx, issue_id).is_paused
    assert 1 == len(told)
    assert "blocklist of Spamhaus" in told[0]


def test_complaints_are_told_when_they_are_no_accident(
    database: Database, keyring: Keyring, now: datetime, issue_id: int
) -> None:
    """The first of three people is shown in the figures alone."""
    counts = []
    for name in ("ann", "bob"):
        bounce(database, keyring, issue_id, name, COMPLAINT, now)
        with database.read() as tx:
            counts.append([one.text for one in alerts.open_alerts(tx)])

    assert [] == counts[0]
    assert ["0.3 %" in text for text in counts[1]] == [True]


def test_a_listing_that_many_meet_pauses(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """The fifth of the first two hundred: four are an accident, and nobody is touched by either."""
    names = ("ann", "bob", "cem", "dan", "eve")
    with database.write() as tx:
        for name in names[3:]:
            people.join(tx, keyring, room.list_id, f"{name}@example.net", now)
        made = mailroom.approved_issue(tx, room.newsletter_id, now)
        dispatch.send_issue(tx, made, now)
    is_paused = []
    for name in names:
        bounce(database, keyring, made, name, BLOCKED, now)
        with database.read() as tx:
            is_paused.append(issues.load(tx, made).is_paused)

    assert [False] * 4 + [True] == is_paused
    with database.read() as tx:
        assert 5 == len(people.audience_of(tx, room.list_id))


def test_complaints_are_warned_of_before_the_limit(database: Database, keyring: Keyring, now: datetime, issue_id: int) -> None:
    """Two of three thousand are under 0.1 %, and on the way there."""
    with database.write() as tx:
        letter_id = mailings.letter_of_issue(tx, issue_id)
        tx.execute(insert(figure).values(letter_id=letter_id, shard="others", state="accepted", people=3_000))
    for name in ("ann", "bob"):
        bounce(database, keyring, issue_id, name, COMPLAINT, now)

    with database.read() as tx:
        [told] = [one.text for one in alerts.open_alerts(tx)]
        assert told.startswith("2 of 3,000 people called")
        assert "0.07 %. " in told
        assert told.endswith("this is on the way there.")
