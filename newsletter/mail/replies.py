"""What relays answer to those of a letter whom they refuse or put off, in SQL: in the same words counted together."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select

from newsletter.mail.delivery import DeliveryState
from newsletter.mail.objections import in_common
from newsletter.tables.mail import IS_TROUBLED, delivery
from subscribers.transaction import Transaction

# The latest so many are looked at: what a hundred thousand were told shows in these.
MOST_LOOKED_AT = 2000

# Of one answer, and of one place: what does not fit on a page nobody reads.
MOST_GROUPS = 20
MOST_DOMAINS = 10
MOST_NAMED = 3
LONGEST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Said:
    """One answer, given to several people."""

    state: DeliveryState
    # "550 5.1.1", or empty where there was no answer.
    status: str
    # As one of them had it, verbatim: a stranger's words.
    text: str
    people: int
    # Where they are, the most first.
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """People of one domain who were refused or put off."""

    name: str
    refused: int
    deferred: int


@dataclass(frozen=True, slots=True)
class Replies:
    """What is in the way of a letter."""

    groups: tuple[Said, ...] = ()
    domains: tuple[Domain, ...] = ()
    # How many people all of it was read off.
    looked_at: int = 0


NO_REPLIES = Replies()


@dataclass(frozen=True, slots=True)
class _Kind:
    state: DeliveryState
    status: str
    common: str


@dataclass(frozen=True, slots=True)
class _Told:
    kind: _Kind
    words: str
    domain: str


def of_letter(tx: Transaction, letter_id: int) -> Replies:
    """Read off what the latest of a letter's refused and deferred people were told."""
    told = [_told(row) for row in tx.execute(_latest(letter_id))]
    return Replies(_groups(told), _domains(told), len(told))


def _latest(letter_id: int) -> Select[Any]:
    return (
        select(delivery.c.state, delivery.c.code, delivery.c.enhanced, delivery.c.reply, delivery.c.note, delivery.c.email)
        .where(delivery.c.letter_id == letter_id, IS_TROUBLED)
        .order_by(delivery.c.id.desc())
        .limit(MOST_LOOKED_AT)
    )


def _told(row: Row[Any]) -> _Told:
    words = row.reply or row.note
    status = " ".join(part for part in (str(row.code or ""), row.enhanced) if part)
    kind = _Kind(DeliveryState(row.state), status, in_common(words))
    # The address is empty after an erasure.
    return _Told(kind, words[:LONGEST_SHOWN], row.email.rpartition("@")[2])


def _groups(told: Sequence[_Told]) -> tuple[Said, ...]:
    counts = Counter(one.kind for one in told)
    # The latest of each stands for all.
    shown = {one.kind: one.words for one in reversed(told)}
    where: dict[_Kind, Counter[str]] = defaultdict(Counter)
    for one in told:
        where[one.kind][one.domain] += 1
    return tuple(
        Said(
            state=kind.state,
            status=kind.status,
            text=shown[kind],
            people=people,
            domains=tuple(name for name, _ in where[kind].most_common(MOST_NAMED) if name),
        )
        for kind, people in counts.most_common(MOST_GROUPS)
    )


def _domains(told: Sequence[_Told]) -> tuple[Domain, ...]:
    states = Counter((one.domain, one.kind.state) for one in told)
    names = Counter(one.domain for one in told)
    return tuple(
        Domain(name, states[name, DeliveryState.REFUSED], states[name, DeliveryState.DEFERRED])
        for name, _ in names.most_common(MOST_DOMAINS)
        if name
    )
