"""What came back of letters, counted in SQL from the facts alone: how, from where, and in which words."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from newsletter.letters.letter import LetterKind
from newsletter.returns.fate import Fate, Followed
from newsletter.returns.model import Cause, Kind
from newsletter.tables.mail import delivery, mailing
from newsletter.tables.returns import return_fact, return_message
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Counted:
    """How many deliveries of a letter came back in one way."""

    kind: Kind
    # Of bounces and delays only.
    cause: Cause | None
    people: int


@dataclass(frozen=True, slots=True)
class AtDomain:
    """What came back from one domain."""

    # Empty where it is known no more.
    name: str
    bounced: int
    complained: int


@dataclass(frozen=True, slots=True)
class Said:
    """What several servers said in the same words of the mail they gave back."""

    # Without what differs from one to the next; empty: they said nothing.
    words: str
    cause: Cause
    people: int


@dataclass(frozen=True, slots=True)
class Told:
    """Where mail came back from, and in which words: what is read row by row."""

    domains: tuple[AtDomain, ...]
    texts: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Returns:
    """All that came back from one letter."""

    counted: tuple[Counted, ...] = ()

    def of(self, *kinds: Kind) -> int:
        """Count what came back of these kinds."""
        return sum(one.people for one in self.counted if one.kind in kinds)

    def bounces(self) -> Mapping[Cause, int]:
        """Count the bounces by cause, those that there are."""
        return {one.cause or Cause.UNKNOWN: one.people for one in self.counted if one.kind is Kind.BOUNCE}


def of_letters(tx: Transaction, letter_ids: Collection[int]) -> Mapping[int, Returns]:
    """Give what came back from each of these letters; from an index alone."""
    people = func.count().label("people")
    rows = tx.execute(
        select(return_fact.c.letter_id, return_fact.c.kind, return_fact.c.cause, people)
        .where(return_fact.c.letter_id.in_(letter_ids))
        .group_by(return_fact.c.letter_id, return_fact.c.kind, return_fact.c.cause)
        .order_by(people.desc(), return_fact.c.kind, return_fact.c.cause)
    )
    found: dict[int, list[Counted]] = defaultdict(list)
    for row in rows:
        found[row.letter_id].append(Counted(Kind(row.kind), Cause(row.cause) if row.cause else None, row.people))
    return {letter_id: Returns(tuple(found[letter_id])) for letter_id in letter_ids}


def of_letter(tx: Transaction, letter_id: int) -> Returns:
    """Give what came back from a letter."""
    return of_letters(tx, [letter_id])[letter_id]


def told(tx: Transaction, letter_id: int, limit: int) -> Told:
    """Give up to *limit* domains and texts of a letter, the most frequent first."""
    return Told(domains(tx, letter_id, limit), texts(tx, letter_id, limit))


def domains(tx: Transaction, letter_id: int, limit: int) -> tuple[AtDomain, ...]:
    """Count by domain what did not arrive and who complained, the domains first from which most came back."""
    bounced = func.sum(case((return_fact.c.kind == Kind.BOUNCE, 1), else_=0)).label("bounced")
    complained = func.sum(case((return_fact.c.kind == Kind.COMPLAINT, 1), else_=0)).label("complained")
    rows = tx.execute(
        select(return_fact.c.domain, bounced, complained)
        .where(return_fact.c.letter_id == letter_id, return_fact.c.kind.in_([Kind.BOUNCE, Kind.COMPLAINT]))
        .group_by(return_fact.c.domain)
        .order_by(bounced.desc(), complained.desc(), return_fact.c.domain)
        .limit(limit)
    )
    return tuple(AtDomain(row.domain, row.bounced, row.complained) for row in rows)


def texts(tx: Transaction, letter_id: int, limit: int) -> tuple[Said, ...]:
    """Count the bounces of a letter by what servers said, the most frequent words first."""
    people = func.count().label("people")
    rows = tx.execute(
        select(return_fact.c.words, return_fact.c.cause, people)
        .where(return_fact.c.letter_id == letter_id, return_fact.c.kind == Kind.BOUNCE)
        .group_by(return_fact.c.words, return_fact.c.cause)
        .order_by(people.desc(), return_fact.c.words, return_fact.c.cause)
        .limit(limit)
    )
    return tuple(Said(row.words, Cause(row.cause) if row.cause else Cause.UNKNOWN, row.people) for row in rows)


def suppressed(tx: Transaction, letter_id: int) -> int:
    """Count the addresses that are never written to again because of what came back of a letter."""
    which = (return_fact.c.letter_id == letter_id, return_fact.c.followed == Followed.SUPPRESSED)
    return tx.execute(select(func.count()).where(*which)).scalar_one()


def replies(tx: Transaction, letter_id: int) -> Mapping[Fate, int]:
    """Count the people who answered a letter themselves, by what became of the first answer of each."""
    rows = tx.execute(
        select(return_message.c.fate, func.count().label("people"))
        .join_from(return_fact, return_message, return_message.c.id == return_fact.c.message_id)
        .where(return_fact.c.letter_id == letter_id, return_fact.c.kind == Kind.REPLY)
        .group_by(return_message.c.fate)
    )
    return {Fate(row.fate): row.people for row in rows}


def complained(tx: Transaction, since: datetime, until: datetime) -> frozenset[str]:
    """Give the hashes of the addresses from which complaints came about issues that were planned in this time."""
    rows = tx.execute(
        select(delivery.c.email_hash)
        .join_from(mailing, return_fact, return_fact.c.letter_id == mailing.c.letter_id)
        .join(delivery, delivery.c.id == return_fact.c.delivery_id)
        .where(
            mailing.c.kind == LetterKind.ISSUE,
            mailing.c.planned_at >= since,
            mailing.c.planned_at < until,
            return_fact.c.kind == Kind.COMPLAINT,
        )
    )
    return frozenset(rows.scalars())
