"""Compares what a sink took with what the ledger says; the sink is the judge."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from newsletter.mail import mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.tables.mail import delivery
from subscribers.tokens import Keyring, Purpose
from subscribers.transaction import Transaction
from tests.harness.sink import Taken

S = DeliveryState


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong, by delivery id; and the open rows, which may be either."""

    # Neither taken by the sink, nor settled, nor waiting to be tried again.
    missing: list[int] = field(default_factory=list)
    # Taken more than once.
    doubled: list[int] = field(default_factory=list)
    # Called accepted, and the sink has it not.
    accepted_not_taken: list[int] = field(default_factory=list)
    # The sink has it, and the ledger says that it was neither accepted nor perhaps so.
    taken_not_accepted: list[int] = field(default_factory=list)
    # Taken for another address than the ledger's.
    misdirected: list[int] = field(default_factory=list)
    # The figures do not add up.
    sums_wrong: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a comparison."""

    findings: Findings
    accepted: int
    # Held, and how many of them the sink has.
    uncertain: int
    uncertain_taken: int


def check(tx: Transaction, keyring: Keyring, letter_id: int, taken: Sequence[Taken]) -> Checked:
    """Compare one letter's rows with the sink's log."""
    counts = Counter(_delivery_id(keyring, one) for one in taken)
    went_to = {_delivery_id(keyring, one): one.recipient for one in taken}
    rows = tx.execute(select(delivery.c.id, delivery.c.state, delivery.c.email).where(delivery.c.letter_id == letter_id)).all()
    findings = Findings()
    for row in rows:
        _look_at(findings, row.id, DeliveryState(row.state), counts[row.id])
        if row.id in went_to and row.email and went_to[row.id] != row.email:
            findings.misdirected.append(row.id)
    _add_up(tx, findings, letter_id)
    uncertain = [row.id for row in rows if row.state == S.UNCERTAIN]
    return Checked(
        findings,
        accepted=sum(row.state == S.ACCEPTED for row in rows),
        uncertain=len(uncertain),
        uncertain_taken=sum(counts[delivery_id] > 0 for delivery_id in uncertain),
    )


def _look_at(findings: Findings, delivery_id: int, state: DeliveryState, taken: int) -> None:
    if taken > 1:
        findings.doubled.append(delivery_id)
    if state is S.ACCEPTED and not taken:
        findings.accepted_not_taken.append(delivery_id)
    if taken and state not in {S.ACCEPTED, S.UNCERTAIN, S.SENDING}:
        findings.taken_not_accepted.append(delivery_id)
    if state in {S.LEASED, S.SENDING}:
        # Nobody works any more when this is asked: a held row would be forgotten for ever.
        findings.missing.append(delivery_id)


def _add_up(tx: Transaction, findings: Findings, letter_id: int) -> None:
    report = mailings.report(tx, letter_id)
    settled = report.accepted + report.refused + report.uncertain + report.skipped + report.cancelled
    if report.audience != settled + report.deferred + report.pending:
        findings.sums_wrong.append(letter_id)


def _delivery_id(keyring: Keyring, taken: Taken) -> int:
    return keyring.open(Purpose.DELIVERY, taken.message_id.strip("<>").partition("@")[0])
