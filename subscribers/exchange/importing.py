"""An import: a file of people put on a list in many short transactions, rehearsed before, and continued after a kill."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import BinaryIO

from subscribers import attributebook, recognition, register, topicbook
from subscribers.attributes import Attribute
from subscribers.consent import LONGEST_WORDING, Door, Evidence
from subscribers.errors import BasisMissing
from subscribers.exchange import imports
from subscribers.exchange.model import ImportOrder, ImportReport
from subscribers.exchange.reading import Reading
from subscribers.exchange.sources import Source, fingerprint, open_source
from subscribers.exchange.turns import Begin, turn
from subscribers.intake import Intake, Leaving, Newcomer, Taken, take_in
from subscribers.model import Topic
from subscribers.oneline import one_line
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# Rows per transaction: what a crash can undo, and how long a page that wants to write has to wait.
BATCH = 2_000

# A path is told to people, not opened again.
LONGEST_SOURCE = 300

Progress = Callable[[int], None]


class _RehearsedError(Exception):
    """Ends a transaction whose outcome is known and whose changes are not wanted."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the columns of a file may be about."""

    attributes: tuple[Attribute, ...]
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class _Run:
    """A file on its way into a list."""

    begin: Begin
    source: Source
    reading: Reading
    intake: Intake
    progress: Progress


def import_people(
    begin: Begin,
    keyring: Keyring,
    file: BinaryIO,
    order: ImportOrder,
    now: datetime,
    *,
    progress: Progress = lambda _rows: None,
    leaving: Leaving = lambda _tx, _subscriptions: None,
) -> ImportReport:
    """Put the people of a file on a list; the same file again changes nothing, and goes on where an earlier run was killed.

    *begin* gives a transaction that may write. The basis is kept with each person as the evidence of consent. Not
    confirmed, they stand as requested and are not written to before they confirm by themselves. *progress* is told how
    many rows are done; *leaving* does what else is to be done about subscriptions that the file ends.

    Raises:
        BasisMissing: there is no basis.
        ListArchived: nobody joins this list any more.
        FileUnreadable: no list of people; nothing was imported, or of a damaged workbook the rows before the damage.
        ImportUnderWay: somebody else imports this very file at this moment; what was done is done once.

    """
    order = _checked(order)
    known_by = fingerprint(file)
    known = _known(begin, order)
    source = _source(file, order, known)
    with begin() as tx:
        earlier = imports.unfinished(tx, order, known_by)
        current = earlier or imports.begin(tx, order, known_by, source.kind, now)
    run = _run(begin, keyring, source, known, order, now, current.id, progress)
    intake = replace(run.intake, leaving=leaving)
    newcomers = _skipping(run, current.seen.rows)
    for batch, before in _batches(run, newcomers, current.seen.rows):
        with turn(begin) as tx:
            taken = take_in(tx, intake, _recognised(tx, keyring, batch))
            imports.move(tx, current.id, before, run.reading.seen, taken)
        progress(run.reading.rows)
    with begin() as tx:
        finished = imports.finish(tx, current.id, now)
    return _report(run, finished.taken, finished.id, continued_at=current.seen.rows)


def rehearse_import(
    begin: Begin,
    keyring: Keyring,
    file: BinaryIO,
    order: ImportOrder,
    now: datetime,
    *,
    progress: Progress = lambda _rows: None,
    leaving: Leaving = lambda _tx, _subscriptions: None,
) -> ImportReport:
    """Say what `import_people` would do, by doing it and taking each transaction back; nothing is changed.

    Nobody is in two batches, so what one would have written makes no difference to the next.

    Raises:
        BasisMissing: there is no basis.
        ListArchived: nobody joins this list any more.
        FileUnreadable: no list of people.

    """
    order = _checked(order)
    known = _known(begin, order)
    source = _source(file, order, known)
    run = _run(begin, keyring, source, known, order, now, 0, progress)
    total = Taken()
    for batch, _ in _batches(run, _skipping(run, 0), 0):
        taken = Taken()
        with suppress(_RehearsedError), turn(begin) as tx:
            current = imports.begin(tx, order, "", source.kind, now)
            taken = take_in(tx, replace(run.intake, import_id=current.id, leaving=leaving), _recognised(tx, keyring, batch))
            raise _RehearsedError
        total += taken
        progress(run.reading.rows)
    return _report(run, total, None, continued_at=0)


def _checked(order: ImportOrder) -> ImportOrder:
    basis = one_line(order.basis, LONGEST_WORDING)
    if not basis:
        raise BasisMissing
    return replace(order, basis=basis, source=one_line(order.source, LONGEST_SOURCE))


def _source(file: BinaryIO, order: ImportOrder, known: _Known) -> Source:
    return open_source(file, encoding=order.encoding, is_raw=order.is_raw, said=order.columns, attributes=known.attributes)


def _known(begin: Begin, order: ImportOrder) -> _Known:
    with begin() as tx:
        register.require_open(tx, order.list_id)
        return _Known(attributebook.all_attributes(tx), topicbook.of_list(tx, order.list_id))


def _run(
    begin: Begin,
    keyring: Keyring,
    source: Source,
    known: _Known,
    order: ImportOrder,
    now: datetime,
    import_id: int,
    progress: Progress,
) -> _Run:
    evidence = Evidence(Door.IMPORT_, order.basis)
    intake = Intake(order.list_id, import_id, evidence, now, updates=order.updates)
    attributes = {one.key: one for one in known.attributes}
    reading = Reading(keyring, order.is_confirmed, now, attributes, {topicbook.folded(one.name): one for one in known.topics})
    return _Run(begin, source, reading, intake, progress)


def _skipping(run: _Run, done: int) -> Iterator[Newcomer]:
    """Give the people of the rows that are not done; those before are read again, so that the figures are those of one run."""
    for row in run.source.people:
        newcomer = run.reading.newcomer(row)
        if newcomer is not None and run.reading.rows > done:
            yield newcomer


def _batches(run: _Run, newcomers: Iterator[Newcomer], done: int) -> Iterator[tuple[list[Newcomer], int]]:
    """Give the people in batches, each with the number of rows that were done before it; the last may be empty."""
    before = done
    while batch := list(islice(newcomers, BATCH)):
        yield batch, before
        before = run.reading.rows
    if run.reading.rows > before:
        yield [], before


def _recognised(tx: Transaction, keyring: Keyring, people: list[Newcomer]) -> list[Newcomer]:
    """Give them under the hashes they have here while the key is being changed."""
    if not keyring.former:
        return people
    hashes = recognition.hashes_of(tx, keyring, [one.email_key for one in people])
    return [replace(one, email_hash=hashes[one.email_key]) for one in people]


def _report(run: _Run, taken: Taken, import_id: int | None, *, continued_at: int) -> ImportReport:
    reading, columns = run.reading, run.source.columns
    return ImportReport(
        id=import_id,
        kind=run.source.kind,
        columns=columns.taken,
        ignored=columns.ignored,
        continued_at=continued_at,
        rows=reading.rows,
        added=taken.added,
        confirmed=taken.confirmed,
        updated=taken.updated,
        there=taken.there,
        said_no=taken.said_no,
        duplicates=reading.duplicates,
        refused=reading.refused,
        cleaned=reading.cleaned,
        refusals=tuple(reading.refusals),
        cleanings=tuple(reading.cleanings),
    )
