"""An instance to measure: people, and a letter of an exact size that the product's own ledger plans for all of them.

The people are put straight into the tables: an import checks every row and keeps its proof, which is not what is measured.
"""

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from tempfile import TemporaryDirectory

from sqlalchemy import insert, literal, select

from benchmarks import signing
from benchmarks.postfix import ROOT
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.instance import claim_instance
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.letters.letter import Draft, SlotName, sealed
from newsletter.letters.links import Links
from newsletter.mail.mailer import Mailer
from newsletter.mail.relays import parse_relay
from subscribers import register
from subscribers.model import SubscriptionState
from subscribers.tables.kinds import Instant, Number
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom
from tests.harness.sink import Sink

# A constant, so that a database can be measured twice.
SECRET = "a secret of the benchmarks, long enough to be one"  # noqa: S105 -- of benchmarks
LINKS = Links("https://news.example.org")

# Next to the code, because /tmp is memory on many machines, and a commit into memory costs nothing.
FOLDER = ROOT / "build" / "benchmarks"

# One line of filler is one line on the wire, where it ends in two bytes.
LINE = "A sentence about libraries, and of the length that sentences do have."
LINE_END = 2
# Every fifth line stands in the plain text.
TEXT_SHARE = 5

SENDER_DOMAIN = "example.org"
DOMAINS = 50
BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Planned:
    """A letter that waits on the ledger for so many people."""

    letter_id: int
    messages: int


def folder() -> TemporaryDirectory[str]:
    """Give a folder on the disk for a database, emptied afterwards."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return TemporaryDirectory(dir=FOLDER)


def sqlite_in(path: str) -> str:
    """Give the address of a database in a folder."""
    return f"sqlite:///{path}/newsletter.db"


def empty(database: Database) -> None:
    """Throw everything away that is in a PostgreSQL."""
    with database.write() as tx:
        tx.exec_driver_sql("DROP SCHEMA public CASCADE")
        tx.exec_driver_sql("CREATE SCHEMA public")


def emptied(postgresql: str | None, folder: str) -> Database:
    """Open a database that has its tables and nothing in them: SQLite in *folder*, or this PostgreSQL, which is emptied."""
    database = Database(postgresql or sqlite_in(folder))
    if postgresql:
        empty(database)
    database.upgrade()
    return database


@dataclass(frozen=True, slots=True)
class Gathered:
    """A newsletter and its list of so many people, to whom nothing is mailed yet."""

    newsletter_id: int
    list_id: int


def plan(database: Database, draft: Draft, messages: int, *, is_signed: bool = False) -> Planned:
    """Bring the tables up to date and plan a letter for so many new people."""
    with gathering(database, messages, is_signed=is_signed) as (tx, made):
        return Planned(mailroom.plan(tx, made.newsletter_id, made.list_id, system_clock(), draft), messages)


@contextmanager
def gathering(database: Database, people: int, *, is_signed: bool = False) -> Iterator[tuple[Transaction, Gathered]]:
    """Bring the tables up to date and gather so many new people; gives the transaction it is done in."""
    database.upgrade()
    keyring, now = Keyring(SECRET), system_clock()
    # A database may be measured twice; nobody and nothing is known twice.
    label = uuid.uuid4().hex[:8]
    with database.write() as tx:
        claim_instance(tx, keyring.key_check, now)
        if is_signed:
            signing.give_key(tx, keyring, SENDER_DOMAIN)
        newsletter = a_newsletter(tx, label, now)
        populate(tx, keyring, newsletter.list_id, label, people)
        yield tx, Gathered(newsletter.id, newsletter.list_id)


def a_newsletter(tx: Transaction, label: str, now: datetime) -> Newsletter:
    """Make a newsletter with a list of its own."""
    return newsletters.create(
        tx,
        name=f"Section News {label}",
        sender_name="Section News",
        sender_address=f"news@{SENDER_DOMAIN}",
        list_id=register.create_list(tx, f"Readers {label}", now).id,
        postal_address="1 Library Road",
        now=now,
    )


def a_draft(size: int, *, is_signed: bool = False) -> Draft:
    """Give a letter whose message has about *size* bytes, personal in both bodies; the smallest there is if that is more."""
    bare = message_of(_filled(0), is_signed=is_signed)
    assert signing.is_signed(bare) == is_signed
    return _filled(max(0, size - len(bare)))


def message_of(draft: Draft, *, is_signed: bool = False) -> bytes:
    """Mail a letter to one person by the product itself and give what came over the wire."""
    return asyncio.run(_message_of(draft, is_signed=is_signed))


async def _message_of(draft: Draft, *, is_signed: bool) -> bytes:
    with folder() as path:
        database = Database(sqlite_in(path))
        plan(database, draft, 1, is_signed=is_signed)
        async with Sink() as sink:
            relay = parse_relay(f"smtp://127.0.0.1:{sink.port}?tls=none&connections=1")
            await Mailer(database, Keyring(SECRET), LINKS, relay, system_clock, worker_place="weighing").run_until_idle()
        database.close()
    return sink.messages[0]


def _filled(size: int) -> Draft:
    """Give a letter with every slot in both bodies and so many bytes of filler."""
    slots = mailroom.SLOTS
    bare = mailroom.a_draft()
    lines, rest = divmod(size, len(LINE) + LINE_END)
    filler = [LINE] * lines + ["x" * (rest - LINE_END)] * (rest > LINE_END)
    in_text = len(filler) // TEXT_SHARE
    links = (SlotName.UNSUBSCRIBE, SlotName.PREFERENCES, SlotName.WEB_COPY)
    html = [f"<p>Dear {slots[SlotName.NAME]},</p>", *filler[in_text:]]
    text = [f"Dear {slots[SlotName.NAME]},", *filler[:in_text]]
    for name in links:
        html.append(f'<p><a href="{slots[name]}">{name}</a></p>')
        text.append(f"{name}: {slots[name]}")
    return sealed(replace(bare, html="\n".join(html) + "\n", text="\n".join(text) + "\n"))


def populate(tx: Transaction, keyring: Keyring, list_id: int, label: str, people: int) -> None:
    """Put so many confirmed people on a list, at domains below `LABEL.example.net`."""
    now = system_clock()
    domain = f"{label}.example.net"
    # An audience has its addresses at many domains.
    numbers = iter(range(people))
    while batch := list(islice(numbers, BATCH)):
        rows = [
            _person(keyring, f"reader{number}@mx{number % DOMAINS}.{domain}", f"Reader {number}") | {"created_at": now}
            for number in batch
        ]
        tx.execute(insert(subscriber), rows)
    confirmed = select(
        subscriber.c.id,
        literal(list_id, Number),
        literal(SubscriptionState.CONFIRMED.value),
        literal(now, Instant()),
    ).where(subscriber.c.email.like(f"%.{domain}"))
    columns = ["subscriber_id", "list_id", "state", "confirmed_at"]
    tx.execute(insert(subscription).from_select(columns, confirmed.order_by(subscriber.c.id)))


def _person(keyring: Keyring, email: str, name: str) -> dict[str, object]:
    return {"email": email, "email_key": email, "email_hash": keyring.hash_address(email), "name": name, "language": ""}
