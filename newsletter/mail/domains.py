"""Rates of recipients' domains, in SQL: which deliveries have to wait for their domain, and how many of them may go now.

Who has such a domain is written into the delivery when it is planned, and stands in an index of its own: a claim never walks
past the people of a slow domain, and nobody else waits behind them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.errors import BadValue, DomainNotFound
from newsletter.letters.letter import FOR_MANY
from newsletter.mail import allowances
from newsletter.mail import limits as rules
from newsletter.mail.allowances import Loaded
from newsletter.mail.limits import Limits, Rate
from newsletter.prepared import Prepared
from newsletter.tables.mail import IS_WAITING, delivery, mailing
from newsletter.tables.relays import domain_rate
from subscribers import address
from subscribers.errors import AddressRefused
from subscribers.sentence import say
from subscribers.transaction import Transaction

# More would make each claim slow; whoever has a hundred slow domains has a slow relay.
MOST_DOMAINS = 100


@dataclass(frozen=True, slots=True)
class DomainRate:
    """A domain whose people are written to no faster than this; None: as fast as all others, after it was slower."""

    domain: str
    rate: Rate | None


@dataclass(slots=True)
class Queue:
    """Deliveries that wait apart, or, with an empty domain, all others; and how many may be claimed now."""

    domain: str
    left: int
    # For a domain with a rate: what it was given so far, and how many more were open.
    loaded: Loaded | None = None
    rate: Rate | None = None
    opened: int = 0


def set_rate(tx: Transaction, domain: str, rate: Rate, now: datetime) -> DomainRate:
    """Give a domain a rate, at once for everybody who waits; gives it with the domain as A-label.

    Raises:
        BadValue: the domain is none, or there are too many with a rate.

    """
    name = _a_label(domain)
    known = rates(tx)
    if sum(one.rate is not None and one.domain != name for one in known) >= MOST_DOMAINS:
        raise BadValue(
            say("domain"), name, say("%(most)s domains have a rate already; limit the relay instead", most=MOST_DOMAINS)
        )
    statement = insert(domain_rate).values(domain=name, rate=str(rate), changed_at=now)
    changes = {"rate": str(rate), "changed_at": now}
    tx.execute(statement.on_conflict_do_update(index_elements=[domain_rate.c.domain], set_=changes))
    if name not in {one.domain for one in known}:
        _mark_waiting(tx, name)
    return DomainRate(name, rate)


def remove_rate(tx: Transaction, domain: str, now: datetime) -> None:
    """Let a domain's people be written to like all others, those who wait at once.

    Raises:
        DomainNotFound: it has no rate.

    """
    name = _a_label(domain)
    changed = tx.execute(
        update(domain_rate)
        .where(domain_rate.c.domain == name, domain_rate.c.rate.is_not(None))
        .values(rate=None, changed_at=now),
    )
    if not changed.rowcount:
        raise DomainNotFound(name)


def rates(tx: Transaction) -> tuple[DomainRate, ...]:
    """Give all domains that have a rate, or had one, in order."""
    rows = _RATES.run(tx)
    return tuple(DomainRate(row.domain, rules.parse_rate(row.rate) if row.rate else None) for row in rows)


def paced_domain(tx: Transaction, email: ColumnElement[str]) -> ColumnElement[str]:
    """Give what a delivery to *email* carries: its domain where that has a rate, else nothing; for INSERT … SELECT."""
    if not rates(tx):
        return literal("")
    known = select(domain_rate.c.domain).where(domain_rate.c.domain == _domain_of(tx, email))
    return func.coalesce(known.correlate_except(domain_rate).scalar_subquery(), "")


def queues(tx: Transaction, now: datetime, limit: int) -> tuple[Queue, ...]:
    """Give where up to *limit* deliveries may be claimed from now: domains with a rate first, because they are open seldom.

    Whoever claims takes from `left`, and tells it by `spend` in the same transaction. A domain that another mailer is just
    claiming from is left out: it comes next time.
    """
    paced = (_queue(tx, one, now, limit) for one in rates(tx))
    return (*(queue for queue in paced if queue.left), Queue("", limit))


def spend(tx: Transaction, claimed_from: Iterable[Queue]) -> None:
    """Write down what was claimed of each domain."""
    for queue in claimed_from:
        count = queue.opened - queue.left
        if queue.rate is not None and queue.loaded is not None and count:
            granted = rules.decide(Limits(rate=queue.rate), queue.loaded.allowance, count, queue.loaded.moment)
            allowances.save(tx, _key(queue.domain), granted.after)


def _queue(tx: Transaction, one: DomainRate, now: datetime, limit: int) -> Queue:
    if one.rate is None:
        return Queue(one.domain, limit)
    loaded = allowances.load(tx, _key(one.domain), now)
    if loaded is None:
        return Queue(one.domain, 0)
    granted = rules.decide(Limits(rate=one.rate), loaded.allowance, limit, loaded.moment)
    if not granted.count and granted.after != loaded.allowance:
        # The rate was lower before; what it had put off is put forward.
        allowances.save(tx, _key(one.domain), granted.after)
    return Queue(one.domain, granted.count, loaded, one.rate, granted.count)


def _mark_waiting(tx: Transaction, name: str) -> None:
    is_for_many = select(mailing.c.letter_id).where(mailing.c.kind.in_(sorted(FOR_MANY)))
    tx.execute(
        update(delivery)
        .where(IS_WAITING, delivery.c.letter_id.in_(is_for_many), _domain_of(tx, delivery.c.email) == name)
        .values(paced_domain=name),
    )


def _domain_of(tx: Transaction, email: ColumnElement[str]) -> ColumnElement[str]:
    # An address has one @ (quoted local parts are refused), and its domain is kept as A-label.
    find = func.instr if tx.dialect.name == "sqlite" else func.strpos
    return func.substr(email, find(email, "@") + 1)


def _a_label(domain: str) -> str:
    try:
        return address.parse(f"somebody@{domain.strip()}").domain
    except AddressRefused as error:
        raise BadValue(say("domain"), domain, say("is no domain of a mail address, for instance gmail.com")) from error


def _key(domain: str) -> str:
    return f"domain {domain}"


# Asked at every claim.
_RATES = Prepared(lambda _dialect: select(domain_rate.c.domain, domain_rate.c.rate).order_by(domain_rate.c.domain))
