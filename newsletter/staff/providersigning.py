"""The verbs of coming in by a provider: whose account it is, and from when on that is so.

Nobody gets an account by it. An identity is bound to one by a link to the door, or by the address of the account, verified by
the provider; and not before the account's own second factor was right, so that whoever reads a mailbox comes no further than
by a forgotten password.
"""

from dataclasses import dataclass
from datetime import datetime

from newsletter.staff import accounts, doorlinks, identities, sessions
from newsletter.staff.accounts import Account
from newsletter.staff.idtokens import Person
from newsletter.staff.provider import Provider
from newsletter.staff.refusals import NotOnStaff
from subscribers.address import parse
from subscribers.errors import AddressRefused
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Binding:
    """What makes somebody known at a provider; carried past the second factor, and done behind it."""

    issuer: str
    subject: str
    # The link to the door they came by; empty: their address.
    link: str = ""


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whose account it is."""

    account: Account
    # None: known already.
    binding: Binding | None


def recognise(tx: Transaction, keyring: Keyring, provider: Provider, person: Person, link: str, now: datetime) -> Recognised:
    """Say whose account it is; nothing is bound by that.

    Raises:
        NotOnStaff: nobody's here, or another identity has the account already.
        LinkVoid: they came by a link that opens nothing.

    """
    known = identities.find(tx, provider.issuer, person.subject)
    if link:
        account = doorlinks.opened(tx, keyring, link, now)
        if known is not None and known.account_id != account.id:
            raise NotOnStaff(provider.name)
        return Recognised(account, Binding(provider.issuer, person.subject, link))
    if known is not None:
        identities.use(tx, known, now)
        return Recognised(accounts.by_id(tx, known.account_id), None)
    found = _by_address(tx, person.address)
    # An address that the provider gave to somebody else since is no proof.
    if found is None or identities.of_account(tx, found.id, provider.issuer) is not None:
        raise NotOnStaff(provider.name)
    return Recognised(found, Binding(provider.issuer, person.subject))


def bind(tx: Transaction, keyring: Keyring, account: Account, binding: Binding, now: datetime) -> None:
    """Let somebody come in by their identity from now on; by a link that takes the place of what was known before.

    Raises:
        LinkVoid: the link was used meanwhile.
        NotOnStaff: the identity or the account was bound otherwise meanwhile.

    """
    if binding.link:
        account = doorlinks.use(tx, keyring, binding.link, now)
        identities.unbind(tx, account.id)
        # As with a new password: somebody else may have come in before.
        sessions.end_all(tx, account.id)
        sessions.forget_devices(tx, account.id)
    if not identities.bind(tx, account.id, binding.issuer, binding.subject, now):
        raise NotOnStaff(binding.issuer)


def _by_address(tx: Transaction, address: str) -> Account | None:
    try:
        return accounts.by_address(tx, parse(address)) if address else None
    except AddressRefused:
        return None
