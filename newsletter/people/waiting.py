"""Whoever asked to join and did not answer: reminded by mail once, then forgotten, each in one transaction."""

from datetime import datetime

from newsletter.issues.model import Newsletter
from newsletter.letters.letter import Draft
from newsletter.mail import dispatch, ledger
from subscribers import pending
from subscribers.pending import Unanswered
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


def remind(tx: Transaction, keyring: Keyring, reminder: Draft, newsletter: Newsletter, one: Unanswered, now: datetime) -> bool:
    """Plan the one reminder of an unanswered confirmation, with the same link; False when there is no need any more.

    Whatever is killed before the commit is done again, whatever after it is not: nobody is reminded twice.
    """
    person = pending.remind(tx, keyring, one, now)
    if person is None:
        return False
    dispatch.question(
        tx,
        keyring,
        reminder,
        person,
        now,
        list_id=one.list_id,
        newsletter_id=newsletter.id,
        confirmation_id=one.confirmation_id,
    )
    return True


def let_go(tx: Transaction, one: Unanswered, now: datetime) -> bool:
    """Take an unanswered wish as never said; gives whether the person was forgotten with it."""
    stranger = pending.let_go(tx, one, now)
    if stranger is None:
        return False
    # The mail that asked them keeps its state and times, without the person.
    ledger.forget(tx, stranger.id, now)
    pending.forget(tx, stranger)
    return True
