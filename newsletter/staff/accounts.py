"""Who is on the staff, in SQL."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.errors import AccountNotFound, AlreadyThere, BadValue
from newsletter.staff.permissions import LOCAL_OPERATOR, Role
from newsletter.tables.staff import account
from subscribers.address import parse
from subscribers.oneline import one_line
from subscribers.transaction import Transaction

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody on the staff."""

    id: int
    name: str
    role: Role
    created_at: datetime
    # Where they are told what waits for them; empty: nowhere.
    address: str = ""


def add(tx: Transaction, name: str, role: Role, now: datetime, address: str = "") -> Account:
    """Take somebody on the staff.

    Raises:
        BadValue: the name is empty, or means somebody else in the audit.
        AlreadyThere: the name is taken, in whatever letter case.
        AddressRefused: nothing can be mailed to *address*.

    """
    name = one_line(name, LONGEST_NAME)
    if not name:
        raise BadValue("name", repr(name), "is empty")
    if name.casefold() == LOCAL_OPERATOR.name:
        raise BadValue("name", name, "is what commands without a name are recorded as")
    if any(known.name.casefold() == name.casefold() for known in all_accounts(tx)):
        raise AlreadyThere("account", name)
    address = _address(address)
    values = {"name": name, "role": role, "created_at": now, "address": address}
    made = tx.execute(
        insert(account).values(values).on_conflict_do_nothing().returning(account.c.id),
    ).scalar_one_or_none()
    if made is None:
        raise AlreadyThere("account", name)
    return Account(made, name, role, now, address)


def set_address(tx: Transaction, name: str, address: str) -> Account:
    """Say where somebody is told what waits for them; empty: nowhere.

    Raises:
        AccountNotFound: there is none of this name.
        AddressRefused: nothing can be mailed to *address*.

    """
    known = find(tx, name)
    tx.execute(update(account).where(account.c.id == known.id).values(address=_address(address)))
    return find(tx, name)


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


def all_accounts(tx: Transaction) -> tuple[Account, ...]:
    """Give all accounts in the order they were made."""
    rows = tx.execute(select(account).order_by(account.c.id))
    return tuple(Account(row.id, row.name, Role(row.role), row.created_at, row.address) for row in rows)


def _address(text: str) -> str:
    return parse(text).text if text.strip() else ""
