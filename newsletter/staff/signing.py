"""The verbs of the door: a password is tried, chosen and changed, a second factor is asked, a passkey answers.

Every attempt is counted before it is looked at, in a transaction of its own, so that a thousand at once are a thousand.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from newsletter.database import Database
from newsletter.errors import BadValue
from newsletter.staff import accounts, backoff, doorlinks, failures, passwords, secondfactor, sessions
from newsletter.staff.accounts import Account
from newsletter.staff.failures import Counter
from newsletter.strongbox import Strongbox
from subscribers.address import parse
from subscribers.errors import AddressRefused
from subscribers.networks import network_of
from subscribers.sentence import say
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# What is wrong where somebody does not know their own password.
CURRENT = say("The current password")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands at the door, as far as a request tells."""

    network: str
    agent: str
    # The secret of a browser that somebody signed in with before; empty: none.
    device: str = ""


def by_password(database: Database, address: str, password: str, visitor: Visitor, now: datetime) -> Account | None:
    """Give whose address and password these are; None: nobody's, and nothing tells which of the two was wrong.

    Raises:
        SlowDown: too many attempts failed before; this one was not looked at.

    """
    with database.write() as tx:
        known = _owner(tx, address)
        counters = _counters(tx, known, address, visitor, now)
        failures.begin(tx, counters, now)
    if not passwords.fits(password, known.password if known is not None else "") or known is None:
        return None
    with database.write() as tx:
        failures.succeed(tx, counters)
        if passwords.is_outdated(known.password):
            accounts.set_password(tx, known.id, passwords.hashed(password))
    return known


def by_code(database: Database, strongbox: Strongbox, account_id: int, code: str, now: datetime) -> bool:
    """Whether a code of somebody's second factor is right; it is used up then.

    Raises:
        SlowDown: too many attempts failed before; this one was not looked at.

    """
    counters = (Counter(f"second:{account_id}", backoff.OF_SECOND_FACTOR),)
    with database.write() as tx:
        failures.begin(tx, counters, now)
    with database.write() as tx:
        is_right = secondfactor.passes(tx, strongbox, account_id, code, now)
        if is_right:
            failures.succeed(tx, counters)
    return is_right


def knows_password(database: Database, known: Account, password: str, now: datetime) -> bool:
    """Whether somebody who is signed in knows their own password, asked before what matters; whoever has none passes.

    Raises:
        SlowDown: too many attempts failed before; this one was not looked at.

    """
    if not known.password:
        return True
    counters = (Counter(f"own:{known.id}", backoff.OF_SECOND_FACTOR),)
    with database.write() as tx:
        failures.begin(tx, counters, now)
    if not passwords.fits(password, known.password):
        return False
    with database.write() as tx:
        failures.succeed(tx, counters)
    return True


def choose_by_link(database: Database, keyring: Keyring, token: str, password: str, now: datetime) -> Account:
    """Choose a password by a link, and end every session; whoever did so signs in like everybody, second factor and all.

    Raises:
        LinkVoid: the link opens nothing.
        BadValue: the password is none.

    """
    with database.read() as tx:
        known = doorlinks.opened(tx, keyring, token, now)
    passwords.require_good(password, about=(known.name, known.address))
    kept = passwords.hashed(password)
    with database.write() as tx:
        used = doorlinks.use(tx, keyring, token, now)
        _set(tx, used, kept, now)
    return used


def change(database: Database, known: Account, current: str, wanted: str, now: datetime) -> None:
    """Change somebody's password, and end every session of theirs.

    Raises:
        BadValue: the current password is another one, or the wanted one is none.
        SlowDown: too many attempts failed before.

    """
    if not knows_password(database, known, current, now):
        raise BadValue(CURRENT, "", say("it is another one"))
    passwords.require_good(wanted, about=(known.name, known.address))
    kept = passwords.hashed(wanted)
    with database.write() as tx:
        _set(tx, known, kept, now)


def _set(tx: Transaction, known: Account, kept: str, now: datetime) -> None:
    accounts.set_password(tx, known.id, kept)
    doorlinks.void(tx, known.id, now)
    sessions.end_all(tx, known.id)
    # Somebody else may have signed in with theirs.
    sessions.forget_devices(tx, known.id)


def _owner(tx: Transaction, address: str) -> Account | None:
    try:
        return accounts.by_address(tx, parse(address))
    except AddressRefused:
        return None


def _counters(tx: Transaction, known: Account | None, address: str, visitor: Visitor, now: datetime) -> tuple[Counter, ...]:
    if known is not None and sessions.knows_device(tx, known.id, visitor.device, now):
        return (Counter(f"device:{known.id}:{digest(visitor.device)}", backoff.OF_DEVICE),)
    # The same for an address that is nobody's: who waits learns nothing of who is on the staff.
    of_account = Counter(f"account:{known.id if known is not None else digest(address.strip().casefold())}", backoff.OF_ACCOUNT)
    return (of_account, Counter(f"network:{network_of(visitor.network)}", backoff.OF_NETWORK))


def digest(text: str) -> str:
    """Give what stands for a text among the attempts that are counted: no address is kept there."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
