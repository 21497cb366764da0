"""What is kept of guests is handed out to them, and forgotten when they ask for it or after a time, on either database."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from newsletter.confined import Child
from newsletter.database import Database
from newsletter.issues import draft
from newsletter.issues.model import Month
from newsletter.letters.letter import LetterKind
from newsletter.letters.templates import Templates, packaged_templates
from newsletter.people import contributors, erase, personfile, replay, retention
from newsletter.people.retention import Keep
from newsletter.review import comments, contributions, guests
from newsletter.review.contribution import Typed
from newsletter.review.guests import GuestPurpose
from subscribers import journal, register, suppression
from subscribers.address import parse
from subscribers.model import Reason
from subscribers.tables.kinds import metadata
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import people
from tests.harness.newsroom import a_month, a_newsletter

CHAIR = "Division Chair letter"
GUEST = parse("Chair@example.org")
YEAR = timedelta(days=365)


@pytest.fixture
def child() -> Iterator[Child]:
    """Give a process that lays mails out."""
    with Child() as process:
        yield process


@pytest.fixture
def asked(database: Database, child: Child, keyring: Keyring, now: datetime) -> int:
    """Give the number of the link of a guest who writes, said something and was mailed; nothing is handed in."""
    templates = Templates(packaged_templates(), child)
    with database.write() as tx:
        newsletter = a_newsletter(tx)
        a_month(tx, newsletter)
        issue = draft.draft_month(tx, newsletter, Month(2020, 1), now)
        due_at = now + timedelta(days=9)
        facts = {"section": CHAIR, "address": GUEST.text, "name": "Ms Chair", "by": "ann"}
        made = contributors.invite(tx, issue.id, words=400, due_at=due_at, now=now, **facts)
        errand = contributors.errand(issue, newsletter, host="Ann", section=CHAIR, due_at=due_at, name="Ms Chair")
        letter = contributors.compose(LetterKind.INVITATION, templates, keyring, newsletter, errand, "1")
        link = guests.find(tx, made.link_id, GuestPurpose.CONTRIBUTION)
        contributors.write_to(tx, keyring, letter, link, now)
        contributors.keep(tx, made, Typed(byline="Ms Chair", text="Between ourselves."), now)
        comments.say(tx, issue, "Ms Chair", "May it be longer?", now, link_id=link.id)
        return link.id


def everything(tx: Transaction) -> str:
    """Give the whole database as one text, in lower case."""
    return "\n".join(str(row) for table in metadata.sorted_tables for row in tx.execute(select(table))).lower()


def traces(database: Database) -> list[str]:
    """Give what of the guest stands anywhere in the database."""
    with database.read() as tx:
        text = everything(tx)
    return [one for one in ("chair@example.org", "ms chair", "between ourselves") if one in text]


def test_a_guest_who_is_no_subscriber_has_a_file(database: Database, asked: int) -> None:
    """Whatever they typed, said and got, however they spell their address."""
    with database.read() as tx:
        found = personfile.gather_guest(tx, parse("chair@EXAMPLE.org"))
        nobody = personfile.gather_guest(tx, parse("somebody@example.org"))
    assert found is not None
    document = json.loads(found.to_json())
    (guest,) = document["as_guest"]

    assert nobody is None
    assert ("Chair@example.org", "Ms Chair", "ann", CHAIR) == tuple(
        guest[key] for key in ("address", "name", "invited_by", "section")
    )
    assert ("Between ourselves.", "May it be longer?") == (guest["typed"]["text"], guest["comments"][0]["text"])
    assert [("invitation", "Chair@example.org")] == [(one["kind"], one["email"]) for one in document["mailed"]]


def test_what_another_window_kept_stays(database: Database, now: datetime, asked: int) -> None:
    """Compared with what is kept when it is written, and not with what was read before; the same once more is no conflict."""
    mine, theirs = Typed(text="From the laptop."), Typed(text="From the telephone.")
    with database.read() as tx:
        known = contributions.of_link(tx, asked)
    with database.write() as tx:
        first = contributors.keep_over(tx, known, known.typed.fingerprint, theirs, now)
    with database.write() as tx:
        late = contributors.keep_over(tx, known, known.typed.fingerprint, mine, now)
        again = contributors.keep_over(tx, known, known.typed.fingerprint, theirs, now)

    assert late is None
    assert first == again
    with database.read() as tx:
        assert theirs == contributions.of_link(tx, asked).typed


def test_a_subscriber_gets_what_they_wrote_as_a_guest(database: Database, keyring: Keyring, now: datetime, asked: int) -> None:
    """In the one file that they ask for."""
    with database.write() as tx:
        list_ = people.a_list(tx, now, "Readers")
        chair = people.join(tx, keyring, list_.id, "chair@example.org", now).subscriber
        document = json.loads(personfile.gather(tx, chair.id).to_json())

    assert [asked] == [one["id"] for one in document["as_guest"]]
    assert ["invitation"] == [one["kind"] for one in document["mailed"]]


def test_an_erased_guest_is_nowhere_in_the_database(database: Database, keyring: Keyring, now: datetime, asked: int) -> None:
    """Their link opens nothing, what is on its way is not sent, and a keyed hash keeps them out."""
    before = traces(database)
    with database.write() as tx:
        erased = erase.erase_guest(tx, keyring, parse("chair@example.org"), now)
        again = erase.erase_guest(tx, keyring, parse("chair@example.org"), now)
    with database.read() as tx:
        link = guests.find(tx, asked, GuestPurpose.CONTRIBUTION)
        kept_out = suppression.is_suppressed(tx, keyring.hash_address("chair@example.org"), 1)
        text = everything(tx)

    assert ["chair@example.org", "ms chair", "between ourselves"] == before
    assert [] == traces(database)
    assert (True, False, False, True) == (erased, again, link.is_open(now), kept_out)
    assert "skipped" in text


def test_an_erased_subscriber_is_forgotten_as_a_guest(database: Database, keyring: Keyring, now: datetime, asked: int) -> None:
    """Whoever asks to be forgotten does not name every part of it."""
    with database.write() as tx:
        list_ = people.a_list(tx, now, "Readers")
        chair = people.join(tx, keyring, list_.id, "chair@example.org", now).subscriber
        erase.erase(tx, keyring, chair.id, now)
        assert register.find_by_hash(tx, keyring.hash_address("chair@example.org")) is None

    assert [] == traces(database)


def test_guests_are_kept_for_a_year_behind_the_end_of_their_link(
    database: Database, keyring: Keyring, now: datetime, asked: int
) -> None:
    """A text that was never handed in goes with them."""
    with database.read() as tx:
        ends_at = guests.find(tx, asked, GuestPurpose.CONTRIBUTION).ends_at
    counts = []
    for then in (ends_at + YEAR - timedelta(days=1), ends_at + YEAR + timedelta(days=1)):
        followed = retention.rules(Keep(), keyring, then)
        with database.read() as tx:
            counts.append(retention.due(tx, followed, then)["guests"])
        done = list(retention.forget(database, followed, then))
        counts.append(done[-1]["guests"] if done else 0)

    assert [0, 0, 1, 1] == counts
    assert [] == traces(database)
    with database.read() as tx:
        assert contributions.of_link(tx, asked).state


def test_a_restored_guest_is_forgotten_again(database: Database, keyring: Keyring, now: datetime, asked: int) -> None:
    """The journal knows them by their hash alone."""
    hour = timedelta(hours=1)
    line = journal.Line(now + hour, journal.Said.NO, Reason.ERASED, "*", keyring.hash_address("chair@example.org"))
    fates = [replay.replay(database.write, keyring, lambda: [line]) for _ in range(2)]

    assert [1, 0] == [one[replay.Fate.APPLIED] for one in fates]
    assert [] == traces(database)
