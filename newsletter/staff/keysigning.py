"""The verbs of passkeys: one is kept, and one opens the door, in place of a password and a second factor.

Nobody guesses at a key, so no attempt is counted; whoever guesses at passwords does not slow down who has one.
"""

from datetime import datetime

from newsletter.database import Database
from newsletter.staff import accounts, ceremonies, challenges, passkeys, sessions
from newsletter.staff.accounts import Account
from newsletter.staff.ceremonies import Owner, Place
from newsletter.staff.passkeys import Passkey
from newsletter.staff.refusals import PasskeyCopied, PasskeyRefused
from newsletter.staff.secrets import new_secret
from subscribers.transaction import Transaction


def owner_of(tx: Transaction, known: Account) -> Owner:
    """Say whose passkey it becomes: by the handle that earlier ones of theirs have, so that a device puts it in their place."""
    earlier = passkeys.of_account(tx, known.id)
    return Owner(earlier[0].handle if earlier else new_secret(), known.address, known.name)


def keep(
    tx: Transaction, place: Place, known: Account, name: str, handle: str, challenge: str, answer: str, now: datetime
) -> str:
    """Keep the passkey that a browser made for *challenge*; gives its name.

    Raises:
        PasskeyRefused: what the browser says is not true here.
        BadValue: they have too many.
        AlreadyThere: it is kept already.

    """
    made = ceremonies.made(place, challenge, answer)
    if not challenges.spend(tx, challenge, now):
        raise PasskeyRefused
    return passkeys.add(tx, known.id, name, handle, made, now)


def by_passkey(database: Database, place: Place, challenge: str, answer: str, now: datetime) -> Account:
    """Give whose passkey answered to *challenge*; the device asked who holds it, so nothing else need be asked.

    Raises:
        PasskeyRefused: nobody's passkey, another's, or what the browser says is not true here.
        PasskeyCopied: it counted backwards now or before; it opens nothing any more, and every session of its owner is over.

    """
    named = ceremonies.named(answer)
    with database.write() as tx:
        passkey = passkeys.find(tx, named.credential)
        if passkey is None or passkey.handle != named.handle:
            raise PasskeyRefused
        uses = ceremonies.uses_of(place, challenge, answer, passkey.public_key)
        if not challenges.spend(tx, challenge, now):
            raise PasskeyRefused
        if not passkey.is_copied(uses):
            passkeys.use(tx, passkey, uses, now)
            return accounts.by_id(tx, passkey.account_id)
        _bar(tx, passkey, now)
    raise PasskeyCopied(passkey.name, passkey.account_id)


def _bar(tx: Transaction, passkey: Passkey, now: datetime) -> None:
    """Shut out both who have this passkey: nobody can tell which of them it belongs to."""
    # Once: whoever has the copy is not to end its owner's later sessions with it.
    if passkey.barred_at is None:
        passkeys.bar(tx, passkey, now)
        sessions.end_all(tx, passkey.account_id)
        sessions.forget_devices(tx, passkey.account_id)
