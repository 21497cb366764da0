"""Departures in SQL: who left when and by which door, why if they said so, and which look like the work of a machine."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, case, func, insert, literal, literal_column, or_, select, update

from newsletter.errors import BurstNotFound
from newsletter.letters.letter import LetterKind
from newsletter.mail.delivery import DeliveryState
from newsletter.tables.departures import departure, departure_burst
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery, mailing
from subscribers.consent import Evidence
from subscribers.limits import veiled
from subscribers.model import Subscription
from subscribers.networks import network_of
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# Scanners press what they find when the mail comes in; half an hour later most of them have (28 % of their clicks come within
# five minutes, 2 % after it, by one count on record).
AFTER_THE_MAIL = timedelta(minutes=30)
# Written into the statement and not bound to it: only so does SQLite see that the index of these will do.
_HAS_NETWORK = departure.c.network != literal_column("''")

# Three colleagues may leave together.
FEWEST = 5
# A gateway that looks for a thousand houses is known by those from which most people left; SQLite takes no thousand conditions.
MOST_DOMAINS = 50


class Why(StrEnum):
    """What people may say about their leaving, if they like."""

    TOO_OFTEN = "too-often"
    NOT_FOR_ME = "not-for-me"
    NEVER_ASKED = "never-asked"
    ELSEWHERE = "elsewhere"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody left a list."""

    id: int
    subscription_id: int
    left_at: datetime


@dataclass(frozen=True, slots=True)
class Crowd:
    """Departures from one network after one issue that are not called a burst, as they are at a moment."""

    network: str
    letter_id: int
    # It shrinks when those who left first did so too long ago, which makes no other crowd of it.
    people: int = field(compare=False)
    # The departure that came last: one that has grown is another crowd.
    newest: int


@dataclass(frozen=True, slots=True)
class Burst:
    """Departures that look like the work of a machine."""

    id: int
    letter_id: int
    subject: str
    newsletter_id: int | None
    found_at: datetime
    undone_at: datetime | None
    people: int
    first_at: datetime | None
    last_at: datetime | None


def record(tx: Transaction, keyring: Keyring, left: Subscription, now: datetime, evidence: Evidence) -> None:
    """Write down that somebody left."""
    tx.execute(
        insert(departure).values(
            subscription_id=left.id,
            list_id=left.list_id,
            left_at=now,
            door=evidence.door,
            network=veiled(keyring, network_of(evidence.network)) if evidence.network else "",
            letter_id=_just_mailed(tx, left.id, now),
        )
    )


def say_why(tx: Transaction, subscription_id: int, why: Why) -> None:
    """Keep what somebody says about their last departure from a list."""
    newest = select(func.max(departure.c.id)).where(departure.c.subscription_id == subscription_id).scalar_subquery()
    tx.execute(update(departure).where(departure.c.id == newest).values(reason=why))


def reasons(tx: Transaction, list_id: int, since: datetime) -> dict[str, int]:
    """Count the departures from a list since a moment by what people said, an empty text for those who said nothing."""
    query = select(departure.c.reason, func.count()).where(departure.c.list_id == list_id, departure.c.left_at >= since)
    return {row[0]: row[1] for row in tx.execute(query.group_by(departure.c.reason))}


def count(tx: Transaction, list_id: int, first: datetime, last: datetime) -> int:
    """Count the departures from a list between two moments."""
    between = (departure.c.list_id == list_id, departure.c.left_at >= first, departure.c.left_at < last)
    return tx.execute(select(func.count()).select_from(departure).where(*between)).scalar_one()


def between_each(tx: Transaction, list_id: int, bounds: Sequence[datetime]) -> tuple[int, ...]:
    """Count the departures from a list between each two of these moments, which follow on each other."""
    if len(bounds) < len(("since", "until")):
        return ()
    spans = [(departure.c.left_at < until, literal(nth)) for nth, until in enumerate(bounds[1:])]
    its = (departure.c.list_id == list_id, departure.c.left_at >= bounds[0], departure.c.left_at < bounds[-1])
    counted = select(case(*spans).label("nth")).where(*its).subquery()
    rows = tx.execute(select(counted.c.nth, func.count().label("people")).group_by(counted.c.nth))
    found = {row.nth: row.people for row in rows}
    return tuple(found.get(nth, 0) for nth in range(len(spans)))


