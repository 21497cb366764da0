"""The keys that sign, in SQL: made, then active once the DNS has their record, then retired."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.errors import AlreadyThere, BadValue, SigningKeyNotFound
from newsletter.mail.dkim import SigningKey
from newsletter.mail.dkimrecord import Algorithm, DnsRecord, key_record, selector_name
from newsletter.strongbox import Strongbox
from newsletter.tables.dkim import dkim_key
from subscribers.sentence import say
from subscribers.slug import free_slug
from subscribers.transaction import Transaction

# A domain of one label is a top-level domain, and nobody signs for all of that.
_FEWEST_LABELS = 2


class KeyState(StrEnum):
    """Where a key is in its life."""

    # It signs nothing yet: receivers could not find it.
    MADE = "made"
    ACTIVE = "active"
    # It signs nothing any more; its record must stay until the mail it signed has been read.
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A key as it is kept, without its secret."""

    id: int
    domain: str
    selector: str
    algorithm: Algorithm
    public: str
    state: KeyState
    created_at: datetime
    # When it came into its state.
    since: datetime

    @property
    def record(self) -> DnsRecord:
        """What the DNS must have before it signs."""
        return key_record(self.domain, self.selector, self.algorithm, self.public)

    @property
    def name(self) -> str:
        """The key as people speak of it."""
        return _name(self.domain, self.selector)


def keep(tx: Transaction, strongbox: Strongbox, key: SigningKey, now: datetime) -> KeptKey:
    """Keep a new key; it signs nothing before it is activated.

    Raises:
        AlreadyThere: the domain has a key with this selector.

    """
    facts = {"domain": key.domain, "selector": key.selector, "algorithm": key.algorithm, "public": key.public}
    sealed = strongbox.seal(key.to_bytes(), _about(key.domain, key.selector))
    statement = insert(dkim_key).values(**facts, sealed=sealed, state=KeyState.MADE, created_at=now, since=now)
    made = tx.execute(statement.on_conflict_do_nothing().returning(dkim_key)).one_or_none()
    if made is None:
        raise AlreadyThere(say("DKIM key"), _name(key.domain, key.selector))
    return _kept(made)


def find(tx: Transaction, domain: str, selector: str) -> KeptKey:
    """Give the key of a domain and a selector.

    Raises:
        SigningKeyNotFound: there is none.

    """
    asked = select(dkim_key).where(dkim_key.c.domain == domain, dkim_key.c.selector == selector)
    row = tx.execute(asked).one_or_none()
    if row is None:
        raise SigningKeyNotFound(_name(domain, selector))
    return _kept(row)


def all_keys(tx: Transaction, domain: str | None = None) -> tuple[KeptKey, ...]:
    """Give all keys, or those of one domain: by domain, the oldest first."""
    asked = select(dkim_key).order_by(dkim_key.c.domain, dkim_key.c.id)
    if domain is not None:
        asked = asked.where(dkim_key.c.domain == domain)
    return tuple(_kept(row) for row in tx.execute(asked))


def free_selector(tx: Transaction, domain: str, wanted: str) -> str:
    """Give *wanted*, or the first of wanted-2, wanted-3, … that no key of the domain has."""
    return free_slug(wanted, {key.selector for key in all_keys(tx, domain)})


def monthly_selector(tx: Transaction, domain: str, algorithm: Algorithm, now: datetime) -> str:
    """Give a free selector that tells when the key was made: `nl202002`."""
    month = f"nl{now:%Y%m}{'ed' if algorithm is Algorithm.ED25519 else ''}"
    return selector_name(free_selector(tx, domain, month), domain)


def activate(tx: Transaction, domain: str, selector: str, now: datetime) -> KeptKey | None:
    """Let a key sign from now on; gives the one of its kind that it takes over from. Saying it twice is not an error.

    Raises:
        SigningKeyNotFound: there is none.
        BadValue: an Ed25519 key, and no RSA key signs for the domain.

    """
    _take_turns(tx, domain)
    key = find(tx, domain, selector)
    if key.state is KeyState.ACTIVE:
        return None
    active = {one.algorithm: one for one in _active(tx, domain)}
    if key.algorithm is Algorithm.ED25519 and Algorithm.RSA not in active:
        # RFC 8301 and 8463: many receivers know RSA only, and to them the mail would be unsigned.
        raise BadValue(say("key"), key.name, say("signs beside an RSA key only; activate one for the domain first"))
    former = active.get(key.algorithm)
    if former is not None:
        _move(tx, former.id, KeyState.RETIRED, now)
    _move(tx, key.id, KeyState.ACTIVE, now)
    return former


