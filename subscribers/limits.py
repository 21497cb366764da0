"""How often anybody may ask for a mail: counted in the database, so that all hosts and all doors count together.

Each limit is a bucket that fills again with time, kept as one moment (the generic cell rate algorithm, ITU-T I.371).
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from subscribers.address import EmailAddress
from subscribers.networks import network_of
from subscribers.tables.limits import limit_use
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Limit:
    """So many at once, and then one after each span."""

    name: str
    burst: int
    every: timedelta


# A class of schoolchildren behind one address gets through, a loop does not. What a loop gets in the long run is a fraction of
# what the next two limits give to everybody: no network alone uses up those of a provider's people or of a list.
NETWORK = Limit("network", 60, timedelta(seconds=30))
# All colleagues of a library may join after a meeting; nobody can make us flood its mail server with made-up names.
DOMAIN = Limit("domain", 200, timedelta(seconds=6))
# A congress gets through; 18,099 requests in a day, one case on record, would be 8,000 and an alert.
LIST = Limit("list", 600, timedelta(seconds=12))


@dataclass(frozen=True, slots=True)
class Asker:
    """From where somebody asks for a mail, to whom it would go, and for the sake of which list."""

    # The network address as the connection had it.
    client: str
    address: EmailAddress
    list_id: int


def used_up(tx: Transaction, keyring: Keyring, asker: Asker, now: datetime) -> Limit | None:
    """Count one more wish, whoever is meant; gives the limit that refuses it, None when all let it pass."""
    for limit, subject in _subjects(keyring, asker):
        if not take(tx, limit, subject, now):
            return limit
    return None


def take(tx: Transaction, limit: Limit, subject: str, now: datetime) -> bool:
    """Count one more of *subject*; False when the limit is used up, and then it is not counted."""
    moment, every = _milliseconds(now), limit.every // timedelta(milliseconds=1)
    begun = case((limit_use.c.free_at > moment, limit_use.c.free_at), else_=moment)
    statement = insert(limit_use).values(key=f"{limit.name}:{subject}", free_at=moment + every)
    taken = tx.execute(
        statement.on_conflict_do_update(
            index_elements=["key"],
            set_={"free_at": begun + every},
            where=limit_use.c.free_at <= moment + (limit.burst - 1) * every,
        ).returning(limit_use.c.key)
    )
    return taken.one_or_none() is not None


def tidy(tx: Transaction, now: datetime) -> None:
    """Forget of whom nothing is used up."""
    tx.execute(delete(limit_use).where(limit_use.c.free_at <= _milliseconds(now)))


def veiled(keyring: Keyring, network: str) -> str:
    """Give a network so that it can be compared and not read."""
    return hmac.digest(keyring.derive("network"), network.encode(), "sha256").hex()[:32]


def _subjects(keyring: Keyring, asker: Asker) -> Iterator[tuple[Limit, str]]:
    # The narrowest first: whoever floods is told so before others are made to wait.
    yield NETWORK, veiled(keyring, network_of(asker.client))
    yield DOMAIN, asker.address.domain
    yield LIST, str(asker.list_id)


def _milliseconds(now: datetime) -> int:
    return int(now.timestamp() * 1000)
