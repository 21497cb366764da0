"""Who is on the staff, in SQL."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.errors import AccountNotFound, AlreadyThere, BadValue
from newsletter.staff.permissions import LOCAL_OPERATOR, Actor, Role
from newsletter.staff.refusals import LastAdministrator, OwnRole
from newsletter.tables.staff import account, account_role, passkey
from subscribers.address import EmailAddress, parse
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.transaction import Transaction

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody on the staff."""

    id: int
    name: str
    # On the whole instance; None: only in the newsletters of `roles`.
    role: Role | None
    created_at: datetime
    # Where they are told what waits for them, and what they sign in with; empty: nowhere, and they do not.
    address: str = ""
    # In single newsletters, by their ids.
    roles: Mapping[int, Role] = field(default_factory=dict, hash=False)
    # Argon2id in its own notation; empty: none was chosen yet.
    password: str = field(default="", repr=False)
    # A code of an app.
    has_second_factor: bool = False
    # Whether they open anything or were barred: who has a copy of one is not to get by with the password instead.
    has_passkeys: bool = False

    @property
    def is_guarded(self) -> bool:
        """Whether the password alone lets nobody in."""
        return self.has_second_factor or self.has_passkeys

    @property
    def actor(self) -> Actor:
        """Who they are in the audit, and what they may do."""
        return Actor(self.name, self.role, self.roles, self.id)


def add(tx: Transaction, name: str, role: Role | None, now: datetime, address: str = "") -> Account:
    """Take somebody on the staff; without a *role* they may do nothing yet.

    Raises:
        BadValue: the name is empty, or means somebody else in the audit.
        AlreadyThere: the name or the address is taken, in whatever letter case.
        AddressRefused: nothing can be mailed to *address*.

    """
    name = _free_name(tx, name)
    read = _address(address)
    values = {
        "name": name,
        "role": role,
        "created_at": now,
        "address": read.text if read else "",
        "address_key": read.key if read else None,
    }
    _require_free(tx, read)
    made = tx.execute(
        insert(account).values(values).on_conflict_do_nothing().returning(account.c.id),
    ).scalar_one_or_none()
    if made is None:
        raise AlreadyThere(say("account"), name)
    return by_id(tx, made)


def rename(tx: Transaction, known: Account, name: str) -> Account:
    """Call somebody otherwise; what they did before stays under the name they had.

    Raises:
        BadValue: as `add`.
        AlreadyThere: as `add`.

    """
    if one_line(name, LONGEST_NAME) != known.name:
        tx.execute(update(account).where(account.c.id == known.id).values(name=_free_name(tx, name, but=known.id)))
    return by_id(tx, known.id)


def set_address(tx: Transaction, name: str, address: str) -> Account:
    """Say where somebody is told what waits for them, and what they sign in with; empty: nowhere.

    Raises:
        AccountNotFound: there is none of this name.
        AddressRefused: nothing can be mailed to *address*.
        AlreadyThere: somebody else has it.

    """
    known = find(tx, name)
    read = _address(address)
    _require_free(tx, read, but=known.id)
    values = {"address": read.text if read else "", "address_key": read.key if read else None}
    tx.execute(update(account).where(account.c.id == known.id).values(values))
    return by_id(tx, known.id)


def set_roles(tx: Transaction, actor: Actor, known: Account, role: Role | None, roles: Mapping[int, Role]) -> Account:
    """Give somebody these roles instead of those they have.

    Raises:
        OwnRole: *actor* is they; nobody raises themselves, and nobody locks themselves out.
        LastAdministrator: nobody would be left who could let anybody in.

    """
    if (role, dict(roles)) == (known.role, dict(known.roles)):
        return known
    if actor.account_id == known.id:
        raise OwnRole(known.name)
    if role is not Role.ADMIN:
        _require_another_admin(tx, known)
    tx.execute(update(account).where(account.c.id == known.id).values(role=role))
    tx.execute(delete(account_role).where(account_role.c.account_id == known.id))
    for newsletter_id, one in roles.items():
        tx.execute(insert(account_role).values(account_id=known.id, newsletter_id=newsletter_id, role=one))
    return by_id(tx, known.id)


