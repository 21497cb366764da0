"""Who was refused and where people are, of one letter, counted in SQL for its figures."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from newsletter.mail.delivery import DeliveryState
from newsletter.tables.mail import IS_REFUSED, delivery
from subscribers.transaction import Transaction

S = DeliveryState


@dataclass(frozen=True, slots=True)
class Refused:
    """People who were refused for good in the same way."""

    code: int
    # RFC 3463, such as "5.1.1"; empty where the relay gave none.
    enhanced: str
    people: int


@dataclass(frozen=True, slots=True)
class DomainFigures:
    """What became of a letter at one domain."""

    # Empty: deliveries that do not tell any more to whom they went.
    name: str
    people: int
    accepted: int
    refused: int


def refused(tx: Transaction, letter_id: int) -> tuple[Refused, ...]:
    """Count who was refused for good by what relays said, the most first."""
    people = func.count().label("people")
    rows = tx.execute(
        select(delivery.c.code, delivery.c.enhanced, people)
        .where(delivery.c.letter_id == letter_id, IS_REFUSED)
        .group_by(delivery.c.code, delivery.c.enhanced)
        .order_by(people.desc(), delivery.c.code, delivery.c.enhanced)
    )
    return tuple(Refused(row.code, row.enhanced, row.people) for row in rows)


def domains(tx: Transaction, letter_id: int, limit: int) -> tuple[DomainFigures, ...]:
    """Count people by domain, the largest domains first; walks everybody the letter is for, a second for a million."""
    domain = _domain(tx).label("domain")
    rows = tx.execute(
        select(domain, delivery.c.state, func.count().label("people"))
        .where(delivery.c.letter_id == letter_id)
        .group_by(domain, delivery.c.state)
    )
    found: dict[str, Counter[str]] = {}
    for row in rows:
        found.setdefault(row.domain, Counter())[row.state] += row.people
    largest = sorted(found.items(), key=lambda item: (-item[1].total(), item[0]))[:limit]
    return tuple(DomainFigures(name, of.total(), of[S.ACCEPTED], of[S.REFUSED]) for name, of in largest)


def _domain(tx: Transaction) -> ColumnElement[str]:
    if tx.dialect.name == "sqlite":
        return func.substr(delivery.c.email, func.instr(delivery.c.email, "@") + 1)
    return func.split_part(delivery.c.email, "@", 2)
