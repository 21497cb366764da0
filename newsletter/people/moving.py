"""Changing one's address: asked for by a link, confirmed from the new address, and announced to the old one."""

from datetime import datetime

from newsletter.issues.model import Newsletter
from newsletter.letters.letter import Draft
from newsletter.mail import dispatch, ledger
from subscribers import confirmations, moves, pending, recognition, suppression
from subscribers.address import EmailAddress
from subscribers.consent import Evidence
from subscribers.model import EVERY_LIST, Subscriber
from subscribers.moves import Move, Moved, MoveOutcome, RunOut
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


def ask(
    tx: Transaction,
    keyring: Keyring,
    question: Draft,
    newsletter: Newsletter,
    person: Subscriber,
    new: EmailAddress,
    now: datetime,
) -> bool:
    """Take a person's wish to get their mail at *new*, and ask there; False when nobody there is to be asked.

    Whoever wished it need not know: they hold a link of the old address, and may know nothing of the new one.
    """
    email_hash = recognition.hash_of(tx, keyring, new.key)
    reason = suppression.reason_of(tx, email_hash, EVERY_LIST)
    if new.key == person.address.key or (reason is not None and reason not in suppression.OWN_WORD):
        return False
    if not confirmations.spend(tx, email_hash, now):
        return False
    number = moves.ask(tx, person, new, now)
    dispatch.notice_to(
        tx, question, person, new, email_hash, now, list_id=newsletter.list_id, newsletter_id=newsletter.id, number=number
    )
    return True


def carry_out(
    tx: Transaction,
    keyring: Keyring,
    announcement: Draft,
    newsletter: Newsletter,
    move: Move,
    now: datetime,
    evidence: Evidence,
) -> MoveOutcome:
    """Give the person the new address, and tell the old one, which can take it back.

    What is under way goes on to the old address; everything planned from now on goes to the new one.
    """
    if not moves.is_open(tx, move, now):
        return RunOut()
    stranger = moves.stranger_at(tx, move.new)
    if stranger is not None and stranger.id != move.subscriber_id:
        # Only a wish that was never confirmed stands in the way, and the owner of the address says now what they want.
        ledger.forget(tx, stranger.id, now)
        pending.forget(tx, stranger)
    outcome = moves.carry_out(tx, keyring, move, now, evidence)
    if isinstance(outcome, Moved):
        dispatch.notice_to(
            tx,
            announcement,
            outcome.subscriber,
            move.old,
            recognition.hash_of(tx, keyring, move.old.key),
            now,
            list_id=newsletter.list_id,
            newsletter_id=newsletter.id,
            number=move.id,
        )
    return outcome