def set_password(tx: Transaction, account_id: int, kept: str) -> None:
    """Keep the hash of a new password; an empty one lets nobody in by password."""
    tx.execute(update(account).where(account.c.id == account_id).values(password=kept))


def remove(tx: Transaction, actor: Actor, known: Account) -> None:
    """Take somebody off the staff, with their sessions and everything they sign in with; the audit keeps their name.

    Raises:
        OwnRole: *actor* is they.
        LastAdministrator: nobody would be left who could let anybody in.

    """
    if actor.account_id == known.id:
        raise OwnRole(known.name)
    _require_another_admin(tx, known)
    tx.execute(delete(account).where(account.c.id == known.id))


def find(tx: Transaction, name: str) -> Account:
    """Give the account of this name, in any letter case.

    Raises:
        AccountNotFound: there is none.

    """
    wanted = one_line(name).casefold()
    for known in all_accounts(tx):
        if known.name.casefold() == wanted:
            return known
    raise AccountNotFound(name)


def by_id(tx: Transaction, account_id: int) -> Account:
    """Give the account of this id.

    Raises:
        AccountNotFound: there is none.

    """
    found = _accounts(tx, account.c.id == account_id)
    if not found:
        raise AccountNotFound(str(account_id))
    return found[0]


def by_address(tx: Transaction, address: EmailAddress) -> Account | None:
    """Give whose address this is, in any spelling of it; None: nobody's."""
    found = _accounts(tx, account.c.address_key == address.key)
    return found[0] if found else None


def all_accounts(tx: Transaction) -> tuple[Account, ...]:
    """Give all accounts in the order they were made."""
    return _accounts(tx)


def first_administrator(tx: Transaction) -> Account | None:
    """Give the first who may do everything; None while there is nobody."""
    found = _accounts(tx, account.c.role == Role.ADMIN)
    return found[0] if found else None


def _accounts(tx: Transaction, *conditions: ColumnElement[bool]) -> tuple[Account, ...]:
    has_passkeys = exists().where(passkey.c.account_id == account.c.id).label("has_passkeys")
    query: Select[Any] = select(account, has_passkeys).where(*conditions).order_by(account.c.id)
    rows = tx.execute(query).all()
    roles: dict[int, dict[int, Role]] = defaultdict(dict)
    of_these = select(account_role).where(account_role.c.account_id.in_([row.id for row in rows]))
    for one in tx.execute(of_these.order_by(account_role.c.newsletter_id)):
        roles[one.account_id][one.newsletter_id] = Role(one.role)
    return tuple(
        Account(
            row.id,
            row.name,
            Role(row.role) if row.role else None,
            row.created_at,
            row.address,
            roles[row.id],
            row.password,
            bool(row.totp),
            bool(row.has_passkeys),
        )
        for row in rows
    )


def _free_name(tx: Transaction, text: str, *, but: int = 0) -> str:
    name = one_line(text, LONGEST_NAME)
    if not name:
        raise BadValue(say("name"), repr(name), say("is empty"))
    if name.casefold() == LOCAL_OPERATOR.name:
        raise BadValue(say("name"), name, say("is what commands without a name are recorded as"))
    if any(known.name.casefold() == name.casefold() and known.id != but for known in all_accounts(tx)):
        raise AlreadyThere(say("account"), name)
    return name


def _require_free(tx: Transaction, address: EmailAddress | None, *, but: int = 0) -> None:
    owner = by_address(tx, address) if address is not None else None
    if owner is not None and owner.id != but:
        raise AlreadyThere(say("account with the address"), owner.address)


def _require_another_admin(tx: Transaction, known: Account) -> None:
    # Held, so that two administrators who remove each other at the same moment do so one after the other.
    admins = select(account.c.id).where(account.c.role == Role.ADMIN).order_by(account.c.id).with_for_update()
    if set(tx.execute(admins).scalars()) == {known.id}:
        raise LastAdministrator(known.name)


def _address(text: str) -> EmailAddress | None:
    return parse(text) if text.strip() else None