def reasons_between(tx: Transaction, list_id: int, since: datetime, until: datetime) -> dict[str, int]:
    """Count the departures from a list from *since* up to but without *until* by what people said, as `reasons` does."""
    its = (departure.c.list_id == list_id, departure.c.left_at >= since, departure.c.left_at < until)
    rows = tx.execute(select(departure.c.reason, func.count().label("people")).where(*its).group_by(departure.c.reason))
    return {row.reason: row.people for row in rows}


def crowds(tx: Transaction, now: datetime) -> tuple[Crowd, ...]:
    """Give the networks from which enough people have just left after one issue to look closer."""
    recent = (
        select(departure.c.network, departure.c.letter_id)
        .where(
            departure.c.left_at > now - 2 * AFTER_THE_MAIL,
            departure.c.burst_id.is_(None),
            departure.c.letter_id.is_not(None),
            _HAS_NETWORK,
        )
        .group_by(departure.c.network, departure.c.letter_id)
    )
    known = select(departure_burst.c.network, departure_burst.c.letter_id)
    flagged = {
        (row.network, row.letter_id) for row in tx.execute(known.where(departure_burst.c.found_at > now - 2 * AFTER_THE_MAIL))
    }
    return tuple(
        Crowd(row.network, row.letter_id, row.people, row.newest)
        for row in tx.execute(recent.add_columns(func.count().label("people"), func.max(departure.c.id).label("newest")))
        if row.people >= FEWEST or (row.network, row.letter_id) in flagged
    )


def is_of_a_machine(tx: Transaction, crowd: Crowd) -> bool:
    """Whether at least half of all people of the domains concerned who had got the issue left from this network.

    A mail provider's own servers press "unsubscribe" for their readers too (RFC 8058), and those are a few of very many.
    """
    people_at = Counter(email.rpartition("@")[2] for email in _emails(tx, crowd))
    domains = dict(people_at.most_common(MOST_DOMAINS))
    most = 2 * sum(domains.values())
    # Counted only as far as it matters: of a large provider's people the first few dozen suffice. For small houses all who got
    # the issue are walked, a million in 0.2 s for one house and 3 s for fifty, so nobody who writes is kept waiting by this.
    mailed = (
        select(delivery.c.id)
        .where(
            delivery.c.letter_id == crowd.letter_id,
            delivery.c.state == DeliveryState.ACCEPTED,
            or_(*(delivery.c.email.endswith(f"@{domain}", autoescape=True) for domain in domains)),
        )
        .limit(most + 1)
    )
    return bool(domains) and len(tx.execute(mailed).all()) <= most


def flag(tx: Transaction, crowd: Crowd, now: datetime) -> int:
    """Call a crowd a burst, or add it to the one that was called so; gives its id."""
    same = (departure_burst.c.network == crowd.network, departure_burst.c.letter_id == crowd.letter_id)
    burst_id = tx.execute(select(departure_burst.c.id).where(*same)).scalar_one_or_none()
    if burst_id is None:
        made = insert(departure_burst).values(network=crowd.network, letter_id=crowd.letter_id, found_at=now)
        burst_id = int(tx.execute(made.returning(departure_burst.c.id)).scalar_one())
    tx.execute(update(departure).where(*_of(crowd)).values(burst_id=burst_id))
    return burst_id


def is_flagged(tx: Transaction, crowd: Crowd) -> bool:
    """Whether departures from this network after this issue were called a burst already."""
    same = (departure_burst.c.network == crowd.network, departure_burst.c.letter_id == crowd.letter_id)
    return tx.execute(select(departure_burst.c.id).where(*same)).one_or_none() is not None


