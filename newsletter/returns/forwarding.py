"""Answers by people that came to the return address: mailed on to where the newsletter is answered, by the ledger.

The letter is planned in the transaction that writes the answer down: it goes on once, or is kept and listed. Nothing that
a machine wrote goes on, nothing that came back from a letter to the staff, and never more than a few an hour from one person,
so that no two machines talk to each other through us.
"""

from datetime import datetime, timedelta

from newsletter.letters import store as letters
from newsletter.mail import dispatch
from newsletter.returns import answer, returnbook
from newsletter.returns.answer import About
from newsletter.returns.fate import Fate
from newsletter.returns.returnbook import Target
from subscribers import recognition, suppression
from subscribers.address import parse
from subscribers.errors import AddressRefused
from subscribers.model import EVERY_LIST
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# More than that an hour is no person; those are kept and listed.
MOST_OF_ONE = 5
# Of all together: a mailbox that fills up is read by nobody.
MOST_OF_ALL = 200
WITHIN = timedelta(hours=1)


def forward(tx: Transaction, keyring: Keyring, message_id: int, raw: bytes, target: Target, now: datetime) -> Fate:
    """Plan the mail that an answer goes on by; gives whether it does, or is held."""
    if target.subscriber_id is None or _is_too_much(tx, target, now):
        return Fate.HELD
    sent = letters.load(tx, target.letter_id).draft
    try:
        to = parse(sent.reply_to or sent.sender_address)
    except AddressRefused:
        return Fate.HELD
    if suppression.is_suppressed(tx, recognition.hash_of(tx, keyring, to.key), EVERY_LIST):
        # It would be kept back at the gate, and nobody would know of it.
        return Fate.HELD
    about = About(message_id, target.subject, target.email, sent.sender_name, sent.sender_address)
    draft = answer.letter(answer.read(raw), about)
    letter_id = dispatch.to_guest(
        tx, keyring, draft, to, now, newsletter_id=target.newsletter_id, issue_id=None, list_id=None, number=0
    )
    returnbook.set_forwarded(tx, message_id, letter_id)
    return Fate.FORWARDED


def _is_too_much(tx: Transaction, target: Target, now: datetime) -> bool:
    since = now - WITHIN
    of_one = returnbook.forwarded_since(tx, since, subscriber_id=target.subscriber_id)
    return of_one >= MOST_OF_ONE or returnbook.forwarded_since(tx, since) >= MOST_OF_ALL
