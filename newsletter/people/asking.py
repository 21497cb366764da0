"""Links that a person has sent to themselves: to their preferences, and to everything that is kept of them."""

from datetime import datetime

from newsletter.issues.model import Newsletter
from newsletter.letters.letter import Draft
from newsletter.mail import dispatch
from subscribers import confirmations, datalinks, moves, recognition, register, suppression
from subscribers.address import EmailAddress
from subscribers.errors import SubscriberNotFound
from subscribers.model import EVERY_LIST, Subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


def link(
    tx: Transaction, keyring: Keyring, letter: Draft, newsletter: Newsletter, address: EmailAddress, now: datetime
) -> bool:
    """Plan the mail with the link to somebody's preferences; False when nobody there is known, or was asked often enough.

    *letter* is composed before the transaction, whether anybody gets it or not, and the answer is the same for everybody.
    """
    try:
        person = register.find(tx, address)
    except SubscriberNotFound:
        return False
    if moves.stranger_at(tx, address) is not None or not _may_be_asked(tx, keyring, person.address, now):
        return False
    _send(tx, keyring, letter, newsletter, person, person.address, now)
    return True


def data(tx: Transaction, keyring: Keyring, letter: Draft, newsletter: Newsletter, person: Subscriber, now: datetime) -> bool:
    """Plan the mail with a fresh link to everything that is kept of a person; False when there were enough mails today.

    While a change of address can be taken back, it goes to the one before: a forwarded issue and one's own mailbox are enough
    to move somebody, and must not be enough to read or to erase them.
    """
    address = moves.trusted_address(tx, person, now)
    if not _may_be_asked(tx, keyring, address, now):
        return False
    _send(tx, keyring, letter, newsletter, person, address, now, datalinks.make(tx, person.id, now))
    return True


def _may_be_asked(tx: Transaction, keyring: Keyring, address: EmailAddress, now: datetime) -> bool:
    email_hash = recognition.hash_of(tx, keyring, address.key)
    reason = suppression.reason_of(tx, email_hash, EVERY_LIST)
    if reason is not None and reason not in suppression.OWN_WORD:
        return False
    return confirmations.spend(tx, email_hash, now)


def _send(
    tx: Transaction,
    keyring: Keyring,
    letter: Draft,
    newsletter: Newsletter,
    person: Subscriber,
    address: EmailAddress,
    now: datetime,
    number: int = 0,
) -> None:
    dispatch.notice_to(
        tx,
        letter,
        person,
        address,
        recognition.hash_of(tx, keyring, address.key),
        now,
        list_id=newsletter.list_id,
        newsletter_id=newsletter.id,
        number=number,
    )
