"""People in and out as CSV."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from sqlalchemy import select

from subscribers.address import LONGEST_QUOTE, parse
from subscribers.consent import LONGEST_WORDING, Door, Evidence
from subscribers.errors import AddressRefused, BasisMissing
from subscribers.intake import Newcomer, Taken, take_in
from subscribers.oneline import is_one_line, one_line
from subscribers.records import LONGEST_NAME, clean_name
from subscribers.spreadsheet import PersonRow, read_people, write_row
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import KEY_ID_LENGTH, Keyring
from subscribers.transaction import Transaction

# Rows per transaction: what a crash can undo, and how long a page that wants to write has to wait.
BATCH = 500

# In seconds. Without a pause between batches a page that wants to write on SQLite waited 7.4 s: the next batch came first.
BREATH = 0.002

# A file that is no list of people at all must not fill the memory with its refusals; the counts are always whole.
MOST_REPORTED = 10_000

# What a column "state" says of people who said no, in our exports and in those of other programs.
NO_STATES = frozenset({"withdrawn", "unsubscribed", "bounced", "complained", "cleaned", "blocklisted"})

# RFC 5646, as far as anybody uses it.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")

EXPORT_COLUMNS = ("email", "name", "language", "state", "requested_at", "confirmed_at", "withdrawn_at")

# Rows fetched at a time, so that a list of a million needs no more memory than a short one.
EXPORT_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was left out."""

    # As an editor counts lines; the header is 1.
    row: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cleaning:
    """A name that fitted no line; the person was kept under the cleaned one."""

    row: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the rows of a file.

    Everybody is in one of six: added + confirmed + there + said_no + duplicates + refused = rows.
    """

    rows: int
    # New on the list.
    added: int
    # Had asked to join, and the stated basis confirms it.
    confirmed: int
    # Stood on the list before.
    there: int
    # Withdrew, is suppressed, or is marked so in the file.
    said_no: int
    # Stood in the file before.
    duplicates: int
    refused: int
    cleaned: int
    # The first MOST_REPORTED of each.
    refusals: tuple[Refusal, ...]
    cleanings: tuple[Cleaning, ...]


@dataclass(slots=True)
class _Reading:
    """What was found in the file so far, row by row."""

    keyring: Keyring
    rows: int = 0
    said_no: int = 0
    duplicates: int = 0
    refused: int = 0
    cleaned: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    cleanings: list[Cleaning] = field(default_factory=list)
    # 96 bits of each hash: half the memory of the addresses, and still no two people are taken for one.
    seen: set[int] = field(default_factory=set)

    def newcomer(self, row: PersonRow) -> Newcomer | None:
        """Give who is to be put on the list; None when the row is nobody to be put there, which is counted."""
        self.rows += 1
        try:
            address = parse(row.email)
        except AddressRefused as error:
            self._refuse(row, error)
            return None
        if row.state and row.state.strip().casefold() in NO_STATES:
            self.said_no += 1
            return None
        email_hash = self.keyring.hash_address(address.key)
        mark = int(email_hash[KEY_ID_LENGTH:][:24], 16)
        if mark in self.seen:
            self.duplicates += 1
            return None
        self.seen.add(mark)
        language = row.language.strip()
        return Newcomer(
            address.text, address.key, email_hash, self._name(row), language if _LANGUAGE.fullmatch(language) else ""
        )

    def _refuse(self, row: PersonRow, error: AddressRefused) -> None:
        self.refused += 1
        if len(self.refusals) < MOST_REPORTED:
            self.refusals.append(Refusal(row.number, error.text, f"{error.reason} {row.damage}".rstrip()))

    def _name(self, row: PersonRow) -> str:
        name = clean_name(row.name)
        if row.damage or len(row.name) > LONGEST_NAME or not is_one_line(row.name):
            self.cleaned += 1
            if len(self.cleanings) < MOST_REPORTED:
                self.cleanings.append(Cleaning(row.number, row.name[:LONGEST_QUOTE], name))
        return name

    def report(self, taken: Taken) -> ImportReport:
        """Give the figures, with what the database made of the newcomers."""
        return ImportReport(
            rows=self.rows,
            added=taken.added,
            confirmed=taken.confirmed,
            there=taken.there,
            said_no=taken.said_no + self.said_no,
            duplicates=self.duplicates,
            refused=self.refused,
            cleaned=self.cleaned,
            refusals=tuple(self.refusals),
            cleanings=tuple(self.cleanings),
        )


def import_csv(
    begin: Callable[[], AbstractContextManager[Transaction]],
    keyring: Keyring,
    list_id: int,
    lines: Iterable[bytes],
    now: datetime,
    *,
    basis: str,
    is_confirmed: bool,
    progress: Callable[[int], None] = lambda _rows: None,
) -> ImportReport:
    """Put the people of a CSV file on a list, in many short transactions; a second run of the same file changes nothing.

    *lines* is the file opened for reading bytes. *begin* gives a transaction that may write. *basis* is kept with each
    person as the evidence of consent. Not confirmed, they stand as requested and are not written to before they confirm
    by themselves. *progress* is told how many rows are done.

    Raises:
        BasisMissing: *basis* is empty.
        FileUnreadable: no list of people; nothing was imported.

    """
    evidence = Evidence(Door.IMPORT_, one_line(basis, LONGEST_WORDING))
    if not evidence.wording:
        raise BasisMissing
    reading = _Reading(keyring)
    people = filter(None, map(reading.newcomer, read_people(lines)))
    taken = Taken()
    while batch := tuple(islice(people, BATCH)):
        with begin() as tx:
            taken += take_in(tx, list_id, batch, now, evidence, is_confirmed=is_confirmed)
            others_wait = tx.dialect.name == "sqlite"
        progress(reading.rows)
        if others_wait:
            time.sleep(BREATH)
    progress(reading.rows)
    return reading.report(taken)


def export_csv(tx: Transaction, list_id: int) -> Iterator[str]:
    """Give everybody who stands on a list as lines of CSV, the header first; those who left are marked so.

    What a spreadsheet would run as a formula has an apostrophe before it, which `import_csv` takes away again.
    """
    yield write_row(EXPORT_COLUMNS)
    people = (
        select(subscriber.c.email, subscriber.c.name, subscriber.c.language, *_STANDING)
        .join_from(subscription, subscriber, subscription.c.subscriber_id == subscriber.c.id)
        .where(subscription.c.list_id == list_id)
        .order_by(subscriber.c.id)
        .execution_options(yield_per=EXPORT_CHUNK)
    )
    for row in tx.execute(people):
        yield write_row([cell.isoformat() if isinstance(cell, datetime) else cell or "" for cell in row])


_STANDING = (subscription.c.state, subscription.c.requested_at, subscription.c.confirmed_at, subscription.c.withdrawn_at)
