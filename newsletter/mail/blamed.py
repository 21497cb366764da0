"""Which issue a complaint is about, in SQL: it names an address, and what that address got last is what somebody saw."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from newsletter.letters.letter import LetterKind
from newsletter.mail.delivery import DeliveryState
from newsletter.tables.mail import delivery, mailing
from subscribers.suppressionbook import Complaint
from subscribers.transaction import Transaction

S = DeliveryState

# Whoever calls mail spam later than that speaks of something else.
LONGEST_AFTER = timedelta(days=31)

# Of addresses in one statement.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Blamed:
    """When complaints came, by the letter that the address had got last."""

    by_letter: Mapping[int, tuple[datetime, ...]]
    # From addresses that had got no issue in the time before, or whose deliveries are kept no longer.
    nowhere: tuple[datetime, ...]


def blamed(tx: Transaction, complaints: Sequence[Complaint]) -> Blamed:
    """Tell which letter of an issue each complaint is about."""
    planned = _planned(tx, complaints)
    got = _got(tx, tuple(planned), {one.email_hash for one in complaints})
    by_letter: dict[int, list[datetime]] = defaultdict(list)
    nowhere = []
    for one in complaints:
        fit = [at for at in got[one.email_hash] if planned[at] <= one.at <= planned[at] + LONGEST_AFTER]
        if fit:
            by_letter[max(fit, key=lambda letter: (planned[letter], letter))].append(one.at)
        else:
            nowhere.append(one.at)
    return Blamed({letter: tuple(at) for letter, at in by_letter.items()}, tuple(nowhere))


def _planned(tx: Transaction, complaints: Sequence[Complaint]) -> dict[int, datetime]:
    """Give the letters of issues that any of the complaints can be about, with when they were planned."""
    if not complaints:
        return {}
    moments = [one.at for one in complaints]
    query = select(mailing.c.letter_id, mailing.c.planned_at).where(
        mailing.c.kind == LetterKind.ISSUE,
        mailing.c.planned_at >= min(moments) - LONGEST_AFTER,
        mailing.c.planned_at <= max(moments),
    )
    return {row.letter_id: row.planned_at for row in tx.execute(query)}


def _got(tx: Transaction, letters: Sequence[int], hashes: set[str]) -> defaultdict[str, list[int]]:
    """Give which of the letters each address got, or may have got."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for some in _batches(sorted(hashes)):
        query = select(delivery.c.letter_id, delivery.c.email_hash).where(
            delivery.c.letter_id.in_(letters),
            delivery.c.email_hash.in_(some),
            delivery.c.state.in_((S.ACCEPTED, S.UNCERTAIN)),
        )
        for row in tx.execute(query):
            found[row.email_hash].append(row.letter_id)
    return found


def _batches(hashes: Sequence[str]) -> Iterator[Sequence[str]]:
    for begin in range(0, len(hashes), BATCH):
        yield hashes[begin : begin + BATCH]
