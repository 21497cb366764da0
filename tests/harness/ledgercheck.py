"""Compares what a sink took with what the ledger says; the sink is the judge.

By hand: `python -m tests.harness.ledgercheck --database URL --log FILE --secret-file F` prints one JSON object for each letter
that was mailed and ends with 0 when nothing is wrong, else with 1.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import select

from newsletter.database import Database
from newsletter.mail import figures, mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.tables.mail import delivery, mailing
from subscribers.tokens import Keyring, Purpose
from subscribers.transaction import Transaction
from tests.harness.sinklog import Taken, read_log

S = DeliveryState

# What the sink calls a message when it says yes.
_QUEUED = re.compile(r"queued as (\w+)")


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
    # The answer kept for it is the sink's answer to another message.
    mispaired: list[int] = field(default_factory=list)
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
    by_id: dict[int, list[Taken]] = {}
    for one in taken:
        by_id.setdefault(delivery_id(keyring, one), []).append(one)
    columns = (delivery.c.id, delivery.c.state, delivery.c.email, delivery.c.reply)
    rows = tx.execute(select(*columns).where(delivery.c.letter_id == letter_id)).all()
    findings = Findings()
    for row in rows:
        its = by_id.get(row.id, [])
        _look_at(findings, row.id, DeliveryState(row.state), len(its))
        if row.email and any(one.recipient != row.email for one in its):
            findings.misdirected.append(row.id)
        if row.state == S.ACCEPTED and _is_of_another(row.reply, its):
            findings.mispaired.append(row.id)
    _add_up(tx, findings, letter_id)
    uncertain = [row.id for row in rows if row.state == S.UNCERTAIN]
    return Checked(
        findings,
        accepted=sum(row.state == S.ACCEPTED for row in rows),
        uncertain=len(uncertain),
        uncertain_taken=sum(one in by_id for one in uncertain),
    )


def letters_mailed(tx: Transaction) -> list[int]:
    """Give the letters that anybody was to get."""
    return list(tx.execute(select(mailing.c.letter_id).order_by(mailing.c.letter_id)).scalars())


def states(tx: Transaction, letter_id: int) -> Counter[DeliveryState]:
    """Count how everybody stands."""
    rows = tx.execute(select(delivery.c.state).where(delivery.c.letter_id == letter_id)).scalars()
    return Counter(DeliveryState(state) for state in rows)


def _look_at(findings: Findings, row_id: int, state: DeliveryState, taken: int) -> None:
    if taken > 1:
        findings.doubled.append(row_id)
    if state is S.ACCEPTED and not taken:
        findings.accepted_not_taken.append(row_id)
    if taken and state not in {S.ACCEPTED, S.UNCERTAIN, S.SENDING}:
        findings.taken_not_accepted.append(row_id)
    if state in {S.LEASED, S.SENDING}:
        # Nobody works any more when this is asked: a held row would be forgotten for ever.
        findings.missing.append(row_id)


def _is_of_another(reply: str, its: Sequence[Taken]) -> bool:
    """Whether *reply* names a message, and it is none of these."""
    named = _QUEUED.search(reply)
    return named is not None and any(one.queue_id for one in its) and named[1] not in {one.queue_id for one in its}


def _add_up(tx: Transaction, findings: Findings, letter_id: int) -> None:
    report = mailings.report(tx, letter_id)
    settled = report.accepted + report.refused + report.uncertain + report.skipped + report.cancelled
    counted = figures.counted(tx, letter_id)
    is_kept_wrong = figures.kept(tx, letter_id) != {state: n for state, n in counted.items() if state in figures.COUNTED}
    if is_kept_wrong or report.audience != settled + report.deferred + report.pending:
        findings.sums_wrong.append(letter_id)


def delivery_id(keyring: Keyring, taken: Taken) -> int:
    """Give the delivery that a message is, by its Message-ID."""
    return keyring.open(Purpose.DELIVERY, taken.message_id.strip("<>").partition("@")[0])


def main() -> int:
    """Check every letter of a database."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.ledgercheck", description=__doc__)
    parser.add_argument("--database", required=True, help="address of the database, as in NEWSLETTER_DATABASE_URL")
    parser.add_argument("--log", required=True, type=Path, help="what the sink wrote down")
    parser.add_argument("--secret-file", required=True, type=Path, help="the instance's secret.key")
    parser.add_argument("--letter", type=int, action="append", help="only this letter; may be repeated")
    options = parser.parse_args()
    database = Database(options.database)
    keyring = Keyring(options.secret_file.read_text(encoding="utf-8").strip())
    log = read_log(options.log)
    is_clean = True
    with database.read() as tx:
        for letter_id in options.letter or letters_mailed(tx):
            checked = check(tx, keyring, letter_id, log)
            is_clean = is_clean and checked.findings == Findings()
            figures = {"letter": letter_id, **asdict(checked), "states": dict(states(tx, letter_id))}
            sys.stdout.write(json.dumps(figures) + "\n")
    database.close()
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
