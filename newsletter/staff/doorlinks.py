"""Links by which somebody on the staff chooses a password: an invitation or a forgotten one, once and for a time."""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from newsletter.staff import accounts
from newsletter.staff.accounts import Account
from newsletter.staff.refusals import LinkVoid
from newsletter.tables.staff import account_link
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# An invitation waits for a holiday to end; whoever forgot a password sits before the screen.
INVITED = timedelta(days=7)
FORGOTTEN = timedelta(hours=1)

# No id is longer.
MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class DoorLink:
    """One link."""

    id: int
    account_id: int
    ends_at: datetime


def make(tx: Transaction, account: Account, now: datetime, life: timedelta) -> DoorLink:
    """Make a link for somebody; it is void once they have another address. Earlier ones stay."""
    ends_at = now + life
    made = tx.execute(
        insert(account_link)
        .values(account_id=account.id, address=account.address, made_at=now, ends_at=ends_at)
        .returning(account_link.c.id)
    ).scalar_one()
    return DoorLink(made, account.id, ends_at)


def newest_open(tx: Transaction, account: Account, now: datetime) -> DoorLink | None:
    """Give the newest link of somebody that still opens; None: there is none."""
    opens = (
        account_link.c.account_id == account.id,
        account_link.c.address == account.address,
        account_link.c.used_at.is_(None),
        account_link.c.ends_at > now,
    )
    row = tx.execute(select(account_link).where(*opens).order_by(account_link.c.id.desc()).limit(1)).one_or_none()
    return DoorLink(row.id, row.account_id, row.ends_at) if row is not None else None


def token(keyring: Keyring, link_id: int) -> str:
    """Give the token of a link: its number, and 256 bits that only the instance's key gives. Nothing of it is kept."""
    proof = base64.urlsafe_b64encode(keyring.derive(f"door:{link_id}")).rstrip(b"=").decode()
    return f"{link_id}-{proof}"


def opened(tx: Transaction, keyring: Keyring, text: str, now: datetime) -> Account:
    """Give whose link it is, while it opens.

    Raises:
        LinkVoid: not made by us, used, over, or its owner has another address now.

    """
    number = _number(keyring, text)
    row = tx.execute(select(account_link).where(account_link.c.id == number)).one_or_none()
    if row is None or row.used_at is not None or row.ends_at <= now:
        raise LinkVoid
    known = accounts.by_id(tx, row.account_id)
    if known.address != row.address:
        raise LinkVoid
    return known


def use(tx: Transaction, keyring: Keyring, text: str, now: datetime) -> Account:
    """Use a link up, and all others of its owner.

    Raises:
        LinkVoid: as `opened`; or somebody else used it at the same moment.

    """
    known = opened(tx, keyring, text, now)
    unused = (account_link.c.account_id == known.id, account_link.c.used_at.is_(None))
    used = tx.execute(update(account_link).where(*unused).values(used_at=now).returning(account_link.c.id)).scalars()
    if _number(keyring, text) not in set(used):
        raise LinkVoid
    return known


def void(tx: Transaction, account_id: int, now: datetime) -> None:
    """Let no link of somebody open anything any more."""
    unused = (account_link.c.account_id == account_id, account_link.c.used_at.is_(None))
    tx.execute(update(account_link).where(*unused).values(used_at=now))


def _number(keyring: Keyring, text: str) -> int:
    digits = text.partition("-")[0]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        raise LinkVoid
    number = int(digits)
    if not any(hmac.compare_digest(token(one, number).encode(), text.encode()) for one in (keyring, *keyring.former)):
        raise LinkVoid
    return number
