"""Row G07: whoever asks gets everything; row G01: whoever is erased is in no file any more."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from newsletter.database import Database
from newsletter.journal import Journal
from newsletter.people import departures, personfile
from newsletter.people.departures import Why
from newsletter.people.erase import erase
from newsletter.people.withdraw import withdraw
from newsletter.returns.model import Cause, Kind, Reading
from newsletter.tables.mail import attempt, delivery
from newsletter.tables.webhooks import tiding
from subscribers import attributebook, register
from subscribers.attributes import AttributeKind
from subscribers.errors import SubscriberNotFound
from subscribers.tables.kinds import metadata
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom, returned
from tests.harness.hooked import told
from tests.harness.people import ONE_CLICK

HOUR = timedelta(hours=1)

# Where the rows that a table has about a person stand in the export.
EXPORTED = {
    "subscriber": "subscriber",
    "subscription": "subscriptions",
    "subscription_topic": "topics",
    "attribute_value": "attributes",
    "consent": "consent",
    "suppression": "suppressions",
    "confirmation": "asked_at",
    "delivery": "mailed",
    "delivery_answer": "mailed",
    "attempt": "mailed",
    "departure": "departures",
    "person_click": "clicks",
    "return_fact": "came_back",
    "return_message": "returned_messages",
    # What a name was before an import changed it, until the import is undone or forgotten.
    "import_change": "changed_by_imports",
    # The moments of the last day at which a mail was asked for: the counter of a limit.
    "asked_mail": "asked_at",
    "address_move": "address_changes",
    "data_link": "data_asked_at",
    "data_request": "requests",
    # That one of these is to be mailed again, for the minutes until it is.
    "further_delivery": "mailed",
    # By which file one of these was brought, for the week in which that file can be taken back.
    "kept_out_by": "suppressions",
    # What programs outside were told of them, and how those took it.
    "tiding": "told_to_programs",
    "telling": "told_to_programs",
    "telling_try": "told_to_programs",
}


def a_full_life(tx: Transaction, keyring: Keyring, now: datetime) -> int:
    """Let Ann join, answer, be mailed and leave; gives her id."""
    mailroom.open_mailroom(tx, keyring, now, ("canary", "bob"))
    standing = mailroom.subscription_of(tx, "canary")
    attributebook.define(tx, "city", AttributeKind.TEXT, now)
    attributebook.answer(tx, standing.subscriber_id, {"city": "Canary Wharf"})
    of_ann = delivery.c.subscriber_id == standing.subscriber_id
    delivery_id = tx.execute(select(delivery.c.id).where(of_ann)).scalar_one()
    refusal = "450 <canary@example.net> later"
    tries = {"number": 1, "at": now, "verdict": "deferred", "phase": "rcpt", "code": 450, "enhanced": "", "reply": refusal}
    tx.execute(attempt.insert().values(delivery_id=delivery_id, **tries))
    accepted = {"state": "accepted", "settled_at": now, "code": 250, "reply": "250 canary@example.net is fine"}
    tx.execute(update(delivery).where(of_ann).values(accepted))
    words = returned.bounce(returned.address(keyring, delivery_id)).replace(b"ann@", b"canary@")
    full = Reading(Kind.BOUNCE, Cause.FULL, "5.2.2", "552 the mailbox of canary is full", 1.0)
    returned.take(tx, keyring, words, full, now)
    of_her = told(tx, keyring, now, "https://crm.example.org/in").tiding
    tx.execute(update(tiding).where(tiding.c.uid == of_her.uid).values(subscriber_id=standing.subscriber_id))
    withdraw(tx, keyring, standing.id, now + HOUR, ONE_CLICK)
    departures.say_why(tx, standing.id, next(iter(Why)))
    return standing.subscriber_id


def test_export_holds_everything(database: Database, keyring: Keyring, now: datetime) -> None:
    """Who they are, what they said in which words, what was mailed, and what became of it."""
    with database.write() as tx:
        ann = a_full_life(tx, keyring, now)
        document = json.loads(personfile.gather(tx, ann).to_json())

    assert set(document) >= set(EXPORTED.values())
    assert "canary@example.net" == document["subscriber"]["address"]["text"]
    assert {"city": "Canary Wharf"} == document["attributes"]
    assert ["requested", "confirmed", "withdrawn"] == [one["act"] for one in document["consent"]]
    (mailed,) = document["mailed"]
    assert ("January 2020", "accepted", "250 canary@example.net is fine") == (
        mailed["subject"],
        mailed["state"],
        mailed["reply"],
    )
    assert ["450 <canary@example.net> later"] == mailed["tries"]
    assert [next(iter(Why)).value] == [one["reason"] for one in document["departures"]]
    assert ["552 the mailbox of canary is full"] == [one["reason"] for one in document["came_back"]]
    assert ["canary@example.net" in one["text"] for one in document["returned_messages"]] == [True]
    assert ["unsubscribed"] == [one["reason"] for one in document["suppressions"]]
    assert [("crm", "waiting")] == [(one["program"], one["state"]) for one in document["told_to_programs"]]


def test_no_table_about_people_is_forgotten_in_the_export() -> None:
    """A new table that names a person, or hangs on a row that does, must be added to it."""
    about = {"subscriber"}
    while True:
        more = {
            table.name
            for table in metadata.sorted_tables
            if {"subscriber_id", "email_hash"} & set(table.c.keys())
            or any(key.column.table.name in about - {"mailing"} for key in table.foreign_keys)
        }
        if more <= about:
            break
        about |= more

    assert set(EXPORTED) == about


def test_nobody_has_no_file(database: Database) -> None:
    """By the id."""
    with pytest.raises(SubscriberNotFound, match="7"), database.read() as tx:
        personfile.gather(tx, 7)


def test_erased_person_stands_in_no_file(sqlite_url: str, tmp_path: Path, keyring: Keyring, now: datetime) -> None:
    """Neither in the database, its log and its free pages, nor in the journal: only the hash, and the issue with its times."""
    journal = Journal(tmp_path / "journal", keyring, "host")
    database = Database(sqlite_url, journal)
    with database.write() as tx:
        ann = a_full_life(tx, keyring, now)
    with database.write() as tx:
        register.edit(tx, ann, name="Canary Islander")
    written = b"".join(path.read_bytes().lower() for path in tmp_path.iterdir() if path.is_file())
    with database.write() as tx:
        erase(tx, keyring, ann, now + 2 * HOUR)
    database.scrub()
    database.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    found = b"".join(path.read_bytes().lower() for path in files)

    assert b"canary" in written
    assert b"canary" not in found
    assert keyring.hash_address("canary@example.net").encode() in journal.path.read_bytes()
    reopened = Database(sqlite_url)
    with reopened.read() as tx:
        row = tx.execute(select(delivery).where(delivery.c.subscriber_id.is_(None))).one()
        assert ("accepted", now, "") == (row.state, row.settled_at, row.email)
    reopened.close()
