"""Keys that programs come with, in SQL: each acts for an account, and does no more than both may."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update

from newsletter.errors import BadValue
from newsletter.staff import accounts
from newsletter.staff.accounts import Account
from newsletter.staff.permissions import Actor, Permission, Role, higher
from newsletter.staff.refusals import KeyNotFound
from newsletter.staff.secrets import new_secret, remembered
from newsletter.tables.apikeys import api_key
from newsletter.tables.staff import account
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.transaction import Transaction

# Says what it is wherever it turns up, and finds it in a repository where it should not be.
PREFIX = "nlk_"
LONGEST_NAME = 100
# How exactly it is known when a key was last used; each request would write otherwise.
BETWEEN_LOOKS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a key is good for."""

    scopes: frozenset[Permission]
    # None: wherever its account has a role.
    newsletters: frozenset[int] | None = None
    # None: until it is revoked.
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without its secret, which nobody knows but whoever was given it."""

    id: int
    account_id: int
    # Of the account.
    owner: str
    name: str
    terms: Terms
    made_at: datetime
    # Within five minutes; None: never.
    used_at: datetime | None
    revoked_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether it opens anything."""
        return self.revoked_at is None and (self.terms.ends_at is None or self.terms.ends_at > now)

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be written down that it was used."""
        return self.used_at is None or now - self.used_at >= BETWEEN_LOOKS


def make(tx: Transaction, owner: Account, name: str, terms: Terms, now: datetime) -> tuple[Key, str]:
    """Make a key for an account, and give it with its secret, which is told this once.

    Raises:
        BadValue: it has no name, lets nothing through, is for no newsletter, or has run out already.

    """
    line = one_line(name, LONGEST_NAME)
    if not line:
        raise BadValue(say("name"), "", say("is empty; say what the key is for"))
    if not terms.scopes:
        raise BadValue(say("scopes"), "", say("a key that lets nothing through is of no use; choose one or more"))
    if terms.newsletters == frozenset():
        raise BadValue(say("newsletters"), "", say("a key for none of them is of no use; choose one or more, or all"))
    if terms.ends_at is not None and terms.ends_at <= now:
        raise BadValue(say("end"), terms.ends_at.date().isoformat(), say("has passed"))
    secret = PREFIX + new_secret()
    values = {
        "account_id": owner.id,
        "name": line,
        "secret_hash": remembered(secret),
        "scopes": sorted(terms.scopes),
        "newsletters": None if terms.newsletters is None else sorted(terms.newsletters),
        "made_at": now,
        "ends_at": terms.ends_at,
    }
    made = tx.execute(insert(api_key).values(values).returning(api_key.c.id)).scalar_one()
    return by_id(tx, made), secret


def find(tx: Transaction, secret: str, now: datetime) -> Key | None:
    """Give the key of this secret; None where there is none, or it opens nothing any more."""
    known = _keys(tx, api_key.c.secret_hash == remembered(secret))
    return known[0] if known and known[0].is_open(now) else None


def by_id(tx: Transaction, key_id: int) -> Key:
    """Give the key of this id.

    Raises:
        KeyNotFound: there is none.

    """
    known = _keys(tx, api_key.c.id == key_id)
    if not known:
        raise KeyNotFound(key_id)
    return known[0]


def all_keys(tx: Transaction, account_id: int | None = None) -> tuple[Key, ...]:
    """Give all keys in the order they were made, or those of one account."""
    return _keys(tx, *([] if account_id is None else [api_key.c.account_id == account_id]))


def actor_of(tx: Transaction, key: Key) -> Actor:
    """Give who acts by a key: its account, as far as the key goes."""
    actor = accounts.by_id(tx, key.account_id).actor
    role, roles = _within(actor, key.terms.newsletters)
    return replace(actor, role=role, roles=roles, scopes=key.terms.scopes, key=key.name)


def note_use(tx: Transaction, key_id: int, now: datetime) -> None:
    """Write down that a key was used."""
    tx.execute(update(api_key).where(api_key.c.id == key_id).values(used_at=now))


def revoke(tx: Transaction, key_id: int, now: datetime) -> Key:
    """Let a key open nothing any more; one that was revoked stays so.

    Raises:
        KeyNotFound: there is none.

    """
    open_ = (api_key.c.id == key_id, api_key.c.revoked_at.is_(None))
    tx.execute(update(api_key).where(*open_).values(revoked_at=now))
    return by_id(tx, key_id)


def scopes_of(words: Collection[str]) -> frozenset[Permission]:
    """Read the names of permissions.

    Raises:
        BadValue: one is none.

    """
    for word in words:
        if word not in set(Permission):
            raise BadValue(say("scope"), one_line(word, LONGEST_NAME), say("is one of: %(all)s", all=", ".join(Permission)))
    return frozenset(Permission(word) for word in words)


def _within(actor: Actor, newsletters: frozenset[int] | None) -> tuple[Role | None, dict[int, Role]]:
    if newsletters is None:
        return actor.role, dict(actor.roles)
    roles = {one: higher(actor.role, actor.roles.get(one)) for one in newsletters}
    return None, {one: role for one, role in roles.items() if role is not None}


def _keys(tx: Transaction, *conditions: ColumnElement[bool]) -> tuple[Key, ...]:
    query = select(api_key, account.c.name.label("owner")).join(account, account.c.id == api_key.c.account_id)
    return tuple(_key(row) for row in tx.execute(query.where(*conditions).order_by(api_key.c.id)))


def _key(row: Row[Any]) -> Key:
    # A permission that is no more opens nothing.
    scopes = frozenset(Permission(one) for one in row.scopes if one in set(Permission))
    newsletters = None if row.newsletters is None else frozenset(row.newsletters)
    terms = Terms(scopes, newsletters, row.ends_at)
    return Key(row.id, row.account_id, row.owner, row.name, terms, row.made_at, row.used_at, row.revoked_at)
