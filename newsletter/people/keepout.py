"""Keeping addresses out by the staff's word, one or many, and letting back in those whom only the staff may let in."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from newsletter.errors import NotSuppressed, OwnWordHolds
from newsletter.mail import ledger
from newsletter.people import withdraw
from newsletter.staff.permissions import Actor, Permission, require
from subscribers import recognition, records, register, suppression
from subscribers.address import EmailAddress, parse
from subscribers.consent import Act, Door, Evidence
from subscribers.errors import AddressRefused
from subscribers.exchange.marks import Marks
from subscribers.exchange.model import PersonRow
from subscribers.exchange.reading import REASONS
from subscribers.model import EVERY_LIST, Reason, Subscriber
from subscribers.suppression import Back, Standing
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# Rows per transaction: how long a page that wants to write has to wait.
BATCH = 200

# Rows that are no addresses are told one by one up to here; all are counted.
MOST_REPORTED = 1_000

# What stands in the evidence of somebody whose no the staff takes over.
TAKEN_OVER = Evidence(Door.COMMAND, "Taken over by the staff: they had unsubscribed.")

Begin = Callable[[], AbstractContextManager[Transaction]]


@dataclass(frozen=True, slots=True)
class KeepOut:
    """On what terms addresses are kept out."""

    # For rows that give no reason of their own.
    reason: Reason
    # EVERY_LIST, or the id of one list.
    list_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What a file said of an address that was news, and what was said of it before."""

    now: Standing
    former: Standing | None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a file said of an address, and what became of it when it was taken back."""

    said: Said
    back: Back


@dataclass(frozen=True, slots=True)
class Notes:
    """Where it is written down what a file says, in the same transaction."""

    # Is told of what can be taken back.
    add: Callable[[Transaction, Said], None]
    # Whether the file said this itself, before it was interrupted: it is no word more.
    has: Callable[[Transaction, Standing], bool]


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that is no address; the header is line 1."""

    row: int
    text: str
    reason: str


@dataclass(slots=True)
class KeptOut:
    """What became of the rows of a file: news + known + duplicates + refused = rows."""

    rows: int = 0
    # Kept out by it who was not.
    news: int = 0
    # Kept out before, for this reason or a stronger one.
    known: int = 0
    duplicates: int = 0
    refused: int = 0
    # The first MOST_REPORTED of those.
    refusals: list[Unread] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, object]:
        """What of it stands in the audit."""
        return {"rows": self.rows, "news": self.news, "known": self.known, "refused": self.refused}


class _Rehearsed(Exception):  # noqa: N818 -- named for what happened
    """Ends a transaction whose outcome is known and whose changes are not wanted."""


def keep_out(tx: Transaction, keyring: Keyring, address: EmailAddress, terms: KeepOut) -> bool:
    """Never write to an address again, and keep back what is on its way to it; gives whether that is news.

    That somebody unsubscribed elsewhere is their no here: they leave, and it is among their acts.
    """
    email_hash = recognition.hash_of(tx, keyring, address.key)
    # Before their suppression and their deliveries, as whoever says yes or no themselves has it.
    records.hold_known(tx, [email_hash])
    is_news = suppression.suppress(tx, email_hash, terms.reason, terms.now, list_id=terms.list_id)
    person = register.find_by_hash(tx, email_hash)
    if person is None:
        return is_news
    if terms.reason is Reason.UNSUBSCRIBED:
        _leave(tx, keyring, person, terms)
        return is_news
    note = f"suppressed: {terms.reason}"
    if terms.list_id == EVERY_LIST:
        ledger.skip_open_of_subscriber(tx, person.id, terms.now, note)
        return is_news
    for standing in register.subscriptions_of(tx, person.id):
        if standing.list_id == terms.list_id:
            ledger.skip_open(tx, standing.id, terms.now, note)
    return is_news


def about(list_id: int) -> str:
    """Give what the audit calls a list of which addresses are kept out."""
    return "every list" if list_id == EVERY_LIST else f"list {list_id}"


def keep_out_many(
    begin: Begin,
    keyring: Keyring,
    rows: Iterable[PersonRow],
    terms: KeepOut,
    *,
    is_rehearsal: bool = False,
    progress: Callable[[int], None] = lambda _rows: None,
    notes: Notes | None = None,
) -> KeptOut:
    """Keep everybody out whom another program kept out; the same file again changes nothing.

    A row that says why (left, bounced, complained, blocked) is believed, others have the reason of *terms*. A rehearsal does
    the same and takes each transaction back. *notes* are told, in the same transaction, of what can be taken back: a no of
    their own cannot.
    """
    report = KeptOut()
    marks = Marks()
    people = iter(rows)
    while batch := tuple(islice(people, BATCH)):
        with suppress(_Rehearsed), begin() as tx:
            _hold(tx, keyring, batch)
            for row in batch:
                said = _take(tx, keyring, row, terms, report, marks, notes)
                if notes is not None and said is not None:
                    notes.add(tx, said)
            if is_rehearsal:
                raise _Rehearsed
        progress(report.rows)
    return report