def retire(tx: Transaction, domain: str, selector: str, now: datetime) -> None:
    """Let a key sign no more. Saying it twice is not an error.

    Raises:
        SigningKeyNotFound: there is none.
        BadValue: the RSA key beside which an Ed25519 key signs.

    """
    _take_turns(tx, domain)
    key = find(tx, domain, selector)
    if key.state is KeyState.RETIRED:
        return
    others = {one.algorithm: one for one in _active(tx, domain)}
    if key.state is KeyState.ACTIVE and key.algorithm is Algorithm.RSA and (beside := others.get(Algorithm.ED25519)):
        raise BadValue(
            say("key"),
            key.name,
            say("cannot be retired while %(selector)s signs beside it; retire that first", selector=beside.selector),
        )
    _move(tx, key.id, KeyState.RETIRED, now)


def signing(tx: Transaction, domain: str) -> tuple[KeptKey, ...]:
    """Give the keys that sign mail from *domain*, RSA first: its own, else those of the nearest domain it belongs to.

    A signature of example.org counts as one of news.example.org's own (RFC 9989: relaxed alignment, the default).
    """
    labels = domain.split(".")
    for start in range(max(1, len(labels) - _FEWEST_LABELS + 1)):
        if keys := _active(tx, ".".join(labels[start:])):
            return keys
    return ()


def active_keys(tx: Transaction, strongbox: Strongbox, domain: str) -> tuple[SigningKey, ...]:
    """Give what `signing` gives, ready to sign; empty where mail of the domain goes out unsigned.

    Raises:
        SealBroken: a private key does not open.

    """
    return tuple(_opened(tx, strongbox, key) for key in signing(tx, domain))


def reseal(tx: Transaction, strongbox: Strongbox) -> int:
    """Seal all private keys anew; gives how many.

    Raises:
        SealBroken: one of them does not open.

    """
    keys = tx.execute(select(dkim_key.c.id, dkim_key.c.domain, dkim_key.c.selector, dkim_key.c.sealed)).all()
    for row in keys:
        about = _about(row.domain, row.selector)
        anew = strongbox.seal(strongbox.open(row.sealed, about), about)
        tx.execute(update(dkim_key).where(dkim_key.c.id == row.id).values(sealed=anew))
    return len(keys)


def _active(tx: Transaction, domain: str) -> tuple[KeptKey, ...]:
    # "rsa" comes after "ed25519".
    asked = select(dkim_key).where(dkim_key.c.domain == domain, dkim_key.c.state == KeyState.ACTIVE)
    return tuple(_kept(row) for row in tx.execute(asked.order_by(dkim_key.c.algorithm.desc())))


def _opened(tx: Transaction, strongbox: Strongbox, key: KeptKey) -> SigningKey:
    sealed: str = tx.execute(select(dkim_key.c.sealed).where(dkim_key.c.id == key.id)).scalar_one()
    return SigningKey.from_bytes(key.domain, key.selector, strongbox.open(sealed, _about(key.domain, key.selector)))


def _take_turns(tx: Transaction, domain: str) -> None:
    """Let two that change the keys of one domain at once do it one after the other, on PostgreSQL too."""
    tx.execute(select(dkim_key.c.id).where(dkim_key.c.domain == domain).order_by(dkim_key.c.id).with_for_update())


def _move(tx: Transaction, key_id: int, state: KeyState, now: datetime) -> None:
    tx.execute(update(dkim_key).where(dkim_key.c.id == key_id).values(state=state, since=now))


def _name(domain: str, selector: str) -> str:
    return f"{selector} of {domain}"


def _about(domain: str, selector: str) -> str:
    return f"the DKIM key {_name(domain, selector)}"


def _kept(row: Row[Any]) -> KeptKey:
    return KeptKey(
        id=row.id,
        domain=row.domain,
        selector=row.selector,
        algorithm=Algorithm(row.algorithm),
        public=row.public,
        state=KeyState(row.state),
        created_at=row.created_at,
        since=row.since,
    )
