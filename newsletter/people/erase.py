"""Forgetting a person, in the register and on the ledger at once."""

from collections.abc import Collection
from datetime import datetime

from newsletter.mail import ledger
from newsletter.review import guestbook
from subscribers import moves, privacy, recognition, records, suppression
from subscribers.address import EmailAddress
from subscribers.consent import Evidence
from subscribers.model import Reason
from subscribers.privacy import BY_STAFF
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


def erase(tx: Transaction, keyring: Keyring, subscriber_id: int, now: datetime, evidence: Evidence = BY_STAFF) -> None:
    """Forget a person: deliveries keep states and times, the register keeps a keyed hash, and nothing is mailed any more.

    That they were erased stays among their acts, by the door and in the words of *evidence*.

    Raises:
        SubscriberNotFound: nobody has this id.

    """
    # Held before their deliveries, as a withdrawal does: two in different orders would wait for each other for ever.
    person = records.hold_person(tx, subscriber_id)
    former = () if person is None else moves.former_addresses(tx, person)
    ledger.forget(tx, subscriber_id, now)
    privacy.erase(tx, keyring, subscriber_id, now, evidence)
    for address in former:
        # An old file may hold them by an address they had before.
        suppression.suppress(tx, recognition.hash_of(tx, keyring, address.key), Reason.ERASED, now)
    if person is not None:
        _forget_guest(tx, {address.key for address in (person.address, *former)}, now)


def erase_guest(tx: Transaction, keyring: Keyring, address: EmailAddress, now: datetime) -> bool:
    """Forget a guest who is no subscriber; of the address a keyed hash stays, as of a subscriber's. False: there was none."""
    if not _forget_guest(tx, {address.key}, now):
        return False
    suppression.suppress(tx, recognition.hash_of(tx, keyring, address.key), Reason.ERASED, now)
    return True


def erase_guest_of_hash(tx: Transaction, keyring: Keyring, email_hash: str, at: datetime) -> bool:
    """Forget a guest again who was erased at a moment, as a journal says; False: there is none who was asked before."""
    hashes = recognition.hashes_of(tx, keyring, sorted(guestbook.keys(tx, at)))
    return _forget_guest(tx, {key for key, known in hashes.items() if known == email_hash}, at)


def _forget_guest(tx: Transaction, keys: Collection[str], now: datetime) -> bool:
    links = guestbook.links_of(tx, keys) if keys else ()
    forget_links(tx, links, now)
    return bool(links)


def forget_links(tx: Transaction, links: Collection[int], now: datetime) -> None:
    """Forget whose links these are, what they typed, and the mails that carried the links."""
    if links:
        ledger.forget_guest(tx, links, now)
        guestbook.forget(tx, links, now)