def let_in_many(
    begin: Begin,
    said: Callable[[Transaction, int], Sequence[Said]],
    now: datetime,
    *,
    told: Callable[[Transaction, Sequence[TakenBack]], None],
    progress: Callable[[int], None],
) -> None:
    """Take back what a file said of addresses, as far as nobody said anything of them since.

    *said* gives the next of it behind the number of one; *told* is told, in the same transaction, what became of it. What was
    kept back on its way stays so.
    """
    after, looked = 0, 0
    while True:
        with begin() as tx:
            batch = said(tx, after)
            told(tx, [TakenBack(one, suppression.put_back(tx, one.now, one.former, now)) for one in batch])
        if not batch:
            return
        after, looked = batch[-1].now.id, looked + len(batch)
        progress(looked)


def lift(tx: Transaction, actor: Actor, email_hash: str, now: datetime, *, list_id: int) -> Reason:
    """Take back what the staff, a relay or a complaint said of an address in exactly this scope; gives what was lifted.

    A complaint is not lifted with the staff's word before it, nor is what the person said themselves: they hold then.

    Raises:
        NotSuppressed: nothing was said in this scope.
        OwnWordHolds: the person said no, and only their own fresh yes takes that back.
        NotPermitted: a complaint, and the actor is no administrator.

    """
    reason = suppression.reason_of_scope(tx, email_hash, list_id)
    if reason is None:
        raise NotSuppressed
    if reason in suppression.OWN_WORD:
        raise OwnWordHolds(reason)
    if reason is Reason.COMPLAINED:
        require(actor, Permission.LIFT_COMPLAINTS)
    if not suppression.lift_word(tx, email_hash, reason, now, list_id=list_id):
        # Something else came in between, which nobody meant to lift.
        raise NotSuppressed
    # A no from before it had a place of its own beside what others say.
    own = suppression.own_no(register.consent_of(tx, email_hash), list_id)
    if own is not None:
        why = Reason.ERASED if own.act is Act.ERASED else Reason.UNSUBSCRIBED
        suppression.suppress(tx, email_hash, why, own.at, list_id=list_id)
    return reason


def _leave(tx: Transaction, keyring: Keyring, person: Subscriber, terms: KeepOut) -> None:
    if terms.list_id == EVERY_LIST:
        withdraw.withdraw_everywhere(tx, keyring, person.id, terms.now, TAKEN_OVER)
        return
    for standing in register.subscriptions_of(tx, person.id):
        if standing.list_id == terms.list_id:
            withdraw.withdraw(tx, keyring, standing.id, terms.now, TAKEN_OVER)


def _hold(tx: Transaction, keyring: Keyring, rows: Iterable[PersonRow]) -> None:
    """Hold whoever is known of some rows at once: one by one in the order of a file, two would wait for each other for ever."""
    keys = []
    for row in rows:
        with suppress(AddressRefused):
            keys.append(parse(row.email).key)
    records.hold_known(tx, recognition.hashes_of(tx, keyring, keys).values())


def _take(
    tx: Transaction, keyring: Keyring, row: PersonRow, terms: KeepOut, report: KeptOut, marks: Marks, notes: Notes | None
) -> Said | None:
    report.rows += 1
    try:
        address = parse(row.email)
    except AddressRefused as error:
        report.refused += 1
        if len(report.refusals) < MOST_REPORTED:
            report.refusals.append(Unread(row.number, error.text, error.reason))
        return None
    if not marks.add(keyring.hash_address(address.key)):
        report.duplicates += 1
        return None
    reason = REASONS.get(row.standing, terms.reason)
    email_hash = recognition.hash_of(tx, keyring, address.key)
    former = suppression.said_by_others(tx, email_hash, terms.list_id)
    if former is not None and notes is not None and notes.has(tx, former):
        report.known += 1
        return None
    if not keep_out(tx, keyring, address, KeepOut(reason, terms.list_id, terms.now)):
        report.known += 1
        return None
    report.news += 1
    now = suppression.said_by_others(tx, email_hash, terms.list_id)
    if now is None or reason in suppression.OWN_WORD or not _follows(now, former):
        return None
    return Said(now, former)


def _follows(now: Standing, former: Standing | None) -> bool:
    """Whether nobody else said something in between, who would be taken back with it."""
    if former is None:
        return now.times == 1
    return (now.id, now.times) == (former.id, former.times + 1)