def bursts(tx: Transaction, burst_ids: Collection[int] | None = None) -> tuple[Burst, ...]:
    """Give all bursts, or those of these ids, the newest first."""
    query = (
        select(
            departure_burst,
            letter.c.subject,
            letter.c.newsletter_id,
            func.count(departure.c.id).label("people"),
            func.min(departure.c.left_at).label("first_at"),
            func.max(departure.c.left_at).label("last_at"),
        )
        .join(letter, letter.c.id == departure_burst.c.letter_id)
        .outerjoin(departure, departure.c.burst_id == departure_burst.c.id)
        .group_by(departure_burst.c.id, letter.c.id)
        .order_by(departure_burst.c.id.desc())
    )
    if burst_ids is not None:
        query = query.where(departure_burst.c.id.in_(burst_ids))
    return tuple(
        Burst(
            id=row.id,
            letter_id=row.letter_id,
            subject=row.subject,
            newsletter_id=row.newsletter_id,
            found_at=row.found_at,
            undone_at=row.undone_at,
            people=row.people,
            first_at=row.first_at,
            last_at=row.last_at,
        )
        for row in tx.execute(query)
    )


def burst(tx: Transaction, burst_id: int) -> Burst:
    """Give one burst.

    Raises:
        BurstNotFound: there is none of this id.

    """
    found = bursts(tx, [burst_id])
    if not found:
        raise BurstNotFound(burst_id)
    return found[0]


def members(tx: Transaction, burst_id: int) -> tuple[Departure, ...]:
    """Give the departures of a burst, in the order of the people, so that two who hold them do not wait for each other."""
    query = (
        select(departure.c.id, departure.c.subscription_id, departure.c.left_at)
        .join(subscription, subscription.c.id == departure.c.subscription_id)
        .where(departure.c.burst_id == burst_id)
        .order_by(subscription.c.subscriber_id, departure.c.id)
    )
    return tuple(Departure(*row) for row in tx.execute(query))


def close(tx: Transaction, burst_id: int, now: datetime) -> None:
    """Write down that a burst was undone."""
    tx.execute(update(departure_burst).where(departure_burst.c.id == burst_id).values(undone_at=now))


def networks_before(tx: Transaction, before: datetime) -> int:
    """Count the departures from before a moment that still tell from which network somebody came."""
    return tx.execute(select(func.count()).select_from(departure).where(*_with_network(before))).scalar_one()


def forget_networks(tx: Transaction, before: datetime, limit: int) -> int:
    """Let up to *limit* departures tell their network no more, the oldest first; gives how many. Zero: nor do bursts."""
    oldest = select(departure.c.id).where(*_with_network(before)).order_by(departure.c.left_at).limit(limit)
    forgotten = tx.execute(update(departure).where(departure.c.id.in_(oldest)).values(network="")).rowcount
    if not forgotten:
        # What is added to a burst is found by its network; now nothing is added to it any more.
        ended = (departure_burst.c.network != "", departure_burst.c.found_at < before)
        tx.execute(update(departure_burst).where(*ended).values(network=""))
    return forgotten


def _with_network(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return _HAS_NETWORK, departure.c.left_at < before


def _of(crowd: Crowd) -> tuple[ColumnElement[bool], ...]:
    return (departure.c.network == crowd.network, departure.c.letter_id == crowd.letter_id, departure.c.burst_id.is_(None))


def _emails(tx: Transaction, crowd: Crowd) -> list[str]:
    query = (
        select(subscriber.c.email)
        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .join(departure, departure.c.subscription_id == subscription.c.id)
        .where(departure.c.network == crowd.network, departure.c.letter_id == crowd.letter_id)
        .distinct()
    )
    return list(tx.execute(query).scalars())


def _just_mailed(tx: Transaction, subscription_id: int, now: datetime) -> int | None:
    query = (
        select(delivery.c.letter_id)
        .join(mailing, mailing.c.letter_id == delivery.c.letter_id)
        .where(
            delivery.c.subscription_id == subscription_id,
            delivery.c.state == DeliveryState.ACCEPTED,
            delivery.c.settled_at > now - AFTER_THE_MAIL,
            mailing.c.kind == LetterKind.ISSUE,
        )
        .order_by(delivery.c.settled_at.desc())
        .limit(1)
    )
    letter_id: int | None = tx.execute(query).scalar_one_or_none()
    return letter_id
